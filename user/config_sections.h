/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The parts of a configuration, a file each. Targets are struct policy unless another is named. */
#ifndef CONFIG_SECTIONS_H
#define CONFIG_SECTIONS_H

#include "config_value.h"

void config_read_profile(struct config_reader *reader, const struct yaml_node *node, void *target);
void config_read_interfaces(struct config_reader *reader, const struct yaml_node *node,
			    void *target);
void config_read_unfiltered(struct config_reader *reader, const struct yaml_node *node,
			    void *target);
void config_read_roles(struct config_reader *reader, const struct yaml_node *node, void *target);
void config_read_rules(struct config_reader *reader, const struct yaml_node *node, void *target);

/* X(key, read, member of struct policy): keys beside `stateful` that mean nothing without it. */
#define CONFIG_FLOW_FIELDS(X)                                                                      \
	X("pickup", config_read_bool, pickup)                                                      \
	X("pickup-grace", config_read_pickup_grace, pickup_grace)                                  \
	X("timeouts", config_read_timeouts, timeouts)                                              \
	X("flow-limit", config_read_flow_limit, flow_limit)                                        \
	X("opening-limit", config_read_flow_limit, opening_limit)

/* Target: seconds. */
void config_read_pickup_grace(struct config_reader *reader, const struct yaml_node *node,
			      void *target);

/* Target: policy.timeouts. */
void config_read_timeouts(struct config_reader *reader, const struct yaml_node *node, void *target);

/* Target: unsigned, in entries. */
void config_read_flow_limit(struct config_reader *reader, const struct yaml_node *node,
			    void *target);

/* Remembers which of CONFIG_FLOW_FIELDS the configuration has, for policy_warn(). */
void config_note_flow_keys(struct config_reader *reader, const struct yaml_node *root);

/* A list of ports and ranges, not empty; ascending and merged. */
void config_read_ports(struct config_reader *reader, const struct yaml_node *node,
		       struct port_range **ports, size_t *count);

/* Protocols by word or number, one or a list of them; target is a struct rule. */
void config_read_protocols(struct config_reader *reader, const struct yaml_node *node,
			   void *target);

/* Appends the prefixes of the file that the scalar names to the role. */
void config_read_role_file(struct config_reader *reader, const struct yaml_node *node,
			   struct role *role);

#endif
