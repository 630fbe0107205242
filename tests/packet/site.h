/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The configurations that packets are judged by: the shipped example's addresses with
 * more roles and rules of the site, and variants of its settings. Texts, so that they
 * need no file of the tree.
 */
#ifndef PACKET_SITE_H
#define PACKET_SITE_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "compile.h"
#include "config.h"
#include "policy.h"

enum site_name {
	SITE_USUAL,   /* the switches as they are unless the configuration says otherwise */
	SITE_OPEN,    /* every switch on */
	SITE_CLOSED,  /* every switch off */
	SITE_MONITOR, /* as usual, and drops nothing */
	SITE_CHOICES, /* the profile's options, without and override */
	SITE_FLOWS,   /* as usual, and replies need a flow */
	SITE_TRUNK,   /* a trunk with VLANs, and an interface with sources */
	SITE_COUNT
};

/* Most rows are about one packet alone: there a reply needs no flow. */
struct site {
	const char *profile, *mode, *pass;
	bool stateful;
	const char *interfaces; /* NULL: two, that list no sources */
	const char *settings;   /* lines more; NULL: none */
};

static const struct site sites[SITE_COUNT] = {
	[SITE_USUAL] = {"single-director", "enforce", "{}", .stateful = false},
	[SITE_OPEN] = {"single-director", "enforce",
		       "{arp: true, neighbour-discovery: true, link-control: true, "
		       "icmp-errors: true, ping: true, dhcp: true}",
		       .stateful = false},
	[SITE_CLOSED] = {"single-director", "enforce",
			 "{arp: false, neighbour-discovery: false, link-control: false, "
			 "icmp-errors: false, ping: false, dhcp: false}",
			 .stateful = false},
	[SITE_MONITOR] = {"single-director", "monitor", "{}", .stateful = false},
	[SITE_CHOICES] = {"{name: single-director, options: [cls-to-director], "
			  "without: [rp-dir-8080], override: {any-edge-50001: {from: admins}, "
			  "cli-dir-443: {ports: [8443]}}}",
			  "enforce", "{}", .stateful = false},
	[SITE_FLOWS] = {"single-director", "enforce", "{}", .stateful = true},
	[SITE_TRUNK] = {"single-director", "enforce", "{ping: true}",
			.interfaces =
				"[{name: trunk0, vlans: [\n"
				"   {id: 10, sources: [reverse-proxy-internal, edge-internal]},\n"
				"   {id: 20, sources: [director, internal-clients]},\n"
				"   {id: none, sources: [admins]}]},\n"
				" {name: inside0, sources: [front-end-pool, front-end-server]},\n"
				" {name: outside0, vlans: [{id: 30, sources: [monitoring]}]}]"},
};

/* 10.30.0.77 is a director and a client at once, 10.20.2.22 in the pool and a server. */
static const char site_text[] =
	"roles:\n"
	"  reverse-proxy-internal: [10.10.0.10, \"2001:db8:10::10\"]\n"
	"  edge-internal: [10.10.0.20, \"2001:db8:10::20\"]\n"
	"  director: [10.20.1.10, 10.30.0.77, \"2001:db8:21::10\"]\n"
	"  front-end-pool: [10.20.2.20-10.20.2.22, \"2001:db8:22::20\"]\n"
	"  front-end-server: [10.20.3.30, 10.20.2.22, \"2001:db8:23::30\"]\n"
	"  internal-clients: [10.30.0.0/16, \"2001:db8:30::/48\"]\n"
	"  admins: [10.20.9.0/24, \"2001:db8:29::/64\"]\n"
	"  monitoring: [10.20.9.5]\n"
	"  resolvers: [10.20.4.53, \"2001:db8:24::53\"]\n"
	"  routers: [10.40.0.1-10.40.0.2, \"fe80::1\", \"fe80::2\"]\n"
	"  ospf-groups: [224.0.0.5, 224.0.0.6, \"ff02::5\"]\n"
	"  vrrp-groups: [224.0.0.18, \"ff02::12\"]\n"
	"  gateway: [10.10.0.1, 10.20.1.1, \"2001:db8:21::1\"]\n"
	"rules:\n"
	"  - {id: ssh-gateway, from: admins, to: gateway, protocol: tcp, ports: [22]}\n"
	"  - {id: node-exporter, from: monitoring, to: gateway, protocol: tcp, ports: [9100]}\n"
	"  - {id: dns, from: director, to: resolvers, protocol: [tcp, udp],\n"
	"     ports: [53, 5000-5100], source-ports: [1024-65535]}\n"
	"  - {id: ntp, from: any, to: gateway, protocol: udp, ports: [123]}\n"
	"  - {id: ntp-resolvers, from: any, to: resolvers, protocol: udp, ports: [124]}\n"
	"  - {id: backup-low, from: admins, to: resolvers, protocol: tcp, ports: [7000],\n"
	"     source-ports: [1-1023]}\n"
	"  - {id: backup-high, from: admins, to: resolvers, protocol: tcp, ports: [7000],\n"
	"     source-ports: [50000-60000]}\n"
	"  - {id: ospf, from: routers, to: ospf-groups, protocol: ospf}\n"
	"  - {id: vrrp, from: routers, to: vrrp-groups, protocol: vrrp}\n"
	"  - {id: tunnel, from: routers, to: edge-internal, protocol: gre}\n";

/* What the tests call those addresses, and one that plays no role. */
#define PROXY4    "10.10.0.10"
#define PROXY6    "2001:db8:10::10"
#define EDGE4     "10.10.0.20"
#define EDGE6     "2001:db8:10::20"
#define DIRECTOR4 "10.20.1.10"
#define DIRECTOR6 "2001:db8:21::10"
#define POOL4     "10.20.2.20"
#define POOL6     "2001:db8:22::20"
#define SERVER4   "10.20.3.30"
#define SERVER6   "2001:db8:23::30"
#define CLIENT4   "10.30.5.6"
#define CLIENT6   "2001:db8:30:5::6"
#define ADMIN4    "10.20.9.9"
#define MONITOR4  "10.20.9.5"
#define RESOLVER4 "10.20.4.53"
#define RESOLVER6 "2001:db8:24::53"
#define ROUTER4   "10.40.0.1"
#define GATEWAY4  "10.20.1.1"
#define GATEWAY6  "2001:db8:21::1"
#define OUTSIDER4 "198.51.100.7"
#define OUTSIDER6 "2001:db8:ff::7"
#define LINK6     "fe80::1234"
#define BOTH4     "10.30.0.77"

/* Writes the configuration to a file of its own, whose name goes to `path`. */
static inline void write_site(const struct site *site, char path[32])
{
	FILE *file;

	strcpy(path, "/tmp/packet-test-XXXXXX");
	file = fdopen(mkstemp(path), "w");
	assert_non_null(file);
	fprintf(file, "profile: %s\nmode: %s\npass: %s\nstateful: %s\ninterfaces: %s\n%s%s",
		site->profile, site->mode, site->pass, site->stateful ? "true" : "false",
		site->interfaces ? site->interfaces : "[{name: perimeter0}, {name: inside0}]",
		site->settings ? site->settings : "", site_text);
	assert_int_equal(fclose(file), 0);
}

static inline void read_site(const struct site *site, struct policy *policy, struct tables *tables)
{
	struct diagnostics diagnostics = {0};
	struct error error = {0};
	char path[32];

	write_site(site, path);
	if (!config_read(path, NULL, policy, &diagnostics)) {
		unlink(path);
		diagnostics_print(&diagnostics, stderr);
		fail_msg("the test's own configuration is not good");
	}
	unlink(path);
	diagnostics_free(&diagnostics);
	if (compile(policy, tables, &error))
		fail_msg("%s", error.text);
}

#endif
