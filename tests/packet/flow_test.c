// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Replies and flows: what passes because of what was there before. */
#include "conversation.h"

/* A client's connection to the Director, and its answers. */
#define ASKS(control, ...)                                                                         \
	{.from = CLIENT4, .to = DIRECTOR4, .to_port = 443, .flags = (control), __VA_ARGS__}
#define ANSWERS(control, ...)                                                                      \
	{.from = DIRECTOR4, .to = CLIENT4, .from_port = 443, .flags = (control), __VA_ARGS__}
#define ASKS6(control, ...)                                                                        \
	{.from = CLIENT6, .to = DIRECTOR6, .to_port = 443, .flags = (control), __VA_ARGS__}
#define ANSWERS6(control, ...)                                                                     \
	{.from = DIRECTOR6, .to = CLIENT6, .from_port = 443, .flags = (control), __VA_ARGS__}
#define OPENED  OPENS("cli-dir-443")
#define REPLIED REPLIES("cli-dir-443")

/* The handshake: the Director's number is 1000. */
#define HANDSHAKE                                                                                  \
	{0, INSIDE, ASKS(SYN), OPENED}, {0, INSIDE, ANSWERS(SYN | ACK, .sequence = 1000), REPLIED}, \
	{                                                                                          \
		0, INSIDE, ASKS(ACK, .acknowledgement = 1001), OPENED                              \
	}
#define AFTER_HANDSHAKE [FLOW_EVENT_OPENING] = 1, [FLOW_EVENT_PROMOTION] = 1

/* A query to the resolver, by the rule dns. */
#define QUERY                                                                                      \
	{.from = DIRECTOR4, .to = RESOLVER4, .to_port = 53, .protocol = IPPROTO_UDP, .filler = 20}
#define RESPONSE                                                                                   \
	{.from = RESOLVER4, .to = DIRECTOR4, .from_port = 53, .protocol = IPPROTO_UDP, .filler = 40}

#define TUNNEL      {.from = ROUTER4, .to = EDGE4, .protocol = IPPROTO_GRE, .filler = 8}
#define TUNNEL_BACK {.from = EDGE4, .to = ROUTER4, .protocol = IPPROTO_GRE, .filler = 8}

#define UNREACHABLE_TO(receiver, ...)                                                              \
	{.from = OUTSIDER4, .to = (receiver), .protocol = IPPROTO_ICMP, .type = 3, .code = 1,      \
	 .quoted = &(const struct frame)__VA_ARGS__}

/* clang-format off */
static const struct conversation conversations[] = {
	{"a connection opens, is answered, and goes on both ways", .steps = {
		HANDSHAKE,
		{1, INSIDE, ANSWERS(ACK | PSH, .filler = 100), REPLIED},
		{80000, INSIDE, ANSWERS(ACK), REPLIED},
		{160000, INSIDE, ASKS(ACK), OPENED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"a connection in IPv6 likewise", .steps = {
		{0, INSIDE, ASKS6(SYN), OPENED},
		{0, INSIDE, ANSWERS6(SYN | ACK, .sequence = 77), REPLIED},
		{0, INSIDE, ASKS6(ACK, .acknowledgement = 78), OPENED},
		{80000, INSIDE, ANSWERS6(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"nobody asked, nobody answers", .steps = {
		{0, INSIDE, ANSWERS(SYN | ACK), DROPS(NO_FLOW)},
		{0, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
		{0, INSIDE, ANSWERS(RST), DROPS(NO_FLOW)},
		{0, INSIDE, ANSWERS(RST | ACK), DROPS(NO_FLOW)},
		{0, INSIDE, ANSWERS(FIN | ACK), DROPS(NO_FLOW)},
		{0, INSIDE, ANSWERS6(SYN | ACK), DROPS(NO_FLOW)},
		{0, PERIMETER, RESPONSE, DROPS(NO_FLOW)},
		{0, PERIMETER, TUNNEL_BACK, DROPS(NO_FLOW)},
	 }},
	{"the answer is for the port that asked", .steps = {
		HANDSHAKE,
		{0, INSIDE, ANSWERS(ACK, .to_port = 50000), DROPS(NO_FLOW)},
	 }, .events = {AFTER_HANDSHAKE}},
	{"a SYN that nobody answers is forgotten after a minute", .steps = {
		{0, INSIDE, ASKS(SYN), OPENED},
		{59.9, INSIDE, ANSWERS(SYN | ACK), REPLIED},
		{60, INSIDE, ANSWERS(SYN | ACK), DROPS(NO_FLOW)},
	 }, .events = {[FLOW_EVENT_OPENING] = 1}},
	{"a SYN sent again keeps its opening, and its answer", .steps = {
		{0, INSIDE, ASKS(SYN), OPENED},
		{1, INSIDE, ANSWERS(SYN | ACK, .sequence = 1000), REPLIED},
		{30, INSIDE, ASKS(SYN), OPENED},
		{80, INSIDE, ASKS(ACK, .acknowledgement = 1001), OPENED},
		{80000, INSIDE, ANSWERS(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"only the number of the answer promotes", .steps = {
		{0, INSIDE, ASKS(SYN), OPENED},
		{0, INSIDE, ASKS(ACK), OPENED},
		{0, INSIDE, ANSWERS(SYN | ACK, .sequence = 1000), REPLIED},
		{0, INSIDE, ASKS(ACK, .acknowledgement = 1000), OPENED},
		{0, INSIDE, ASKS(ACK, .acknowledgement = 1002), OPENED},
		{0, INSIDE, ASKS(RST | ACK, .acknowledgement = 1001), OPENED},
		{0, INSIDE, ASKS(SYN | ACK, .acknowledgement = 1001), OPENED},
		{70, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {[FLOW_EVENT_OPENING] = 1}},
	{"the number goes round", .steps = {
		{0, INSIDE, ASKS(SYN), OPENED},
		{0, INSIDE, ANSWERS(SYN | ACK, .sequence = 0xffffffff), REPLIED},
		{0, INSIDE, ASKS(ACK, .acknowledgement = 0), OPENED},
		{3600, INSIDE, ANSWERS(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"an answer of RST promotes nothing, and teaches no number", .steps = {
		{0, INSIDE, ASKS(ACK, .acknowledgement = 5000), OPENED},
		{0, INSIDE, ANSWERS(RST, .sequence = 5000), REPLIED},
		{0, INSIDE, ASKS(ACK, .acknowledgement = 5000), OPENED},
		{70, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {[FLOW_EVENT_OPENING] = 1}},
	{"a connection is picked up in mid-stream, and proven by data", .steps = {
		{0, INSIDE, ASKS(ACK | PSH, .filler = 10), OPENED},
		{0, INSIDE, ANSWERS(ACK, .sequence = 3000, .filler = 500), REPLIED},
		{0, INSIDE, ASKS(ACK, .acknowledgement = 3500), OPENED},
		{80000, INSIDE, ANSWERS(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"without pick-up an opener has to begin with a SYN", "pickup: false\n", 300, .steps = {
		{0, INSIDE, ASKS(ACK), DROPS(NO_FLOW)},
		{0, INSIDE, ASKS(RST), DROPS(NO_FLOW)},
		{0, INSIDE, ASKS(SYN | ACK), DROPS(NO_FLOW)},
		{0, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
		HANDSHAKE,
		{80000, INSIDE, ASKS(ACK), OPENED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"a RST picks nothing up", .steps = {
		{0, INSIDE, ASKS(RST), OPENED},
		{0, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }},
	{"soon after attaching who speaks first may be who answers", .grace = 300, .steps = {
		{0, INSIDE, ANSWERS(ACK), REPLIED},
		{299, INSIDE, ANSWERS(RST), REPLIED},
		{299, INSIDE, ANSWERS(SYN), DROPS(NOT_A_REPLY)},
		{299, PERIMETER, RESPONSE, REPLIES("dns")},
		{299, INSIDE, UNREACHABLE_TO(CLIENT4, ASKS(ACK)), SWITCHED(ICMP_ERRORS)},
		{299, PERIMETER, TUNNEL_BACK, DROPS(NO_FLOW)},
		{300, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
		{300, INSIDE, UNREACHABLE_TO(CLIENT4, ASKS(ACK)), DROPS(ICMP_UNRELATED)},
	 }, .events = {[FLOW_EVENT_OPENING] = 1, [FLOW_EVENT_GRACE_REPLY] = 3}},
	{"who speaks first soon after attaching goes on when it is acknowledged", .grace = 300,
	 .steps = {
		{10, INSIDE, ANSWERS(ACK | PSH, .sequence = 3000, .filler = 100), REPLIED},
		{10, INSIDE, ASKS(ACK | PSH, .acknowledgement = 3100, .filler = 50), OPENED},
		{11, INSIDE, ANSWERS(ACK, .sequence = 3100), REPLIED},
		{700, INSIDE, ANSWERS(ACK | PSH, .filler = 100), REPLIED},
	 }, .events = {AFTER_HANDSHAKE, [FLOW_EVENT_GRACE_REPLY] = 1}},
	{"and is forgotten when it is not", .grace = 300, .steps = {
		{299, INSIDE, ANSWERS(ACK | PSH, .sequence = 3000, .filler = 100), REPLIED},
		{300, INSIDE, ASKS(ACK, .acknowledgement = 3101), OPENED},
		{301, INSIDE, ASKS(RST | ACK, .acknowledgement = 3100), OPENED},
		{361, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {[FLOW_EVENT_OPENING] = 1, [FLOW_EVENT_GRACE_REPLY] = 1}},
	{"a keep-alive probe does not spoil the number", .steps = {
		{0, INSIDE, ASKS(ACK | PSH, .filler = 10), OPENED},
		{0, INSIDE, ANSWERS(ACK, .sequence = 5000), REPLIED},
		{30, INSIDE, ANSWERS(ACK, .sequence = 4999), REPLIED},
		{30, INSIDE, ASKS(ACK, .acknowledgement = 5000), OPENED},
		{800, INSIDE, ANSWERS(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"a keep-alive probe proves as well", .steps = {
		{0, INSIDE, ASKS(ACK), OPENED},
		{30, INSIDE, ANSWERS(ACK, .sequence = 4999), REPLIED},
		{30, INSIDE, ASKS(ACK, .acknowledgement = 5001), OPENED},
		{30, INSIDE, ASKS(ACK, .acknowledgement = 5000), OPENED},
		{800, INSIDE, ANSWERS(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"the latest number counts, and a SYN-ACK begins anew", .steps = {
		{0, INSIDE, ASKS(SYN), OPENED},
		{0, INSIDE, ANSWERS(SYN | ACK, .sequence = 9000), REPLIED},
		{1, INSIDE, ASKS(SYN), OPENED},
		{1, INSIDE, ANSWERS(SYN | ACK, .sequence = 1000), REPLIED},
		{1, INSIDE, ASKS(ACK, .acknowledgement = 9001), OPENED},
		{1, INSIDE, ANSWERS(ACK, .sequence = 1001, .filler = 10), REPLIED},
		{1, INSIDE, ANSWERS(ACK, .sequence = 1001, .filler = 5), REPLIED},
		{2, INSIDE, ASKS(ACK, .acknowledgement = 1012), OPENED},
		{2, INSIDE, ASKS(ACK, .acknowledgement = 1006), OPENED},
		{2, INSIDE, ASKS(ACK, .acknowledgement = 1011), OPENED},
		{800, INSIDE, ANSWERS(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"a connection ends with FIN from both sides", .steps = {
		HANDSHAKE,
		{10, INSIDE, ASKS(FIN | ACK), OPENED},
		{500, INSIDE, ANSWERS(ACK, .filler = 1000), REPLIED},
		{510, INSIDE, ANSWERS(FIN | ACK), REPLIED},
		{511, INSIDE, ASKS(ACK), OPENED},
		{630, INSIDE, ANSWERS(ACK), REPLIED},
		{751, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {AFTER_HANDSHAKE, [FLOW_EVENT_END] = 1}},
	{"data after both FINs opens it again", .steps = {
		HANDSHAKE,
		{10, INSIDE, ASKS(FIN | ACK), OPENED},
		{10, INSIDE, ANSWERS(FIN | ACK), REPLIED},
		{20, INSIDE, ANSWERS(ACK, .filler = 1), REPLIED},
		{2000, INSIDE, ANSWERS(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE, [FLOW_EVENT_END] = 1}},
	{"a connection ends with RST", .steps = {
		HANDSHAKE,
		{10, INSIDE, ANSWERS(RST), REPLIED},
		{129, INSIDE, ANSWERS(RST), REPLIED},
		{250, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {AFTER_HANDSHAKE, [FLOW_EVENT_END] = 1}},
	{"a blind RST ends nothing", .steps = {
		HANDSHAKE,
		{10, INSIDE, ASKS(RST), OPENED},
		{20, INSIDE, ANSWERS(ACK), REPLIED},
		{2000, INSIDE, ANSWERS(ACK), REPLIED},
	 }, .events = {AFTER_HANDSHAKE, [FLOW_EVENT_END] = 1}},
	{"a FIN counts, though a blind RST followed it", .steps = {
		HANDSHAKE,
		{10, INSIDE, ASKS(FIN | ACK), OPENED},
		{11, INSIDE, ASKS(RST), OPENED},
		{12, INSIDE, ANSWERS(ACK, .filler = 100), REPLIED},
		{13, INSIDE, ANSWERS(FIN | ACK), REPLIED},
		{132, INSIDE, ASKS(ACK), OPENED},
		{253, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {AFTER_HANDSHAKE, [FLOW_EVENT_END] = 2}},
	{"a SYN alone does not open a closing one again", .steps = {
		HANDSHAKE,
		{10, INSIDE, ASKS(RST), OPENED},
		{20, INSIDE, ANSWERS(SYN | ACK), REPLIED},
		{141, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {AFTER_HANDSHAKE, [FLOW_EVENT_END] = 1}},
	{"an open connection is forgotten after a day of silence", .steps = {
		HANDSHAKE,
		{86399, INSIDE, ANSWERS(ACK), REPLIED},
		{172798, INSIDE, ANSWERS(ACK), REPLIED},
		{259198, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {AFTER_HANDSHAKE}},
	{"times are configured", "timeouts: {tcp-opening: 5s, tcp-open: 30m, tcp-closing: 7s}\n",
	 .steps = {
		{0, INSIDE, ASKS(SYN), OPENED},
		{5, INSIDE, ANSWERS(SYN | ACK), DROPS(NO_FLOW)},
		{10, INSIDE, ASKS(SYN), OPENED},
		{11, INSIDE, ANSWERS(SYN | ACK, .sequence = 1000), REPLIED},
		{12, INSIDE, ASKS(ACK, .acknowledgement = 1001), OPENED},
		{1811, INSIDE, ANSWERS(ACK), REPLIED},
		{1811, INSIDE, ANSWERS(RST), REPLIED},
		{1818, INSIDE, ANSWERS(ACK), DROPS(NO_FLOW)},
	 }, .events = {[FLOW_EVENT_OPENING] = 2, [FLOW_EVENT_PROMOTION] = 1, [FLOW_EVENT_END] = 1}},
	{"UDP is promoted by its first answer", .steps = {
		{0, INSIDE, QUERY, OPENS("dns")},
		{29, PERIMETER, RESPONSE, REPLIES("dns")},
		{200, PERIMETER, RESPONSE, REPLIES("dns")},
		{379, INSIDE, QUERY, OPENS("dns")},
		{560, PERIMETER, RESPONSE, DROPS(NO_FLOW)},
	 }, .events = {AFTER_HANDSHAKE}},
	{"UDP without an answer is forgotten after half a minute", .steps = {
		{0, INSIDE, QUERY, OPENS("dns")},
		{30, PERIMETER, RESPONSE, DROPS(NO_FLOW)},
	 }, .events = {[FLOW_EVENT_OPENING] = 1}},
	{"other protocols are answered too", .steps = {
		{0, INSIDE, TUNNEL, OPENS("tunnel")},
		{599, PERIMETER, TUNNEL_BACK, REPLIES("tunnel")},
		{1198, PERIMETER, TUNNEL_BACK, REPLIES("tunnel")},
		{1799, PERIMETER, TUNNEL_BACK, DROPS(NO_FLOW)},
	 }, .events = {AFTER_HANDSHAKE}},
	{"a flow goes on by whichever interface its packets come", .steps = {
		HANDSHAKE,
		{1, PERIMETER, ANSWERS(ACK), REPLIED},
		{2, INSIDE, ANSWERS(ACK), REPLIED},
		{3, PERIMETER, ASKS(ACK), OPENED},
	 }, .events = {AFTER_HANDSHAKE}},
	{"an error passes about a connection that is there", .steps = {
		{0, INSIDE, UNREACHABLE_TO(CLIENT4, ASKS(SYN)), DROPS(ICMP_UNRELATED)},
		{0, INSIDE, ASKS(SYN), OPENED},
		{1, INSIDE, UNREACHABLE_TO(CLIENT4, ASKS(SYN)), SWITCHED(ICMP_ERRORS)},
		{1, INSIDE, UNREACHABLE_TO(DIRECTOR4, ANSWERS(SYN | ACK)), SWITCHED(ICMP_ERRORS)},
		{1, INSIDE, UNREACHABLE_TO(CLIENT4, ASKS(SYN, .from_port = 50000)),
		 DROPS(ICMP_UNRELATED)},
		{61, INSIDE, UNREACHABLE_TO(CLIENT4, ASKS(SYN)), DROPS(ICMP_UNRELATED)},
		{61, INSIDE, TUNNEL, OPENS("tunnel")},
		{61, INSIDE, UNREACHABLE_TO(ROUTER4, TUNNEL), SWITCHED(ICMP_ERRORS)},
	 }, .events = {[FLOW_EVENT_OPENING] = 2}},
	{"both ports are named: an answer is an answer where its question is there", .steps = {
		{0, INSIDE, {.from = DIRECTOR4, .to = EDGE4, .from_port = 5061, .to_port = 5061},
		 OPENS("dir-edge-5061")},
		{0, PERIMETER, {.from = EDGE4, .to = DIRECTOR4, .from_port = 5061, .to_port = 5061,
			        .flags = SYN | ACK, .sequence = 1000}, REPLIES("dir-edge-5061")},
		{0, INSIDE, {.from = DIRECTOR4, .to = EDGE4, .from_port = 5061, .to_port = 5061,
			     .flags = ACK, .acknowledgement = 1001}, OPENS("dir-edge-5061")},
		{900, PERIMETER, {.from = EDGE4, .to = DIRECTOR4, .from_port = 5061, .to_port = 5061,
			          .flags = ACK}, REPLIES("dir-edge-5061")},
		{900, PERIMETER, {.from = EDGE4, .to = DIRECTOR4, .from_port = 5061, .to_port = 5061},
		 OPENS("edge-dir-5061")},
	 }, .events = {[FLOW_EVENT_OPENING] = 2, [FLOW_EVENT_PROMOTION] = 1}},
};
/* clang-format on */

int main(void)
{
	struct CMUnitTest tests[COUNT_OF(conversations)];

	for (size_t i = 0; i < COUNT_OF(conversations); i++)
		tests[i] = (struct CMUnitTest){.name = conversations[i].name,
					       .test_func = conversation_holds,
					       .initial_state = (void *)&conversations[i]};
	return _cmocka_run_group_tests("flow", tests, COUNT_OF(tests), NULL, close_stages);
}
