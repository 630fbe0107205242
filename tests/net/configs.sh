# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Configurations for the lab, and tools for its tests, made in $LAB.

CONFIG_RULES=            # lines of `rules:`
CONFIG_MODE=enforce      # mode
CONFIG_PROFILE=single-director
CONFIG_INTERFACES="{name: perimeter0}, {name: inside0}"
CONFIG_UNFILTERED=
CONFIG_FLOWS=            # lines about flows: stateful, flow-limit, ...
CONFIG_ROLES=            # lines of `roles:`, indented by two, beside those of the page

# Who is at home where in the lab; an element of CONFIG_INTERFACES each.
HOME_PERIMETER="{name: perimeter0, sources: [reverse-proxy-internal, edge-internal]}"
HOME_INSIDE="{name: inside0, sources: [director, front-end-pool, front-end-server, internal-clients,
  resolvers]}"
HOMES="$HOME_PERIMETER, $HOME_INSIDE"

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
	echo "  resolvers: [$(lab_address resolver 4), \"$(lab_address resolver 6)\"]"
	echo "$CONFIG_ROLES"
}

# Compiles a tool of traffic/ to $LAB/NAME. Where there is no compiler, LAB_TOOLS has it.
build_tool() { # NAME SOURCE...
	if [[ -n ${LAB_TOOLS-} ]]; then
		cp "$LAB_TOOLS/$1" "$LAB/$1"
		return
	fi
	(
		cd "$TESTS_NET/traffic" || exit
		cc -std=gnu17 -O2 -Wall -Wextra -Wshadow -D_GNU_SOURCE -pthread -o "$LAB/$1" "${@:2}"
	)
}

# Compiles a BPF program of traffic/ to $LAB/NAME.o.
build_bpf() { # NAME
	local clang
	clang=$(command -v clang-19 clang-16 clang-14 clang | head -n 1)
	"$clang" -O2 -g -target bpf -I"/usr/include/$(uname -m)-linux-gnu" \
		-c -o "$LAB/$1.o" "$TESTS_NET/traffic/$1.bpf.c"
}

# Somebody else's XDP program on a NIC of the gateway.
attach_foreign() { # NIC
	build_bpf foreign
	lab_load gateway ip link set dev "$1" xdpdrv obj "$LAB/foreign.o" sec xdp
}

# From now on the host itself sees no TCP, and answers all of it, or that to one port. See respond.bpf.c.
answer_at() { # HOST everything|crowd
	lab_in "$1" tc qdisc add dev eth0 clsact
	lab_load "$1" tc filter add dev eth0 ingress bpf direct-action \
		object-file "$LAB/respond.o" section "$2"
}
