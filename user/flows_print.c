// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <string.h>

#include "flows_print.h"
#include "memory.h"

/* "[2001:db8::1]:65535"; without ports "2001:db8::1". */
#define ENDPOINT_SIZE (PREFIX_TEXT_SIZE + 8)

/* An object's text but for its last brace, so that more can follow. */
static void print_open(const json_t *object, size_t flags, FILE *out)
{
	AUTO_FREE char *text = json_dumps(object, flags);

	fwrite(text, 1, strlen(text) - 1, out);
}

static void begin_json(json_t *document, FILE *out)
{
	json_t *flows = json_incref(json_object_get(document, "flows"));

	json_object_del(document, "flows");
	print_open(document, JSON_INDENT(2), out);
	fputs(", \"flows\": ", out);
	print_open(flows, 0, out);
	fputs(", \"entries\": [", out);
	json_decref(flows);
	json_decref(document);
}

static void print_line(const char *protocol, const char *opener, const char *responder,
		       const char *phase, const char *age, const char *rule, int width, FILE *out)
{
	fprintf(out, "%-9s  %-*s  %-*s  %-11s  %7s  %s\n", protocol, width, opener, width,
		responder, phase, age, rule);
}

/* An address and port of either family is at most so wide. */
static int endpoint_width(enum family family)
{
	return family == FAMILY_IPV4 ? 21 : 47;
}

void flows_list_begin(struct flows_list *list, json_t *document, FILE *out)
{
	*list = (struct flows_list){.out = out, .json = document};
	if (document) {
		begin_json(document, out);
		return;
	}
	fputc('\n', out);
	print_line("protocol", "opener", "responder", "phase", "age", "rule",
		   endpoint_width(FAMILY_IPV4), out);
}

static void format_endpoint(const struct address *address, __u16 port, char text[ENDPOINT_SIZE])
{
	const char *brackets = address->family == FAMILY_IPV6 && port ? "[]" : "";
	char plain[PREFIX_TEXT_SIZE];
	int len;

	prefix_format_address(address, plain);
	len = sprintf(text, "%.1s%s%s", brackets, plain, brackets[0] ? brackets + 1 : "");
	if (port)
		sprintf(text + len, ":%u", port);
}

static void print_text(const struct flow_entry *entry, FILE *out)
{
	char opener[ENDPOINT_SIZE], responder[ENDPOINT_SIZE], number[4], age[24];

	format_endpoint(&entry->opener, entry->opener_port, opener);
	format_endpoint(&entry->responder, entry->responder_port, responder);
	sprintf(age, "%llus", entry->age_seconds);
	print_line(policy_protocol_name(entry->protocol, number), opener, responder,
		   counters_phase_label(entry->phase), age, entry->rule ? entry->rule : "-",
		   endpoint_width(entry->opener.family), out);
}

static json_t *port_json(__u16 port)
{
	return port ? json_integer(port) : json_null();
}

static json_t *entry_json(const struct flow_entry *entry)
{
	char opener[PREFIX_TEXT_SIZE], responder[PREFIX_TEXT_SIZE], number[4];

	prefix_format_address(&entry->opener, opener);
	prefix_format_address(&entry->responder, responder);
	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:s, s:I, s:s?}", "protocol",
			 policy_protocol_name(entry->protocol, number), "opener", opener,
			 "opener_port", port_json(entry->opener_port), "responder", responder,
			 "responder_port", port_json(entry->responder_port), "phase",
			 counters_phase_label(entry->phase), "age_seconds",
			 (json_int_t)entry->age_seconds, "rule", entry->rule);
}

static void print_json(const struct flows_list *list, const struct flow_entry *entry, bool first)
{
	json_t *object = entry_json(entry);

	fputs(first ? "\n" : ",\n", list->out);
	json_dumpf(object, list->out, 0);
	json_decref(object);
}

static size_t count_listed(const struct flows_list *list)
{
	size_t listed = 0;

	for (unsigned phase = 0; phase < FLOW_PHASE_COUNT; phase++)
		listed += list->counts[phase];
	return listed;
}

int flows_list_add(const struct flow_entry *entry, void *context)
{
	struct flows_list *list = context;

	if (entry->expired) {
		list->expired++;
		return 0;
	}
	if (list->json)
		print_json(list, entry, !count_listed(list));
	else
		print_text(entry, list->out);
	list->counts[entry->phase]++;
	return 0;
}

static void end_json(const struct flows_list *list)
{
	json_t *counts = json_object();

	for (unsigned phase = 0; phase < FLOW_PHASE_COUNT; phase++)
		json_object_set_new(counts, counters_phase_label(phase),
				    json_integer((json_int_t)list->counts[phase]));
	fputs("\n], \"counts\": ", list->out);
	json_dumpf(counts, list->out, 0);
	fprintf(list->out, ", \"expired\": %zu}}\n", list->expired);
	json_decref(counts);
}

void flows_list_end(struct flows_list *list)
{
	if (list->json) {
		end_json(list);
		return;
	}
	fprintf(list->out, "\n%-11s  %10s\n", "phase", "entries");
	for (unsigned phase = 0; phase < FLOW_PHASE_COUNT; phase++)
		fprintf(list->out, "%-11s  %10zu\n", counters_phase_label(phase),
			list->counts[phase]);
	fprintf(list->out, "%-11s  %10zu  (not listed: they count as not there)\n", "expired",
		list->expired);
}
