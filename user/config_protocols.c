// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <ctype.h>
#include <string.h>

#include "config_sections.h"
#include "memory.h"

#define PROTOCOL_MAX    255
#define PROTOCOL_ICMP   1
#define PROTOCOL_ICMPV6 58
#define PROTOCOL_NONE   59

static const char protocol_expected[] = "a protocol: a word like tcp or a number from 0 to 255";

/* Numbers that stand in front of an IPv6 extension header: the program walks past those. */
static bool is_extension_header(unsigned number)
{
	static const __u8 numbers[] = {0, 43, 44, 60, 135, 139, 140};

	return memchr(numbers, (int)number, sizeof(numbers)) != NULL;
}

static bool is_judged(struct config_reader *reader, const struct yaml_node *node, unsigned number)
{
	if (number == PROTOCOL_ICMP || number == PROTOCOL_ICMPV6)
		diagnostics_error(reader->diagnostics, node->position,
				  "ICMP is judged by \"pass\": icmp-errors, ping and "
				  "neighbour-discovery");
	else if (is_extension_header(number) || number == PROTOCOL_NONE)
		diagnostics_error(reader->diagnostics, node->position,
				  "%u is no protocol but an IPv6 extension header, which no rule "
				  "can name",
				  number);
	else
		return true;
	return false;
}

/* The number that the word stands for, or -1 with an error. */
static int read_word(struct config_reader *reader, const struct yaml_node *node)
{
	char numbers[PROTOCOL_MAX + 1][4];
	const char *words[PROTOCOL_MAX + 1], *nearest;
	int number = policy_protocol_number(node->text);
	size_t count = 0;

	if (number >= 0)
		return number;
	for (unsigned i = 0; i <= PROTOCOL_MAX; i++) {
		const char *word = policy_protocol_name(i, numbers[i]);

		if (word != numbers[i])
			words[count++] = word;
	}
	nearest = diagnostics_nearest(node->text, words, count);
	if (nearest)
		diagnostics_error(reader->diagnostics, node->position,
				  "unknown protocol \"%s\"; did you mean \"%s\"?", node->text,
				  nearest);
	else
		config_expected(reader, node, protocol_expected);
	return -1;
}

static int compare_bytes(const void *left, const void *right)
{
	const __u8 *a = left, *b = right;

	return *a - *b;
}

static void add(struct config_reader *reader, const struct yaml_node *node, struct rule *rule)
{
	unsigned number;
	int word;

	if (!config_is(reader, node, YAML_SCALAR, protocol_expected))
		return;
	if (isalpha((unsigned char)node->text[0])) {
		word = read_word(reader, node);
		if (word < 0)
			return;
		number = word;
	} else if (!config_read_number(reader, node, node->text, 0, PROTOCOL_MAX, "a protocol",
				       &number)) {
		return;
	}
	if (!is_judged(reader, node, number) ||
	    (rule->protocol_count && memchr(rule->protocols, (int)number, rule->protocol_count)))
		return;
	*(__u8 *)memory_append(&rule->protocols, &rule->protocol_count, 1) = number;
}

void config_read_protocols(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct rule *rule = target;

	if (node->kind != YAML_LIST) {
		add(reader, node, rule);
		return;
	}
	if (!node->first)
		diagnostics_error(reader->diagnostics, node->position,
				  "expected at least one protocol, found an empty list");
	for (const struct yaml_node *item = node->first; item; item = item->next)
		add(reader, item, rule);
	if (rule->protocol_count > 0)
		qsort(rule->protocols, rule->protocol_count, 1, compare_bytes);
}
