# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# A gateway between two hosts, for tests that share its NICs with others: `. gateway.sh`.
#
#   west ── perimeter0 [this guest] inside0 ── east
. "$(dirname "$0")/start.sh"

# Somebody's program, which passes everything: what libxdp has for AF_XDP, without a socket.
PASSING=$(dirname "$(find /usr/lib -name xdp-dispatcher.o)")/xsk_def_xdp_prog.o

# Puts it on a NIC: as xsk_def_prog.
load_passing() { # NIC PRIORITY [XDP-LOADER-ARGUMENT...]
	xdp-loader load -P "$2" "${@:3}" "$1" "$PASSING"
}

# An interface on each side, and a rule of its own for the port beside the one that all have.
write_config() { # NAME ATTACH PORT [XDP]
	cat >"$1.yaml" <<-END
		profile: none
		interfaces:
		  - {name: perimeter0, attach: $2, xdp: ${4:-native}, sources: [west]}
		  - {name: inside0, attach: $2, xdp: ${4:-native}, sources: [east]}
		roles:
		  west: [10.1.0.0/24]
		  east: [10.2.0.0/24]
		rules:
		  - {id: both, from: west, to: east, protocol: udp, ports: [6000]}
		  - {id: turn, from: west, to: east, protocol: udp, ports: [$3]}
	END
}

add_side() { # NAMESPACE NIC SUBNET
	ip netns add "$1"
	ip link add "$2" type veth peer name eth0 netns "$1"
	ip link set "$2" up
	ip address add "$3.1/24" dev "$2"
	ip -n "$1" link set eth0 up
	ip -n "$1" address add "$3.2/24" dev eth0
	ip -n "$1" route add default via "$3.1"
}

# The next file begins without, and without what libxdp pinned.
gateway_down() {
	gate detach >/dev/null 2>&1
	ip netns delete west
	ip netns delete east
	umount /sys/fs/bpf run/bpf
}

apply() { # CONFIG
	gate apply "$1.yaml" >applied 2>&1 || complain "$(cat applied)"
}

# The command fails and says so; who is on the NICs stays.
refused() { # TEXT COMMAND...
	local before
	before=$(everyone perimeter0; everyone inside0)
	exits 1 "${@:2}"
	says "$1"
	same "$(everyone perimeter0; everyone inside0)" "$before" "programs"
}

# The programs on a NIC in their order, as xdp-loader and the kernel have them.
everyone() { # NIC
	xdp-loader status "$1" | awk -v nic="$1" '$1 == nic && $2 !~ /^</ { print $2 } $1 == "=>" { print $2, $3 }'
}

# Their names, as status has them; ours is *.
company() { # NIC
	{ gate status --json || true; } | jq -r --arg nic "$1" '[.interfaces[] | select(.name == $nic).programs[]
		| if .ours then "*" else .name end] | join(" ")'
}

# A metric of the export, by the beginning of its line.
metric() { # NAME-AND-LABELS
	gate export --textfile - | awk -v name="$1" 'index($0, name) == 1 { print $NF }'
}

attached_everywhere() {
	exits 0 gate status
	same "$(metric directorgate_enforcing)" 1 "directorgate_enforcing"
}

unload_all() {
	xdp-loader unload "$1" --all
}

sysctl -qw net.ipv4.ip_forward=1
add_side west perimeter0 10.1.0
add_side east inside0 10.2.0
for port in 0 1; do
	write_config shared$port shared $((7000 + 1000 * port))
	write_config exclusive$port exclusive $((7000 + 1000 * port))
done
mkdir -p run/bpf
mount -t bpf bpf run/bpf
