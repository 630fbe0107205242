// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <cmocka.h>

#include "flows_print.h"
#include "memory.h"
#include "state_fixture.h"
#include "status.h"

static struct address address_of(const char *text)
{
	struct address address;
	struct error error;

	assert_int_equal(prefix_read_address(text, &address, &error), 0);
	return address;
}

static struct flow_entry entry_of(__u8 protocol, const char *opener, const char *responder,
				  enum flow_phase phase)
{
	return (struct flow_entry){
		.protocol = protocol,
		.opener = address_of(opener),
		.responder = address_of(responder),
		.phase = phase,
		.age_seconds = 3,
	};
}

static void add_all(struct flows_list *list)
{
	struct flow_entry opening =
		entry_of(IPPROTO_TCP, "10.10.0.10", "10.20.1.10", FLOW_TCP_OPENING);
	struct flow_entry old = opening;
	struct flow_entry open =
		entry_of(IPPROTO_TCP, "2001:db8:10::20", "2001:db8:21::10", FLOW_TCP_OPEN);
	struct flow_entry other = entry_of(112, "10.10.0.2", "224.0.0.18", FLOW_OTHER);

	opening.opener_port = 65535;
	opening.responder_port = 8080;
	open.opener_port = 40001;
	open.responder_port = 5061;
	open.age_seconds = 86399;
	open.rule = "edge-dir-5061";
	other.rule = "vrrp";
	old.expired = true;
	assert_int_equal(flows_list_add(&old, list), 0);
	assert_int_equal(flows_list_add(&opening, list), 0);
	assert_int_equal(flows_list_add(&open, list), 0);
	assert_int_equal(flows_list_add(&other, list), 0);
}

/* The whole list, of the document or as text. To be freed. */
static char *print(json_t *document, void (*add)(struct flows_list *list))
{
	struct flows_list list;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	flows_list_begin(&list, document, out);
	if (add)
		add(&list);
	flows_list_end(&list);
	fclose(out);
	return text;
}

static void lists_what_counts_and_counts_it_by_phase(void **ignored)
{
	AUTO_FREE char *text = print(NULL, add_all);

	(void)ignored;
	assert_string_equal(
		text,
		"\n"
		"protocol   opener                 responder              phase            age  "
		"rule\n"
		"tcp        10.10.0.10:65535       10.20.1.10:8080        tcp-opening       3s  -\n"
		"tcp        [2001:db8:10::20]:40001                          "
		"[2001:db8:21::10]:5061                           tcp-open      86399s  "
		"edge-dir-5061\n"
		"vrrp       10.10.0.2              224.0.0.18             other             3s  "
		"vrrp\n"
		"\n"
		"phase           entries\n"
		"tcp-opening           1\n"
		"tcp-open              1\n"
		"tcp-closing           0\n"
		"udp-opening           0\n"
		"udp-open              0\n"
		"other                 1\n"
		"expired               1  (not listed: they count as not there)\n");
}

static void widest_endpoints_leave_the_columns_in_place(void **ignored)
{
	struct flow_entry entry =
		entry_of(IPPROTO_UDP, "1111:2222:3333:4444:5555:6666:7777:8888",
			 "1111:2222:3333:4444:5555:6666:7777:9999", FLOW_UDP_OPENING);
	struct flows_list list;
	AUTO_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)ignored;
	entry.opener_port = entry.responder_port = 65535;
	list = (struct flows_list){.out = out};
	flows_list_add(&entry, &list);
	fclose(out);
	assert_string_equal(text, "udp        [1111:2222:3333:4444:5555:6666:7777:8888]:65535  "
				  "[1111:2222:3333:4444:5555:6666:7777:9999]:65535  "
				  "udp-opening       3s  -\n");
}

static json_t *read_document(void (*add)(struct flows_list *list))
{
	struct fixture fixture;
	AUTO_FREE char *text = NULL;
	json_error_t error;
	json_t *document;

	fixture_fill(&fixture);
	text = print(status_json(&fixture.state), add);
	document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!document)
		fail_msg("%s at line %d of\n%s", error.text, error.line, text);
	return document;
}

/* It is what `status --json` prints, and more. */
static void json_is_the_status_with_a_list_in_it(void **ignored)
{
	struct fixture fixture;
	json_t *document = read_document(add_all), *status, *flows, *entries;
	AUTO_FREE char *open = NULL, *other = NULL;

	(void)ignored;
	fixture_fill(&fixture);
	status = status_json(&fixture.state);
	flows = json_object_get(document, "flows");
	entries = json_incref(json_object_get(flows, "entries"));
	assert_int_equal(json_array_size(entries), 3);
	open = json_dumps(json_array_get(entries, 1), 0);
	other = json_dumps(json_array_get(entries, 2), 0);
	json_decref(entries);
	assert_string_equal(open, "{\"protocol\": \"tcp\", \"opener\": \"2001:db8:10::20\", "
				  "\"opener_port\": 40001, \"responder\": \"2001:db8:21::10\", "
				  "\"responder_port\": 5061, \"phase\": \"tcp-open\", "
				  "\"age_seconds\": 86399, \"rule\": \"edge-dir-5061\"}");
	assert_string_equal(other, "{\"protocol\": \"vrrp\", \"opener\": \"10.10.0.2\", "
				   "\"opener_port\": null, \"responder\": \"224.0.0.18\", "
				   "\"responder_port\": null, \"phase\": \"other\", "
				   "\"age_seconds\": 3, \"rule\": \"vrrp\"}");
	json_object_del(flows, "entries");
	json_object_del(flows, "counts");
	json_object_del(flows, "expired");
	assert_true(json_equal(document, status));
	json_decref(document);
	json_decref(status);
}

static void json_counts_every_phase_and_what_expired(void **ignored)
{
	json_t *document = read_document(add_all);
	json_t *flows = json_object_get(document, "flows");
	AUTO_FREE char *counts = json_dumps(json_object_get(flows, "counts"), 0);

	(void)ignored;
	assert_string_equal(counts, "{\"tcp-opening\": 1, \"tcp-open\": 1, \"tcp-closing\": 0, "
				    "\"udp-opening\": 0, \"udp-open\": 0, \"other\": 1}");
	assert_int_equal(json_integer_value(json_object_get(flows, "expired")), 1);
	json_decref(document);
}

static void json_of_empty_tables_has_an_empty_list(void **ignored)
{
	json_t *document = read_document(NULL);
	const json_t *flows = json_object_get(document, "flows");

	(void)ignored;
	assert_true(json_is_array(json_object_get(flows, "entries")));
	assert_int_equal(json_array_size(json_object_get(flows, "entries")), 0);
	json_decref(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_what_counts_and_counts_it_by_phase),
		cmocka_unit_test(widest_endpoints_leave_the_columns_in_place),
		cmocka_unit_test(json_is_the_status_with_a_list_in_it),
		cmocka_unit_test(json_counts_every_phase_and_what_expired),
		cmocka_unit_test(json_of_empty_tables_has_an_empty_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
