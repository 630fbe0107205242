// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "config_value.h"
#include "layout.h"
#include "memory.h"
#include "policy_steps.h"

#define DIGITS       "0123456789"
#define FOUND_MAX    60 /* bytes of a value that an error repeats */
#define NAME_MAX_LEN (ROLE_NAME_SIZE - 1)

_Static_assert(RULE_ID_SIZE == ROLE_NAME_SIZE, "one limit for ids and names of roles");

static bool is_among(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(words[i], text) == 0)
			return true;
	return false;
}

static bool is_null(const struct yaml_node *node)
{
	static const char *const words[] = {"", "~", "null"};

	return node->kind == YAML_SCALAR && !node->quoted &&
	       is_among(node->text, words, sizeof(words) / sizeof(*words));
}

/* Other readers of YAML take the word for a boolean. */
static bool is_boolean(const char *text)
{
	static const char *const words[] = {"true", "false", "yes", "no", "on", "off", "y", "n"};

	return is_among(text, words, sizeof(words) / sizeof(*words));
}

/* Other readers of YAML take the text for a number: 22, -1, 0x1f, 1_000, 1.5, 1e3, 12:30, .inf. */
static bool is_number(const char *text)
{
	static const char *const words[] = {"inf", "nan"};

	text += *text == '+' || *text == '-';
	if (*text == '.' && is_among(text + 1, words, sizeof(words) / sizeof(*words)))
		return true;
	if (!isdigit((unsigned char)text[text[0] == '.']))
		return false;
	if (text[0] == '0' && text[1] && strchr("xob", text[1]))
		return strspn(text + 2, DIGITS "abcdefABCDEF_") == strlen(text + 2);
	text += strspn(text, DIGITS "_.:");
	if (*text == 'e' || *text == 'E')
		text += 1 + (text[1] == '+' || text[1] == '-');
	return text[strspn(text, DIGITS)] == '\0';
}

/* What the node is, in words. */
static char *describe(const struct yaml_node *node)
{
	size_t len;

	if (node->kind != YAML_SCALAR)
		return memory_copy_string(node->kind == YAML_LIST ? "a list" : "a mapping");
	if (is_null(node))
		return memory_copy_string("nothing");
	len = strlen(node->text);
	if (len > FOUND_MAX)
		for (len = FOUND_MAX; len > 0 && (node->text[len] & 0xc0) == 0x80;)
			len--;
	return memory_format("%s\"%.*s%s\"", node->quoted ? "the string " : "", (int)len,
			     node->text, node->text[len] ? "..." : "");
}

void config_expected(struct config_reader *reader, const struct yaml_node *node,
		     const char *expected)
{
	AUTO_FREE char *found = describe(node);

	diagnostics_error(reader->diagnostics, node->position, "expected %s, found %s", expected,
			  found);
}

bool config_is(struct config_reader *reader, const struct yaml_node *node, enum yaml_kind kind,
	       const char *expected)
{
	if (node->kind == kind && !is_null(node))
		return true;
	config_expected(reader, node, expected);
	return false;
}

static char *list_words(const char *const *words, size_t count, const char *last)
{
	char *list = NULL;
	size_t size;
	FILE *out = memory_there(open_memstream(&list, &size));

	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s", i == 0 ? "" : i + 1 == count ? last : ", ", words[i]);
	fclose(out);
	return list;
}

static void report_unknown_key(struct config_reader *reader, const struct yaml_node *key,
			       const struct config_field *fields, size_t count)
{
	const struct name name = {(char *)key->text, key->position};
	AUTO_FREE const char **keys = memory_zeroed(count, sizeof(*keys));
	AUTO_FREE char *expected = NULL;

	for (size_t i = 0; i < count; i++)
		keys[i] = fields[i].key;
	expected = list_words(keys, count, " or ");
	policy_report_unknown(reader->diagnostics, &name, "key", keys, count, expected);
}

static const struct yaml_node *find_key(const struct yaml_node *node, const char *text)
{
	const struct yaml_node *key = node->first;

	while (key && strcmp(key->text, text) != 0)
		key = key->next;
	return key;
}

static bool is_known(const char *key, const struct config_field *fields, size_t count)
{
	/* The tree has reported a merge key already. */
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].key, key) == 0)
			return true;
	return strcmp(key, "<<") == 0;
}

void config_read_fields(struct config_reader *reader, const struct yaml_node *node,
			const char *noun, const struct config_field *fields, size_t count,
			void *target)
{
	for (const struct yaml_node *key = node->first; key; key = key->next)
		if (!is_known(key->text, fields, count))
			report_unknown_key(reader, key, fields, count);
	for (size_t i = 0; i < count; i++) {
		const struct yaml_node *key = find_key(node, fields[i].key);

		if (key)
			fields[i].read(reader, key->value, (char *)target + fields[i].offset);
		else if (fields[i].required)
			diagnostics_error(reader->diagnostics, node->position,
					  "%s needs the key \"%s\"", noun, fields[i].key);
	}
}

bool config_is_text(struct config_reader *reader, const struct yaml_node *node,
		    const char *expected)
{
	bool boolean;

	if (!config_is(reader, node, YAML_SCALAR, expected))
		return false;
	if (node->quoted)
		return true;
	boolean = is_boolean(node->text);
	if (!boolean && !is_number(node->text))
		return true;
	diagnostics_error(reader->diagnostics, node->position,
			  "expected %s, found \"%s\", which YAML takes for a %s: quote it",
			  expected, node->text, boolean ? "boolean" : "number");
	return false;
}

/* A number with a leading zero or in another base: what was it meant to be? */
static bool refuse_base(struct config_reader *reader, const struct yaml_node *node,
			const char *text)
{
	bool prefixed = text[0] == '0' && text[1] && strchr("xXoObB", text[1]);
	int base = !prefixed ? 10 : strchr("xX", text[1]) ? 16 : strchr("oO", text[1]) ? 8 : 2;
	const char *digits = text + (prefixed ? 2 : 0);
	unsigned long value;
	char *end;

	if (text[0] != '0' || !isxdigit((unsigned char)*digits))
		return false;
	errno = 0;
	value = strtoul(digits, &end, base);
	if (*end || errno)
		return false;
	diagnostics_error(reader->diagnostics, node->position, "\"%s\" looks %s: write %lu", text,
			  base == 16  ? "hexadecimal"
			  : base == 2 ? "binary"
				      : "octal",
			  value);
	return true;
}

bool config_read_number(struct config_reader *reader, const struct yaml_node *node,
			const char *text, unsigned least, unsigned most, const char *noun,
			unsigned *value)
{
	size_t digits = strspn(text, DIGITS);
	AUTO_FREE char *expected = NULL;
	unsigned long read = digits <= 9 ? strtoul(text, NULL, 10) : most + 1ul;

	if (digits > 0 && !text[digits] && (text[0] != '0' || digits == 1) && read >= least &&
	    read <= most) {
		*value = read;
		return true;
	}
	if (strcmp(text, "0") != 0 && refuse_base(reader, node, text))
		return false;
	expected = memory_format("%s, a number from %u to %u", noun, least, most);
	config_expected(reader, node, expected);
	return false;
}

void config_read_bool(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	bool *value = target;

	if (node->kind == YAML_SCALAR && !node->quoted &&
	    (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0))
		*value = node->text[0] == 't';
	else
		config_expected(reader, node, "true or false");
}

int config_read_choice(struct config_reader *reader, const struct yaml_node *node,
		       const char *const *words, size_t count)
{
	AUTO_FREE char *expected = list_words(words, count, " or "), *found = NULL;
	const char *nearest;

	for (size_t i = 0; i < count; i++)
		if (node->kind == YAML_SCALAR && strcmp(words[i], node->text) == 0)
			return i;
	nearest = node->kind == YAML_SCALAR ? diagnostics_nearest(node->text, words, count) : NULL;
	found = describe(node);
	diagnostics_error(reader->diagnostics, node->position, "expected %s, found %s%s%s%s",
			  expected, found, nearest ? "; did you mean \"" : "",
			  nearest ? nearest : "", nearest ? "\"?" : "");
	return -1;
}

static bool is_name(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz" DIGITS "._-";

	return isalnum((unsigned char)text[0]) && text[strspn(text, letters)] == '\0' &&
	       strlen(text) <= NAME_MAX_LEN;
}

bool config_read_name(struct config_reader *reader, const struct yaml_node *node, const char *noun,
		      struct name *name)
{
	AUTO_FREE char *expected = NULL;

	if (!config_is_text(reader, node, noun))
		return false;
	if (!is_name(node->text)) {
		expected = memory_format("%s (at most %d lower-case letters, digits, \".\", \"_\" "
					 "and \"-\", a letter or digit first)",
					 noun, NAME_MAX_LEN);
		config_expected(reader, node, expected);
		return false;
	}
	*name = (struct name){memory_copy_string(node->text), node->position};
	return true;
}

void config_read_names(struct config_reader *reader, const struct yaml_node *node, const char *noun,
		       struct name **names, size_t *count)
{
	AUTO_FREE char *expected = memory_format("a list, each item %s", noun);
	struct name name;

	if (!config_is(reader, node, YAML_LIST, expected))
		return;
	for (const struct yaml_node *item = node->first; item; item = item->next)
		if (config_read_name(reader, item, noun, &name))
			*(struct name *)memory_append(names, count, sizeof(name)) = name;
}
