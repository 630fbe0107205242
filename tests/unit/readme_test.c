// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the README lists is what there is. Run from the top of the tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fnmatch.h>
#include <glob.h>
#include <unistd.h>

#include "compile.h"
#include "config.h"
#include "duration.h"
#include "memory.h"
#include "profile.h"
#include "state_fixture.h"
#include "textfile.h"

#define README_SIZE_MAX (1 << 20)

static char readme[README_SIZE_MAX];

static int read_readme(void **ignored)
{
	FILE *file = fopen("README.md", "r");

	(void)ignored;
	if (!file)
		return -1;
	readme[fread(readme, 1, sizeof(readme) - 1, file)] = '\0';
	fclose(file);
	return readme[0] ? 0 : -1;
}

static void assert_says(const char *text)
{
	if (!strstr(readme, text))
		fail_msg("README.md does not say: %s", text);
}

/* What stands between backticks, one after the other; NULL at the end. To be freed. */
static char *next_quoted(const char **at)
{
	const char *first = strchr(*at, '`'), *last;

	if (!first)
		return NULL;
	last = strchr(first + 1, '`');
	if (!last)
		return NULL;
	*at = last + 1;
	return memory_format("%.*s", (int)(last - first - 1), first + 1);
}

static size_t count_rows(const char *heading)
{
	const char *at = strstr(readme, heading);
	size_t rows = 0;

	assert_non_null(at);
	for (at = strstr(at, "|---"); (at = strchr(at, '\n')) && at[1] == '|'; at++)
		rows++;
	return rows;
}

static void lists_every_drop_reason_with_its_meaning_and_no_other(void **ignored)
{
	(void)ignored;
	for (unsigned i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++) {
		AUTO_FREE char *row = memory_format("\n| `%s` | %s |\n", counters_reason_label(i),
						    counters_reason_meaning(i));

		assert_says(row);
	}
	assert_int_equal(count_rows("## Drop reasons"), DROP_REASON_COUNT - 1);
}

static void lists_every_pass_switch_with_its_default_and_no_other(void **ignored)
{
	struct policy policy;

	(void)ignored;
	policy_init(&policy);
	for (unsigned i = 0; i < PASS_SWITCH_COUNT; i++) {
		AUTO_FREE char *row = memory_format("\n| `%s` | %s |", counters_switch_label(i),
						    policy.pass[i] ? "on" : "off");

		assert_says(row);
	}
	policy_free(&policy);
	assert_int_equal(count_rows("### Pass switches"), PASS_SWITCH_COUNT);
}

/* As FLOW_PHASES has them; a row may say more than the meaning. */
static void lists_every_timeout_with_its_default(void **ignored)
{
#define AS_ROW(id, label, seconds, meaning) {label, meaning, seconds},
	static const struct {
		const char *label, *meaning;
		unsigned seconds;
	} timeouts[] = {FLOW_PHASES(AS_ROW)};
#undef AS_ROW
	char text[DURATION_TEXT_SIZE];

	(void)ignored;
	for (size_t i = 0; i < FLOW_PHASE_COUNT; i++) {
		AUTO_FREE char *row = NULL;

		duration_format(timeouts[i].seconds, text);
		row = memory_format("\n| `timeouts.%s` | `%s` | %s", timeouts[i].label, text,
				    timeouts[i].meaning);
		assert_says(row);
	}
}

static void lists_the_sizes_of_the_flow_tables(void **ignored)
{
	struct policy policy;
	AUTO_FREE char *flows = NULL, *openings = NULL;

	(void)ignored;
	policy_init(&policy);
	flows = memory_format("\n| `flow-limit` | %u |", policy.flow_limit);
	openings = memory_format("\n| `opening-limit` | %u |", policy.opening_limit);
	assert_says(flows);
	assert_says(openings);
	policy_free(&policy);
}

static void explains_every_event_of_flows_as_the_metrics_do(void **ignored)
{
	(void)ignored;
	for (unsigned i = 0; i < FLOW_EVENT_COUNT; i++) {
		AUTO_FREE char *row =
			memory_format("\n| `directorgate_flow_%s_total` | | %s |\n",
				      counters_flow_event_label(i), counters_flow_event_meaning(i));
		AUTO_FREE char *key = memory_format("\"%s\"", counters_flow_event_label(i));

		assert_says(row);
		assert_says(key);
	}
}

static void lists_every_metric_and_no_other(void **ignored)
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;
	size_t families = 0, len;
	char name[128];

	(void)ignored;
	fixture_fill(&fixture);
	text = textfile_format(&fixture.state, &fixture.counters, 0, &len);
	text = memory_resize(text, len + 1, 1);
	text[len] = '\0';
	for (const char *at = text; (at = strstr(at, "# TYPE ")); at++) {
		AUTO_FREE char *row = NULL;

		assert_int_equal(sscanf(at, "# TYPE %127s", name), 1);
		row = memory_format("\n| `%s` |", name);
		assert_says(row);
		families++;
	}
	assert_int_equal(count_rows("## Metrics"), families);
}

static void assert_command(const char *path)
{
	char verb[32];
	AUTO_FREE char *row = NULL;

	assert_int_equal(sscanf(path, "user/cmd_%31[a-z].c", verb), 1);
	row = memory_format("\n| `%s", verb);
	assert_says(row);
}

static void lists_every_command_and_no_other(void **ignored)
{
	glob_t found;

	(void)ignored;
	assert_int_equal(glob("user/cmd_*.c", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		assert_command(found.gl_pathv[i]);
	assert_int_equal(count_rows("## Commands"), found.gl_pathc);
	globfree(&found);
}

static bool is_path(const char *word)
{
	static const char *const folders[] = {"user/", "bpf/", "include/", "deploy/", "tests/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(word, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

static void names_files_that_are_there(void **ignored)
{
	const char *at = readme;
	size_t paths = 0;

	(void)ignored;
	for (;;) {
		AUTO_FREE char *word = next_quoted(&at);
		glob_t found;

		if (!word)
			break;
		if (!is_path(word))
			continue;
		if (glob(word, 0, NULL, &found))
			fail_msg("README.md names %s, which is not there", word);
		globfree(&found);
		paths++;
	}
	assert_true(paths > 10);
}

static bool quotes_pattern_of(const char *id)
{
	const char *at = strstr(readme, "## The page");

	for (;;) {
		AUTO_FREE char *word = next_quoted(&at);

		if (!word)
			return false;
		if (fnmatch(word, id, 0) == 0)
			return true;
	}
}

static void lists_every_rule_of_the_page(void **ignored)
{
	const struct profile *profile = profile_find("single-director");

	(void)ignored;
	for (size_t i = 0; i < profile->rule_count; i++)
		if (!profile->rules[i].option && !quotes_pattern_of(profile->rules[i].id))
			fail_msg("README.md does not name %s", profile->rules[i].id);
	for (size_t i = 0; i < profile->option_count; i++)
		assert_says(profile->options[i]);
}

/* "65,536" */
static char *group_digits(unsigned long number)
{
	if (number < 1000)
		return memory_format("%lu", number);
	if (number < 1000000)
		return memory_format("%lu,%03lu", number / 1000, number % 1000);
	return memory_format("%lu,%03lu,%03lu", number / 1000000, number / 1000 % 1000,
			     number % 1000);
}

static void assert_maximum(unsigned long number, const char *of)
{
	AUTO_FREE char *digits = group_digits(number);
	AUTO_FREE char *line = memory_format("\n- %s %s", digits, of);

	assert_says(line);
}

static void states_the_maxima(void **ignored)
{
	(void)ignored;
	assert_maximum(COMPILE_CLASSES_MAX, "source classes");
	assert_maximum(COMPILE_RULE_ENTRIES_MAX, "entries of the rule table");
	assert_maximum(COMPILE_NODES_MAX, "blocks of 64 bytes");
	assert_maximum(FLOW_LIMIT_MOST, "entries of a table of flows or openings, and 1,024 at");
	assert_maximum(PLACES_MAX - 1, "VLANs of an interface");
	assert_maximum(HOMES_MAX, "homes");
	assert_maximum(NODE_CLASS_BITS, "bits for the numbers");
}

/* The next YAML block; NULL at the end. To be freed. */
static char *next_yaml(const char **at)
{
	const char *first = strstr(*at, "\n```yaml\n"), *last;

	if (!first)
		return NULL;
	first += strlen("\n```yaml\n");
	last = strstr(first, "\n```\n");
	assert_non_null(last);
	*at = last;
	return memory_format("%.*s\n", (int)(last - first), first);
}

/* A block without a profile is the rest of a configuration: the page's part is put before it. */
static char *complete_block(const char *block)
{
	static const char roles[] = "roles:\n";

	if (strncmp(block, "profile:", strlen("profile:")) == 0)
		return memory_copy_string(block);
	assert_int_equal(strncmp(block, roles, strlen(roles)), 0);
	return memory_format("profile: single-director\n"
			     "interfaces: [{name: a0}, {name: b0}]\n"
			     "roles:\n"
			     "  reverse-proxy-internal: [10.10.0.10]\n"
			     "  edge-internal: [10.10.0.20]\n"
			     "  director: [10.20.1.10]\n"
			     "  front-end-pool: [10.20.2.20-10.20.2.22]\n"
			     "  front-end-server: [10.20.3.30]\n"
			     "  internal-clients: [10.30.0.0/16]\n"
			     "%s",
			     block + strlen(roles));
}

static void assert_checks(const char *text)
{
	char path[] = "/tmp/readme_test.XXXXXX";
	int fd = mkstemp(path);
	struct diagnostics diagnostics = {0};
	struct policy policy;
	bool good;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	policy_init(&policy);
	good = config_read(path, NULL, &policy, &diagnostics);
	unlink(path);
	if (!good)
		diagnostics_print(&diagnostics, stderr);
	policy_free(&policy);
	diagnostics_free(&diagnostics);
	assert_true(good);
}

static void its_configurations_check(void **ignored)
{
	const char *at = readme;
	size_t blocks = 0;

	(void)ignored;
	for (;; blocks++) {
		AUTO_FREE char *block = next_yaml(&at);
		AUTO_FREE char *whole = block ? complete_block(block) : NULL;

		if (!block)
			break;
		assert_checks(whole);
	}
	assert_int_equal(blocks, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_every_drop_reason_with_its_meaning_and_no_other),
		cmocka_unit_test(lists_every_pass_switch_with_its_default_and_no_other),
		cmocka_unit_test(lists_every_timeout_with_its_default),
		cmocka_unit_test(lists_the_sizes_of_the_flow_tables),
		cmocka_unit_test(explains_every_event_of_flows_as_the_metrics_do),
		cmocka_unit_test(lists_every_metric_and_no_other),
		cmocka_unit_test(lists_every_command_and_no_other),
		cmocka_unit_test(names_files_that_are_there),
		cmocka_unit_test(lists_every_rule_of_the_page),
		cmocka_unit_test(states_the_maxima),
		cmocka_unit_test(its_configurations_check),
	};

	return cmocka_run_group_tests(tests, read_readme, NULL);
}
