// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Any bytes as a configuration. What stands behind two NULs is what every file of a role
 * holds; without them there is no such file. No file of this machine is read.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "canonical.h"
#include "config.h"
#include "config_text.h"
#include "memory.h"

#include "good.h"

#define CONFIG_PATH "fuzz.yaml"

int __wrap_config_text_read(const char *path, char **text, size_t *len, struct error *error);
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct bytes {
	const void *first; /* NULL: no such file */
	size_t len;
};

static struct bytes configuration, role_file;

/* What a policy is to its reader: its text and its hashes. */
struct face {
	char *text;
	size_t len;
	char policy_hash[HASH_TEXT_SIZE], config_hash[HASH_TEXT_SIZE];
};

/* Instead of the real one, by the linker. */
int __wrap_config_text_read(const char *path, char **text, size_t *len, struct error *error)
{
	struct bytes bytes = strcmp(path, CONFIG_PATH) == 0 ? configuration : role_file;

	if (!bytes.first)
		return error_set(error, -ENOENT, "cannot open \"%s\"", path);
	*text = memory_resize(NULL, bytes.len + 1, 1);
	memcpy(*text, bytes.first, bytes.len);
	(*text)[bytes.len] = '\0';
	*len = bytes.len;
	return 0;
}

static void split(const uint8_t *bytes, size_t len)
{
	const char *gap = len ? memmem(bytes, len, "\0\0", 2) : NULL;
	size_t first_len = gap ? (size_t)(gap - (const char *)bytes) : len;

	configuration = (struct bytes){len ? (const void *)bytes : "", first_len};
	role_file = (struct bytes){gap ? gap + 2 : NULL, gap ? len - first_len - 2 : 0};
}

static struct face look(const struct policy *policy)
{
	struct face face;
	FILE *out = memory_there(open_memstream(&face.text, &face.len));

	canonical_print(policy, out);
	fclose(out);
	canonical_policy_hash(policy, face.policy_hash);
	canonical_config_hash(policy, face.config_hash);
	return face;
}

static _Noreturn void blame(const char *what, const char *first, const char *second)
{
	fprintf(stderr, "%s\n%s\n%s\n", what, first, second);
	abort();
}

/* What is said about a bad configuration upsets no terminal, whatever it quotes. */
static void print(struct diagnostics *diagnostics)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	FILE *out = memory_there(open_memstream(&text, &len));

	diagnostics_print(diagnostics, out);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\n') || text[i] == 0x7f)
			blame("a control character is printed", text, "");
	if (diagnostics->error_count && !strstr(text, "error: "))
		blame("an error is not printed", text, "");
}

/* True with the policy's face, to be freed, when the configuration is good. */
static bool read_config(struct face *face)
{
	struct diagnostics diagnostics = {0};
	struct policy policy;
	bool good = config_read(CONFIG_PATH, NULL, &policy, &diagnostics);

	if (good)
		*face = look(&policy);
	print(&diagnostics);
	policy_free(&policy);
	diagnostics_free(&diagnostics);
	return good;
}

/* The canonical text reads as the same policy, and prints as itself. */
static void reread(const struct face *face)
{
	struct face again;

	configuration = (struct bytes){face->text, face->len};
	role_file = (struct bytes){NULL, 0};
	if (!read_config(&again))
		blame("the canonical text is not good", face->text, "");
	if (strcmp(face->text, again.text) != 0)
		blame("the canonical text is another when it is read", face->text, again.text);
	if (strcmp(face->policy_hash, again.policy_hash) != 0 ||
	    strcmp(face->config_hash, again.config_hash) != 0)
		blame("the canonical text has another hash", face->text, again.text);
	free(again.text);
}

/* Printed at the end: what the fuzzer is worth. */
static unsigned long read_count, good_count;

static void print_tally(void)
{
	fprintf(stderr, "tally: %lu good of %lu\n", good_count, read_count);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	atexit(print_tally);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct face face;

	read_count++;
	split(bytes, len);
	if (!read_config(&face))
		return 0;
	good_count++;
	good_remember(bytes, len);
	reread(&face);
	free(face.text);
	return 0;
}
