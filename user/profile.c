// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <netinet/in.h>
#include <string.h>

#include "profile.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The page's places, by the words of the configuration. */
#define PROXY      "reverse-proxy-internal"
#define EDGE       "edge-internal"
#define DIRECTOR   "director"
#define POOL       "front-end-pool"
#define SERVER     "front-end-server"
#define CLIENTS    "internal-clients"
#define ANYBODY    "any"
#define OPTION_CLS "cls-to-director"

#define NOTE_PROSE                                                                                 \
	"stands in the page's prose only: no table row has this destination with this port"
#define NOTE_SIP_BACK                                                                              \
	"stands in the page's prose only, which asks for this rule without a table row"
#define NOTE_WEB                                                                                   \
	"the page prints \"Director web services\" as the destination: that is the Director "      \
	"itself"
#define NOTE_CLS                                                                                   \
	"this page prints Edge internal as the destination, and that is what the rule says; the "  \
	"pages about Director pools print the Director, which the option " OPTION_CLS " adds"
#define NOTE_CLS_OPTION "not on this page: the pages about Director pools print this destination"

static const char *const single_director_roles[] = {PROXY, EDGE, DIRECTOR, POOL, SERVER, CLIENTS};
static const char *const single_director_options[] = {OPTION_CLS};

/* clang-format off */
#define RULE(id, from, to, port, application, rows, note) \
	{ id, from, to, IPPROTO_TCP, port, application, rows, note, NULL }
#define CLS(id, port) \
	{ id, ANYBODY, DIRECTOR, IPPROTO_TCP, port, "MTLS (CLS)", "option " OPTION_CLS, \
	  NOTE_CLS_OPTION, OPTION_CLS }

/* T: a row of the table, P: a sentence of the prose before it, both counted from 1. */
static const struct profile_rule single_director_rules[] = {
	RULE("rp-dir-8080",    PROXY,    DIRECTOR, 8080,  "HTTP",       "T1,P2",         NULL),
	RULE("rp-fep-8080",    PROXY,    POOL,     8080,  "HTTP",       "P2,T1-note",    NOTE_PROSE),
	RULE("rp-fes-8080",    PROXY,    SERVER,   8080,  "HTTP",       "P2,T1-note",    NOTE_PROSE),
	RULE("rp-dir-4443",    PROXY,    DIRECTOR, 4443,  "HTTPS",      "T2,P2",         NULL),
	RULE("rp-fep-4443",    PROXY,    POOL,     4443,  "HTTPS",      "P2,T2-note",    NOTE_PROSE),
	RULE("rp-fes-4443",    PROXY,    SERVER,   4443,  "HTTPS",      "P2,T2-note",    NOTE_PROSE),
	RULE("dir-fep-444",    DIRECTOR, POOL,     444,   "HTTPS",      "T3",            NULL),
	RULE("dir-fes-444",    DIRECTOR, SERVER,   444,   "HTTPS",      "T3",            NULL),
	RULE("cli-dir-80",     CLIENTS,  DIRECTOR, 80,    "HTTP",       "T4",            NOTE_WEB),
	RULE("cli-dir-443",    CLIENTS,  DIRECTOR, 443,   "HTTPS",      "T5",            NOTE_WEB),
	RULE("edge-dir-5061",  EDGE,     DIRECTOR, 5061,  "SIP/MTLS",   "T6,P3",         NULL),
	RULE("edge-fep-5061",  EDGE,     POOL,     5061,  "SIP/MTLS",   "P3,P4,T6-note", NOTE_PROSE),
	RULE("edge-fes-5061",  EDGE,     SERVER,   5061,  "SIP/MTLS",   "P3,P4,T6-note", NOTE_PROSE),
	RULE("dir-edge-5061",  DIRECTOR, EDGE,     5061,  "SIP/MTLS",   "P5",            NOTE_SIP_BACK),
	RULE("fep-edge-5061",  POOL,     EDGE,     5061,  "SIP/MTLS",   "P5",            NOTE_SIP_BACK),
	RULE("fes-edge-5061",  SERVER,   EDGE,     5061,  "SIP/MTLS",   "P5",            NOTE_SIP_BACK),
	RULE("any-edge-50001", ANYBODY,  EDGE,     50001, "MTLS (CLS)", "T7",            NOTE_CLS),
	RULE("any-edge-50002", ANYBODY,  EDGE,     50002, "MTLS (CLS)", "T8",            NOTE_CLS),
	RULE("any-edge-50003", ANYBODY,  EDGE,     50003, "MTLS (CLS)", "T9",            NOTE_CLS),
	CLS("any-dir-50001", 50001),
	CLS("any-dir-50002", 50002),
	CLS("any-dir-50003", 50003),
};
/* clang-format on */

const struct profile profiles[] = {
	{
		.name = "single-director",
		.title = "Port summary - Single Director",
		.roles = single_director_roles,
		.role_count = COUNT_OF(single_director_roles),
		.options = single_director_options,
		.option_count = COUNT_OF(single_director_options),
		.rules = single_director_rules,
		.rule_count = COUNT_OF(single_director_rules),
	},
	{.name = "none", .title = "no page, the site's rules alone"},
};
const size_t profile_count = COUNT_OF(profiles);

const struct profile *profile_find(const char *name)
{
	for (size_t i = 0; i < profile_count; i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}
