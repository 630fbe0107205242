// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "config_sections.h"
#include "duration.h"
#include "memory.h"

/* A duration of at least so many seconds. */
static bool read_duration(struct config_reader *reader, const struct yaml_node *node,
			  unsigned least, unsigned *seconds)
{
	static const char expected[] = "a duration with its unit, like 60s, 30m or 24h";
	AUTO_FREE char *limits = NULL;
	char most[DURATION_TEXT_SIZE];
	unsigned read;
	int err;

	if (!config_is(reader, node, YAML_SCALAR, expected))
		return false;
	err = duration_read(node->text, &read);
	if (!err && read >= least) {
		*seconds = read;
		return true;
	}
	duration_format(DURATION_MAX, most);
	limits = memory_format("%s, from %us to %s", expected, least, most);
	config_expected(reader, node, err == -EINVAL ? expected : limits);
	return false;
}

void config_read_pickup_grace(struct config_reader *reader, const struct yaml_node *node,
			      void *target)
{
	read_duration(reader, node, 0, target);
}

static void read_timeout(struct config_reader *reader, const struct yaml_node *node, void *target)
{
	struct policy *policy = reader->policy;
	unsigned *timeout = target;

	if (read_duration(reader, node, 1, timeout))
		policy->timeout_positions[timeout - policy->timeouts] = node->position;
}

void config_read_timeouts(struct config_reader *reader, const struct yaml_node *node, void *target)
{
#define AS_FIELD(id, label, seconds, meaning)                                                      \
	{label, read_timeout, FLOW_##id * sizeof(unsigned), false},
	static const struct config_field fields[] = {FLOW_PHASES(AS_FIELD)};
#undef AS_FIELD

	if (config_is(reader, node, YAML_MAPPING, "a mapping of durations, like {tcp-open: 24h}"))
		config_read_fields(reader, node, "timeouts", fields,
				   sizeof(fields) / sizeof(*fields), target);
}

void config_read_flow_limit(struct config_reader *reader, const struct yaml_node *node,
			    void *target)
{
	if (config_is(reader, node, YAML_SCALAR, "a limit in entries"))
		config_read_number(reader, node, node->text, FLOW_LIMIT_LEAST, FLOW_LIMIT_MOST,
				   "a limit in entries", target);
}

static bool is_about_flows(const char *text)
{
#define AS_KEY(key, read, member) key,
	static const char *const keys[] = {CONFIG_FLOW_FIELDS(AS_KEY)};
#undef AS_KEY

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], text) == 0)
			return true;
	return false;
}

void config_note_flow_keys(struct config_reader *reader, const struct yaml_node *root)
{
	struct policy *policy = reader->policy;

	for (const struct yaml_node *key = root->first; key; key = key->next)
		if (is_about_flows(key->text))
			*(struct name *)memory_append(&policy->flow_keys, &policy->flow_key_count,
						      sizeof(*policy->flow_keys)) =
				(struct name){memory_copy_string(key->text), key->position};
}
