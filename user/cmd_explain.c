// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "command_policy.h"
#include "dataplane.h"
#include "explain.h"
#include "frame.h"
#include "memory.h"
#include "output.h"

#define SOURCE_PORT "49152" /* the first of the dynamic ports (RFC 6335) */

struct explain_options {
	const char *config, *base, *source_port, *interface, *vlan;
	bool json, reply;
};

/* A decimal number without sign and leading zeros; -1 when it is none, or more than `most`. */
static int read_number(const char *text, unsigned most)
{
	size_t digits = strspn(text, "0123456789");

	if (digits < 1 || digits > 5 || text[digits] || (digits > 1 && *text == '0'))
		return -1;
	return strtoul(text, NULL, 10) > most ? -1 : atoi(text);
}

static int read_port(const char *text, __u16 *port)
{
	int number = read_number(text, UINT16_MAX);

	if (number < 1)
		return -1;
	*port = number;
	return 0;
}

static int read_protocol(const char *text)
{
	int number = policy_protocol_number(text);

	return number < 0 ? read_number(text, UINT8_MAX) : number;
}

/* "tcp/5061", "udp/53", "ospf", "89", "icmp". */
static int read_service(const char *text, const char *source_port, struct frame_plan *plan,
			struct error *error)
{
	AUTO_FREE char *name = memory_copy_string(text);
	char *port = strchr(name, '/');
	int protocol;

	if (port)
		*port++ = '\0';
	protocol = read_protocol(name);
	if (protocol < 0)
		return error_set(error, -1,
				 "%s: no such protocol; expected tcp/5061, udp/53 or a "
				 "name or number such as ospf",
				 text);
	plan->protocol = protocol;
	if (!policy_protocol_has_ports(protocol))
		return port ? error_set(error, -1, "%s: %s has no ports", text, name) : 0;
	if (!port || read_port(port, &plan->destination_port))
		return error_set(error, -1, "%s: expected %s/PORT, PORT from 1 to 65535", text,
				 name);
	if (read_port(source_port, &plan->source_port))
		return error_set(error, -1, "--source-port %s: expected 1 to 65535", source_port);
	return 0;
}

static int read_question(const struct explain_options *options, char **words,
			 struct frame_plan *plan, struct error *error)
{
	struct error reason = {0};

	*plan = (struct frame_plan){.tcp_flags = FRAME_TCP_SYN};
	if (prefix_read_address(words[0], &plan->source, &reason))
		return error_set(error, -1, "%s: %s", words[0], reason.text);
	if (prefix_read_address(words[1], &plan->destination, &reason))
		return error_set(error, -1, "%s: %s", words[1], reason.text);
	if (plan->source.family != plan->destination.family)
		return error_set(error, -1, "%s and %s: one is IPv4, the other IPv6", words[0],
				 words[1]);
	return read_service(words[2], options->source_port, plan, error);
}

/* The answer to the packet: its sides swapped, SYN acknowledged. */
static struct frame_plan reply_to(const struct frame_plan *opening)
{
	return (struct frame_plan){
		.source = opening->destination,
		.destination = opening->source,
		.protocol = opening->protocol,
		.source_port = opening->destination_port,
		.destination_port = opening->source_port,
		.tcp_flags = FRAME_TCP_SYN | FRAME_TCP_ACK,
	};
}

/* The interface and VLAN that the options name. */
static int read_place(const struct explain_options *options, const struct policy *policy,
		      struct place_choice *place, struct error *error)
{
	char *end;

	*place = (struct place_choice){.vlan = VLAN_ALL};
	while (place->interface < policy->interface_count &&
	       strcmp(policy->interfaces[place->interface].name, options->interface))
		place->interface++;
	if (place->interface == policy->interface_count)
		return error_set(error, -1, "--interface %s: %s lists no such interface",
				 options->interface, options->config);
	if (!options->vlan)
		return 0;
	place->vlan = strtoul(options->vlan, &end, 10);
	if (*options->vlan < '0' || *options->vlan > '9' || *end || place->vlan >= VLAN_ID_COUNT)
		return error_set(error, -1, "--vlan %s: expected 0 to %d", options->vlan,
				 VLAN_ID_COUNT - 1);
	return 0;
}

/* Where a packet comes in: as asked, or where its source is at home, or on the first interface. */
static void find_place(const struct policy *policy, const struct tables *tables,
		       const struct place_choice *asked, const struct frame_plan *packet,
		       struct place_choice *place)
{
	*place = (struct place_choice){.vlan = VLAN_ALL};
	if (asked)
		*place = *asked;
	else
		compile_find_place(policy, tables, &packet->source, &place->interface,
				   &place->vlan);
}

static int run(struct dataplane_bench *bench, struct explanation *explanation, struct error *error)
{
	unsigned char frame[FRAME_SIZE];
	bool passed;

	explanation->packet.vlan = explanation->place.vlan > 0 ? explanation->place.vlan : 0;
	return dataplane_bench_run(bench, explanation->place.interface, frame,
				   frame_write(&explanation->packet, frame),
				   &explanation->judgement, &passed, error);
}

/* A reply is judged after its opening, which comes in where its own source is at home. */
static int judge(const struct policy *policy, const struct tables *tables,
		 const struct frame_plan *opening, struct explanation *explanation,
		 struct error *error)
{
	struct explanation before = {.policy = policy, .packet = *opening};
	struct dataplane_bench *bench;
	int err = dataplane_bench_open(policy, tables, 0, &bench, error);

	if (err)
		return err;
	find_place(policy, tables, NULL, opening, &before.place);
	if (explanation->reply)
		err = run(bench, &before, error);
	if (!err)
		err = run(bench, explanation, error);
	dataplane_bench_close(bench);
	return err;
}

static int answer(const struct explain_options *options, const struct explanation *explanation)
{
	struct error error = {0};
	int err;

	if (options->json) {
		err = output_json(explain_json(explanation), &error);
	} else {
		explain_print(explanation, stdout);
		err = output_finish(&error);
	}
	if (err)
		return command_error(error.text);
	return explanation->judgement.verdict == VERDICT_DROP ? EXIT_DROP : EXIT_GOOD;
}

static bool is_gateway(const struct policy *policy, const struct address *address)
{
	size_t count, gateway = policy_find_role(policy, ROLE_GATEWAY);
	AUTO_FREE size_t *roles = policy_roles_of(policy, address, &count);

	for (size_t i = 0; i < count; i++)
		if (roles[i] == gateway)
			return true;
	return false;
}

/* What goes out is judged by nobody, and what answers it by sockets that only the gateway has. */
static int refuse_gateway(const struct policy *policy, const struct frame_plan *opening,
			  const struct frame_plan *packet, struct error *error)
{
	if (is_gateway(policy, &opening->source))
		return error_set(error, -1,
				 "the opener is this machine itself: what it sends is not judged, "
				 "and an answer passes where a rule lets it open and it has the "
				 "socket");
	if (is_gateway(policy, &packet->source))
		return error_set(error, -1,
				 "this machine itself answers: what it sends is not judged");
	return 0;
}

static int explain(const struct explain_options *options, const struct policy *policy,
		   const struct tables *tables, const struct frame_plan *opening)
{
	struct explanation explanation = {
		.policy = policy,
		.packet = options->reply ? reply_to(opening) : *opening,
		.reply = options->reply,
	};
	struct place_choice asked;
	struct error error = {0};

	if (!options->interface && refuse_gateway(policy, opening, &explanation.packet, &error))
		return command_error(error.text);
	if (options->interface && read_place(options, policy, &asked, &error))
		return command_error(error.text);
	find_place(policy, tables, options->interface ? &asked : NULL, &explanation.packet,
		   &explanation.place);
	if (judge(policy, tables, opening, &explanation, &error))
		return command_error(error.text);
	return answer(options, &explanation);
}

int cmd_explain(int argc, char **argv)
{
	struct explain_options options = {.source_port = SOURCE_PORT};
	const struct command_option table[] = {
		{"base", "DIR", "where files that roles name are, instead of CONFIG's folder",
		 &options.base, NULL, 0},
		{"config", "CONFIG", "the configuration to judge by", &options.config, NULL, 'c'},
		{"interface", "NAME", "where it comes in, instead of where its source is at home",
		 &options.interface, NULL, 0},
		{"json", NULL, "print JSON", NULL, &options.json, 0},
		{"reply", NULL, "judge the answer of TO to FROM, after the opening", NULL,
		 &options.reply, 0},
		{"source-port", "PORT", "the opener's port, instead of " SOURCE_PORT,
		 &options.source_port, NULL, 0},
		{"vlan", "ID", "the VLAN that it comes in by, with --interface", &options.vlan,
		 NULL, 0},
		{0},
	};
	const char *usage = "--config CONFIG [--base DIR] [--interface NAME [--vlan ID]] [--json] "
			    "[--reply] [--source-port PORT] FROM TO PROTOCOL[/PORT]";
	int first = command_options(argc, argv, table, usage, 3, 3);
	struct frame_plan opening;
	struct error error = {0};
	struct policy policy;
	struct tables tables;
	int code;

	if (first < 0)
		return -1 - first;
	if (!options.config)
		return command_usage(argv[0], usage, "--config CONFIG is missing");
	if (options.vlan && !options.interface)
		return command_usage(argv[0], usage, "--vlan needs --interface");
	if (read_question(&options, argv + first, &opening, &error))
		return command_usage(argv[0], usage, error.text);
	if (!command_compile_policy(options.config, options.base, &policy, &tables))
		return EXIT_ERROR;
	code = explain(&options, &policy, &tables, &opening);
	compile_free(&tables);
	policy_free(&policy);
	return code;
}
