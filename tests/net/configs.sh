# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Configurations for the lab, and tools for its tests, made in $LAB.

CONFIG_RULES=            # lines of `rules:`
CONFIG_MODE=enforce      # mode
CONFIG_PROFILE=single-director
CONFIG_INTERFACES="{name: perimeter0}, {name: inside0}"
CONFIG_UNFILTERED=

# Settings are assignments of the names above: write_config page CONFIG_MODE=monitor
write_config() ( # NAME SETTING...
	local setting
	for setting in "${@:2}"; do
		declare "$setting"
	done
	{
		echo "profile: $CONFIG_PROFILE"
		echo "mode: $CONFIG_MODE"
		echo "interfaces: [$CONFIG_INTERFACES]"
		echo "unfiltered: [$CONFIG_UNFILTERED]"
		config_roles
		echo "rules: [$CONFIG_RULES]"
	} >"$LAB/$1.yaml"
)

config_roles() {
	local role addresses between='", "'
	echo "roles:"
	for role in "${!LAB_ROLE_HOST[@]}"; do
		addresses=${LAB_IPV4[${LAB_ROLE_HOST[$role]}]},${LAB_IPV6[${LAB_ROLE_HOST[$role]}]}
		printf '  %s: ["%s"]\n' "$role" "${addresses//,/$between}"
	done
	echo "  resolvers: [$(lab_address resolver 4)]"
}

# Compiles a tool of traffic/ to $LAB/NAME.
build_tool() { # NAME SOURCE...
	(
		cd "$TESTS_NET/traffic"
		cc -std=gnu17 -O2 -Wall -Wextra -Wshadow -D_GNU_SOURCE -pthread -o "$LAB/$1" "${@:2}"
	)
}
