// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What make install puts where, and that systemd understands it. Run from the top of the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "memory.h"

/* A folder for one test, with a program in it to install. */
static int make_folder(void **state)
{
	char *path = memory_copy_string("/tmp/deploy_test.XXXXXX");

	assert_non_null(mkdtemp(path));
	*state = path;
	return 0;
}

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int shell(const char *format, ...)
{
	AUTO_FREE char *command = NULL;
	va_list arguments;

	va_start(arguments, format);
	assert_true(vasprintf(&command, format, arguments) > 0);
	va_end(arguments);
	return system(command);
}

static int remove_folder(void **state)
{
	assert_int_equal(shell("rm -rf -- '%s'", (char *)*state), 0);
	free(*state);
	return 0;
}

/* install.mk alone, with a program that does nothing, so that nothing is built here. */
static void install(const char *folder, const char *prefix)
{
	assert_int_equal(shell("printf '#!/bin/sh\\n' > %s/directorgate && "
			       "printf 'BUILD := %s\\ninclude deploy/install.mk\\n' | "
			       "env -u MAKEFLAGS make -s -f - install DESTDIR=%s/stage PREFIX=%s",
			       folder, folder, folder, prefix),
			 0);
}

static void assert_there(const char *folder, const char *path, mode_t mode)
{
	AUTO_FREE char *whole = memory_format("%s/stage%s", folder, path);
	struct stat status;

	if (stat(whole, &status))
		fail_msg("%s was not installed", path);
	assert_int_equal(status.st_mode & 07777, mode);
}

static void installs_program_configuration_and_units(void **state)
{
	const char *folder = *state;

	install(folder, "/usr");
	assert_there(folder, "/usr/sbin/directorgate", 0755);
	assert_there(folder, "/etc/directorgate/directorgate.yaml", 0644);
	assert_there(folder, "/usr/lib/systemd/system/directorgate.service", 0644);
	assert_there(folder, "/usr/lib/systemd/system/directorgate@.service", 0644);
	assert_there(folder, "/usr/lib/systemd/system/run-directorgate-bpf.mount", 0644);
	assert_there(folder, "/usr/lib/systemd/system/directorgate-export.service", 0644);
	assert_there(folder, "/usr/lib/systemd/system/directorgate-export.timer", 0644);
	assert_int_not_equal(shell("grep -rq /usr/local '%s/stage/usr/lib'", folder), 0);
}

static void never_writes_over_a_configuration(void **state)
{
	const char *folder = *state;

	install(folder, "/usr");
	assert_int_equal(shell("echo mine > '%s/stage/etc/directorgate/directorgate.yaml'", folder),
			 0);
	install(folder, "/usr");
	assert_int_equal(
		shell("grep -qx mine '%s/stage/etc/directorgate/directorgate.yaml'", folder), 0);
}

static void uninstall_leaves_the_configuration_alone(void **state)
{
	const char *folder = *state;

	install(folder, "/usr");
	assert_int_equal(shell("printf 'BUILD := %s\\ninclude deploy/install.mk\\n' | env -u "
			       "MAKEFLAGS make -s -f - uninstall DESTDIR=%s/stage PREFIX=/usr",
			       folder, folder),
			 0);
	assert_int_equal(shell("test \"$(cd '%s/stage' && find . -type f)\" = "
			       "./etc/directorgate/directorgate.yaml",
			       folder),
			 0);
}

/* The program is not where the units look for it, so /bin/true stands in. */
static void systemd_understands_every_unit(void **state)
{
	const char *folder = *state;

	if (system("command -v systemd-analyze >/dev/null"))
		skip();
	install(folder, "/usr");
	assert_int_equal(shell("cd '%s/stage/usr/lib/systemd/system' && "
			       "sed -i 's|/usr/sbin/directorgate|/bin/true|' *.service && "
			       "mv directorgate@.service directorgate@nic0.service && "
			       "for unit in *.*; do systemd-analyze verify ./$unit || exit 1; done "
			       "2>complaints;"
			       "cat complaints >&2; ! test -s complaints",
			       folder),
			 0);
}

static void nothing_detaches_on_stop_and_apply_comes_before_the_network(void **state)
{
	(void)state;
	assert_int_not_equal(system("grep -hE '^(ExecStop|ExecStopPost)=|detach$' deploy/*.service "
				    "deploy/*.mount"),
			     0);
	assert_int_equal(system("grep -qE '^Before=.*network-pre.target' "
				"deploy/directorgate.service"),
			 0);
	assert_int_equal(system("grep -qE '^ExecReload=.* apply ' deploy/directorgate.service"), 0);
	assert_int_equal(system("grep -qx RefuseManualStop=yes deploy/run-directorgate-bpf.mount"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(installs_program_configuration_and_units,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(never_writes_over_a_configuration, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(uninstall_leaves_the_configuration_alone,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(systemd_understands_every_unit, make_folder,
						remove_folder),
		cmocka_unit_test(nothing_detaches_on_stop_and_apply_comes_before_the_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
