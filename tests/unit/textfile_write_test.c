// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "textfile.h"

/* A folder of its own for each test of the file. */
struct folder {
	char path[32];
	char file[48];
};

static int make_folder(void **state)
{
	struct folder *folder = memory_zeroed(1, sizeof(*folder));

	strcpy(folder->path, "/tmp/textfile_test.XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->file, sizeof(folder->file), "%s/x.prom", folder->path);
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;

	unlink(folder->file);
	assert_int_equal(rmdir(folder->path), 0); /* nothing else was left in it */
	free(folder);
	return 0;
}

static void assert_holds(const char *path, const char *expected)
{
	char text[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static void the_file_is_readable_by_all_whatever_the_umask(void **state)
{
	struct folder *folder = *state;
	struct error error = {0};
	struct stat status;
	mode_t former = umask(0077);

	assert_int_equal(textfile_write(folder->file, "one 1\n", 6, &error), 0);
	umask(former);
	assert_int_equal(stat(folder->file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_holds(folder->file, "one 1\n");
}

static void the_file_is_replaced_not_written_over(void **state)
{
	struct folder *folder = *state;
	struct error error = {0};
	FILE *reader;
	char text[8] = "";

	assert_int_equal(textfile_write(folder->file, "one 1\n", 6, &error), 0);
	reader = fopen(folder->file, "r");
	assert_int_equal(textfile_write(folder->file, "two 2\n", 6, &error), 0);
	assert_int_equal(fread(text, 1, 6, reader), 6);
	fclose(reader);
	assert_string_equal(text, "one 1\n"); /* who had it open reads the former, whole */
	assert_holds(folder->file, "two 2\n");
}

static void a_folder_that_is_not_there_is_an_error_that_names_the_file(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(textfile_write("/nowhere/x.prom", "one 1\n", 6, &error), -ENOENT);
	assert_string_equal(error.text, "/nowhere/x.prom: No such file or directory");
}

static void a_device_or_link_is_never_replaced(void **state)
{
	struct folder *folder = *state;
	struct error error = {0};
	struct stat status;

	assert_int_equal(symlink("/dev/null", folder->file), 0);
	assert_int_equal(textfile_write(folder->file, "one 1\n", 6, &error), -EINVAL);
	assert_int_equal(lstat(folder->file, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
}

/* As on a full disk: nothing can be written. */
static int write_without_room(const char *path, struct error *error)
{
	struct rlimit former, none;
	int err;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &former);
	none = former;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_FSIZE, &none);
	err = textfile_write(path, "two 2\n", 6, error);
	setrlimit(RLIMIT_FSIZE, &former);
	return err;
}

static void a_write_that_fails_leaves_the_former_file_and_nothing_else(void **state)
{
	struct folder *folder = *state;
	struct error error = {0};

	assert_int_equal(textfile_write(folder->file, "one 1\n", 6, &error), 0);
	assert_int_equal(write_without_room(folder->file, &error), -EFBIG);
	assert_holds(folder->file, "one 1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_file_is_readable_by_all_whatever_the_umask,
						make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(the_file_is_replaced_not_written_over, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(a_device_or_link_is_never_replaced, make_folder,
						remove_folder),
		cmocka_unit_test_setup_teardown(
			a_write_that_fails_leaves_the_former_file_and_nothing_else, make_folder,
			remove_folder),
		cmocka_unit_test(a_folder_that_is_not_there_is_an_error_that_names_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
