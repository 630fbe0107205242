// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The page's 19 rules: both directions, both families, tagged and not; and nothing beside them. */
#include "judge.h"

enum party { PROXY, EDGE, DIRECTOR, POOL, SERVER, CLIENT, ANYBODY, PARTY_COUNT };

static const struct {
	const char *name, *ipv4, *ipv6;
} parties[PARTY_COUNT] = {
	[PROXY] = {"the reverse proxy", PROXY4, PROXY6},
	[EDGE] = {"the Edge", EDGE4, EDGE6},
	[DIRECTOR] = {"the Director", DIRECTOR4, DIRECTOR6},
	[POOL] = {"the pool", POOL4, POOL6},
	[SERVER] = {"the server", SERVER4, SERVER6},
	[CLIENT] = {"a client", CLIENT4, CLIENT6},
	[ANYBODY] = {"an outsider", OUTSIDER4, OUTSIDER6},
};

/* The page, once more and by hand. */
struct page_rule {
	const char *id;
	enum party from, to;
	int port;
};

static const struct page_rule page[] = {
	{"rp-dir-8080", PROXY, DIRECTOR, 8080},   {"rp-fep-8080", PROXY, POOL, 8080},
	{"rp-fes-8080", PROXY, SERVER, 8080},     {"rp-dir-4443", PROXY, DIRECTOR, 4443},
	{"rp-fep-4443", PROXY, POOL, 4443},       {"rp-fes-4443", PROXY, SERVER, 4443},
	{"dir-fep-444", DIRECTOR, POOL, 444},     {"dir-fes-444", DIRECTOR, SERVER, 444},
	{"cli-dir-80", CLIENT, DIRECTOR, 80},     {"cli-dir-443", CLIENT, DIRECTOR, 443},
	{"edge-dir-5061", EDGE, DIRECTOR, 5061},  {"edge-fep-5061", EDGE, POOL, 5061},
	{"edge-fes-5061", EDGE, SERVER, 5061},    {"dir-edge-5061", DIRECTOR, EDGE, 5061},
	{"fep-edge-5061", POOL, EDGE, 5061},      {"fes-edge-5061", SERVER, EDGE, 5061},
	{"any-edge-50001", ANYBODY, EDGE, 50001}, {"any-edge-50002", ANYBODY, EDGE, 50002},
	{"any-edge-50003", ANYBODY, EDGE, 50003},
};
_Static_assert(COUNT_OF(page) == 19, "the page has 19 rules");

static const struct {
	const char *name;
	struct tag tags[TAGS_MAX];
} taggings[] = {
	{"untagged", {{0}}},
	{"tagged", {{TAG_CUSTOMER, 10}}},
	{"tagged by the provider", {{TAG_SERVICE, 4094}}},
	{"tagged twice", {{TAG_SERVICE, 100}, {TAG_CUSTOMER, 10}}},
	{"tagged with a priority alone", {{TAG_CUSTOMER, 5 << 13}}},
	{"tagged with id 0 twice", {{TAG_SERVICE, 0}, {TAG_CUSTOMER, 0}}},
};

static const char *address(enum party party, bool ipv6)
{
	return ipv6 ? parties[party].ipv6 : parties[party].ipv4;
}

static const struct {
	const char *name;
	int flags;
	bool answers; /* it may be a reply */
} flag_sets[] = {
	{"SYN, ACK", SYN | ACK, true},
	{"ACK", ACK, true},
	{"RST", RST, true},
	{"FIN, ACK", FIN | ACK, true},
	{"SYN", SYN, false},
	{"SYN of one who knows ECN", SYN | ECE | CWR, false},
};

/* An opening, and what comes back, of one rule. */
static void expect_both_ways(struct gate *gate, const struct page_rule *rule,
			     const struct frame *opening)
{
	struct frame reply = {.from = opening->to, .to = opening->from, .from_port = rule->port};

	memcpy(reply.tags, opening->tags, sizeof(reply.tags));
	expect(gate, "SYN", opening, (struct outcome)OPENS(rule->id));
	for (size_t i = 0; i < COUNT_OF(flag_sets); i++) {
		reply.flags = flag_sets[i].flags;
		expect(gate, flag_sets[i].name, &reply,
		       flag_sets[i].answers ? (struct outcome)REPLIES(rule->id)
					    : (struct outcome)DROPS(NOT_A_REPLY));
		expect_counters(gate);
	}
}

static void a_rule_passes_both_ways_and_only_replies_come_back(void **state)
{
	const struct page_rule *rule = *state;
	struct gate *gate = open_gate(SITE_USUAL);

	for (size_t i = 0; i < COUNT_OF(taggings); i++) {
		for (int ipv6 = 0; ipv6 < 2; ipv6++) {
			struct frame opening = {.from = address(rule->from, ipv6),
						.to = address(rule->to, ipv6),
						.to_port = rule->port};

			memcpy(opening.tags, taggings[i].tags, sizeof(opening.tags));
			expect_both_ways(gate, rule, &opening);
		}
	}
}

static struct outcome expected_opening(enum party from, enum party to, int port)
{
	for (size_t i = 0; i < COUNT_OF(page); i++)
		if ((page[i].from == from || page[i].from == ANYBODY) && page[i].to == to &&
		    page[i].port == port)
			return (struct outcome)OPENS(page[i].id);
	if (from == ANYBODY)
		return (struct outcome)DROPS(NO_ROLE_SOURCE);
	if (to == ANYBODY)
		return (struct outcome)DROPS(NO_ROLE_DESTINATION);
	return (struct outcome)DROPS(NO_RULE);
}

static void expect_opening(struct gate *gate, enum party from, enum party to, int port, bool ipv6)
{
	struct frame frame = {
		.from = address(from, ipv6), .to = address(to, ipv6), .to_port = port};
	char name[128];

	snprintf(name, sizeof(name), "from %s to %s, port %d, IPv%d", parties[from].name,
		 parties[to].name, port, ipv6 ? 6 : 4);
	expect(gate, name, &frame, expected_opening(from, to, port));
}

/* Every party to every other, on every port of the page. */
static void nothing_opens_that_the_page_does_not_list(void **state)
{
	static const int ports[] = {80, 443, 444, 4443, 5061, 8080, 50001, 50002, 50003};
	struct gate *gate = open_gate(SITE_USUAL);

	(void)state;
	for (int pair = 0; pair < PARTY_COUNT * PARTY_COUNT; pair++) {
		enum party from = pair / PARTY_COUNT, to = pair % PARTY_COUNT;

		for (size_t i = 0; i < COUNT_OF(ports) && from != to; i++) {
			expect_opening(gate, from, to, ports[i], false);
			expect_opening(gate, from, to, ports[i], true);
		}
	}
	expect_counters(gate);
}

/* The ports beside the page's, which no rule names. */
static void the_ports_beside_a_rule_are_unknown(void **state)
{
	struct gate *gate = open_gate(SITE_USUAL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(page); i++) {
		for (int port = page[i].port - 1; port <= page[i].port + 1; port += 2) {
			struct frame frame = {.from = address(page[i].from, false),
					      .to = address(page[i].to, false),
					      .to_port = port};
			bool named = port == 443 || port == 444 || port == 5060 || port == 5062 ||
				     (port >= 50001 && port <= 50003);

			if (!named)
				expect(gate, page[i].id, &frame,
				       (struct outcome)DROPS(UNKNOWN_PORT));
		}
	}
	expect_counters(gate);
}

static void a_rule_for_tcp_says_nothing_about_udp(void **state)
{
	struct gate *gate = open_gate(SITE_USUAL);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(page); i++) {
		struct frame frame = {.from = address(page[i].from, false),
				      .to = address(page[i].to, false),
				      .protocol = IPPROTO_UDP,
				      .to_port = page[i].port};

		/* 5061 is a port of the site's UDP rule for the resolvers. */
		expect(gate, page[i].id, &frame,
		       page[i].port == 5061 ? (struct outcome)DROPS(NO_RULE)
					    : (struct outcome)DROPS(UNKNOWN_PORT));
	}
	expect_counters(gate);
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(nothing_opens_that_the_page_does_not_list),
		cmocka_unit_test(the_ports_beside_a_rule_are_unknown),
		cmocka_unit_test(a_rule_for_tcp_says_nothing_about_udp),
	};
	struct CMUnitTest tests[COUNT_OF(page) + COUNT_OF(others)];
	char names[COUNT_OF(page)][64];

	for (size_t i = 0; i < COUNT_OF(page); i++) {
		snprintf(names[i], sizeof(names[i]), "%s passes openings and replies", page[i].id);
		tests[i] = (struct CMUnitTest){
			.name = names[i],
			.test_func = a_rule_passes_both_ways_and_only_replies_come_back,
			.initial_state = (void *)&page[i]};
	}
	memcpy(tests + COUNT_OF(page), others, sizeof(others));
	return cmocka_run_group_tests_name("rules", tests, NULL, close_gates);
}
