// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <sha2.h>

#include "canonical.h"
#include "memory.h"

_Static_assert(HASH_TEXT_SIZE == SHA256_DIGEST_STRING_LENGTH, "the text holds a SHA-256");

static ssize_t take(void *context, const char *text, size_t len)
{
	SHA256Update(context, (const uint8_t *)text, len);
	return len;
}

/* The text is hashed as it is printed: a million prefixes need no memory. */
static void hash_print(void (*print)(const struct policy *policy, FILE *out),
		       const struct policy *policy, char hash[HASH_TEXT_SIZE])
{
	SHA2_CTX context;
	FILE *out;

	SHA256Init(&context);
	out = memory_there(fopencookie(&context, "w", (cookie_io_functions_t){.write = take}));
	print(policy, out);
	fclose(out);
	SHA256End(&context, hash);
}

void canonical_policy_hash(const struct policy *policy, char hash[HASH_TEXT_SIZE])
{
	hash_print(canonical_print_policy, policy, hash);
}

void canonical_config_hash(const struct policy *policy, char hash[HASH_TEXT_SIZE])
{
	hash_print(canonical_print, policy, hash);
}
