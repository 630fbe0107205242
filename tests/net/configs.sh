# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Configurations for the lab, and tools for its tests, made in $LAB.

CONFIG_RULES=            # lines of `rules:`
CONFIG_MODE=enforce      # mode
CONFIG_PROFILE=single-director
CONFIG_INTERFACES="{name: perimeter0}, {name: inside0}"
CONFIG_UNFILTERED=
CONFIG_FLOWS=            # lines about flows: stateful, flow-limit, ...

# Settings are assignments of the names above: write_config page CONFIG_MODE=monitor
write_config() ( # NAME SETTING...
	local setting
	for setting in "${@:2}"; do
		declare "$setting"
	done
	{
		echo "profile: $CONFIG_PROFILE"
		echo "mode: $CONFIG_MODE"
		echo "$CONFIG_FLOWS"
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
		cd "$TESTS_NET/traffic" || exit
		cc -std=gnu17 -O2 -Wall -Wextra -Wshadow -D_GNU_SOURCE -pthread -o "$LAB/$1" "${@:2}"
	)
}

# Somebody else's XDP program on a NIC of the gateway.
attach_foreign() { # NIC
	local clang
	clang=$(command -v clang-19 clang-16 clang-14 clang | head -n 1)
	"$clang" -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" \
		-c -o "$LAB/foreign.o" "$TESTS_NET/traffic/foreign.bpf.c"
	ip -n "$(lab_namespace gateway)" link set dev "$1" xdpdrv obj "$LAB/foreign.o" sec xdp
}
