# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# The lab, sourced by demo and run. Every box is a network namespace; every line a veth pair.
#
#   reverse-proxy ──┐                ┌─────────────────────┐               ┌── director
#            edge ──┼─ perimeter ────┤ perimeter0  inside0 ├──── inside ───┼── pool (three addresses)
#        outsider ──┘   switch       │       gateway       │     switch    ├── server
#                                    └─────────────────────┘               ├── client
#                                                                          ├── admin
#                                                                          ├── resolver
#                                                                          └── stranger
#
# Each host has /32 and /128 addresses and one route: everything goes to the gateway. So two
# hosts behind one switch meet only through the gateway, in and out of the same NIC. Their
# ports are isolated from each other and they ignore redirects (IPv6 routers cannot be told not
# to send any), so that nothing which the filter should judge finds a way around it.
#
# The veth pairs keep their offloads (but that of VLAN tags, which `vlans` forbids): a packet that XDP passes goes up the stack as the skb
# it was, partial checksum and all; and attaching turns the peer's segmentation off by itself.

set -euo pipefail

# name side IPv4,... IPv6
LAB_HOSTS="
reverse-proxy perimeter 10.10.0.10                       2001:db8:10::10
edge          perimeter 10.10.0.20                       2001:db8:10::20
outsider      perimeter 10.66.0.66                       2001:db8:66::66
director      inside    10.20.1.10                       2001:db8:21::10
pool          inside    10.20.2.20,10.20.2.21,10.20.2.22 2001:db8:22::20
server        inside    10.20.3.30                       2001:db8:23::30
client        inside    10.30.0.40                       2001:db8:30::40
admin         inside    10.20.9.5                        2001:db8:29::5
resolver      inside    10.20.4.53                       2001:db8:24::53
stranger      inside    10.77.0.77                       2001:db8:77::77
"
declare -A LAB_GATEWAY_IPV4=([perimeter]=10.10.0.1 [inside]=10.20.1.1)
declare -A LAB_GATEWAY_IPV6=([perimeter]=2001:db8:10::1 [inside]=2001:db8:21::1)
# The same when a NIC comes back, so that the hosts need not learn another.
declare -A LAB_GATEWAY_MAC=([perimeter]=02:00:5e:00:00:01 [inside]=02:00:5e:00:00:02)
LAB_GATEWAY_LINK=fe80::1 # on both sides: the hosts' IPv6 next hop

# The host that plays a role of the page.
declare -A LAB_ROLE_HOST=(
	[reverse-proxy-internal]=reverse-proxy [edge-internal]=edge [director]=director
	[front-end-pool]=pool [front-end-server]=server [internal-clients]=client
)

LAB=            # this run's private directory
LAB_PIDS=()     # of the servers
LAB_REMOVING=   # not empty while lab_down works
LAB_INTERRUPTED= # exit code, after a signal
declare -A LAB_IPV4 LAB_IPV6

lab_drawing() {
	sed -n 's/^#\(.*──.*\)/\1/p' "${BASH_SOURCE[0]}"
}

# Each host with its addresses, one a line.
lab_address_plan() {
	local name side ipv4 ipv6
	while read -r name side ipv4 ipv6; do
		[[ -z $name ]] || printf '  %-14s %-10s %-34s %s\n' "$name" "$side" "$ipv4" "$ipv6"
	done <<<"$LAB_HOSTS"
	printf '  %-14s %-10s %-34s %s\n' gateway perimeter0 "${LAB_GATEWAY_IPV4[perimeter]}" \
		"${LAB_GATEWAY_IPV6[perimeter]}"
	printf '  %-14s %-10s %-34s %s\n' gateway inside0 "${LAB_GATEWAY_IPV4[inside]}" \
		"${LAB_GATEWAY_IPV6[inside]}"
}

lab_namespace() { # HOST
	echo "directorgate-${LAB##*.}-$1"
}

lab_namespaces() {
	ip netns list 2>/dev/null | awk -v prefix="$(lab_namespace '')" 'index($1, prefix) == 1 { print $1 }'
}

# Runs a command in a host. Not `ip netns exec`: that hides the bpffs behind a fresh /sys.
lab_in() { # HOST COMMAND...
	nsenter --net="/run/netns/directorgate-${LAB##*.}-$1" "${@:2}"
}

# For iproute2 where it loads a program: it mounts a bpffs then, which nobody else should see.
lab_load() { # HOST COMMAND...
	unshare --mount nsenter --net="/run/netns/$(lab_namespace "$1")" "${@:2}"
}

# Starts a server in a host; its pid is in $!, its output in a log. Disowned, so that the
# shell does not report its end.
lab_start() { # HOST LOG COMMAND...
	nsenter --net="/run/netns/directorgate-${LAB##*.}-$1" "${@:3}" >>"$LAB/$2.log" 2>&1 </dev/null &
	LAB_PIDS+=($!)
	disown
}

lab_address() { # HOST 4|6: the first address
	local addresses
	if [[ $2 == 4 ]]; then addresses=${LAB_IPV4[$1]}; else addresses=${LAB_IPV6[$1]}; fi
	echo "${addresses%%,*}"
}

lab_addresses() { # HOST|gateway 4|6
	local addresses
	case $1$2 in
	gateway4) addresses="${LAB_GATEWAY_IPV4[*]}" ;;
	gateway6) addresses="${LAB_GATEWAY_IPV6[*]}" ;;
	*4) addresses=${LAB_IPV4[$1]} ;;
	*6) addresses=${LAB_IPV6[$1]} ;;
	esac
	echo "${addresses//,/ }"
}

# Turns off what would make the lab slow to start or find a way around the filter.
set_sysctls() { # HOST FORWARDING
	# shellcheck disable=SC2016
	lab_in "$1" bash -c '
		cd /proc/sys/net
		for scope in all default; do
			echo 0 >ipv6/conf/$scope/disable_ipv6
			echo 0 >ipv6/conf/$scope/accept_dad
			echo 0 >ipv6/conf/$scope/accept_redirects
			echo 0 >ipv4/conf/$scope/rp_filter
			echo 0 >ipv4/conf/$scope/send_redirects
			echo 0 >ipv4/conf/$scope/accept_redirects
		done
		echo "$0" >ipv4/ip_forward
		echo "$0" >ipv6/conf/all/forwarding' "$2"
}

add_namespace() { # HOST FORWARDING
	ip netns add "$(lab_namespace "$1")"
	set_sysctls "$1" "$2"
	ip -n "$(lab_namespace "$1")" link set lo up
}

add_switch() { # SIDE
	add_namespace "$1-switch" 0
	ip -n "$(lab_namespace "$1-switch")" -batch - <<-END
		link add bridge type bridge mcast_snooping 0
		link set bridge up
	END
}

# One of the gateway's NICs and its cable. Also plugs in again what a test pulled out.
lab_add_nic() { # SIDE
	local side=$1
	ip -n "$(lab_namespace gateway)" link add "${side}0" \
		address "${LAB_GATEWAY_MAC[$side]}" type veth peer name uplink netns "$(lab_namespace "$side-switch")"
	lab_in gateway ethtool -K "${side}0" rxvlan off
	ip -n "$(lab_namespace "$side-switch")" link set uplink master bridge up
	ip -n "$(lab_namespace gateway)" -batch - <<-END
		link set ${side}0 up
		address add ${LAB_GATEWAY_IPV4[$side]}/32 dev ${side}0
		address add ${LAB_GATEWAY_IPV6[$side]}/128 dev ${side}0 nodad
		address add $LAB_GATEWAY_LINK/64 dev ${side}0 nodad
	END
	add_routes "$side"
}

# The gateway's way to every host of a side.
add_routes() { # SIDE
	local name side ipv4 ipv6
	while read -r name side ipv4 ipv6; do
		[[ $side == "$1" ]] || continue
		# shellcheck disable=SC2086 # a word for each address
		printf "route add %s dev ${side}0\n" ${ipv4//,/ } ${ipv6//,/ }
	done <<<"$LAB_HOSTS" | ip -n "$(lab_namespace gateway)" -batch -
}

add_host() { # NAME SIDE IPV4,... IPV6,...
	local name=$1 side=$2 ipv4=$3 ipv6=$4
	LAB_IPV4[$name]=$ipv4
	LAB_IPV6[$name]=$ipv6
	add_namespace "$name" 0
	ip -n "$(lab_namespace "$name")" link add eth0 type veth \
		peer name "$name" netns "$(lab_namespace "$side-switch")"
	ip -n "$(lab_namespace "$side-switch")" -batch - <<-END
		link set $name master bridge up
		link set $name type bridge_slave isolated on
	END
	{
		echo link set eth0 up
		# shellcheck disable=SC2086 # a word for each address
		printf 'address add %s/32 dev eth0\n' ${ipv4//,/ }
		# shellcheck disable=SC2086
		printf 'address add %s/128 dev eth0 nodad\n' ${ipv6//,/ }
		echo "route add ${LAB_GATEWAY_IPV4[$side]} dev eth0"
		echo "route add default via ${LAB_GATEWAY_IPV4[$side]} src ${ipv4%%,*}"
		echo "route add default via $LAB_GATEWAY_LINK dev eth0"
	} | ip -n "$(lab_namespace "$name")" -batch -
}

# A second signal must not end the removal that the first one started.
interrupted() { # EXIT-CODE
	LAB_INTERRUPTED=$1
	[[ -n $LAB_REMOVING ]] || exit "$1"
}

lab_up() {
	local name side ipv4 ipv6
	if [[ $EUID != 0 ]]; then
		echo "the lab makes network namespaces: run it as root" >&2
		exit 1
	fi
	LAB=$(mktemp -d "${TMPDIR:-/tmp}/directorgate-lab.XXXXXX")
	trap lab_down EXIT
	trap 'interrupted 130' INT
	trap 'interrupted 143' TERM HUP
	mkdir "$LAB/run"
	add_namespace gateway 1
	for side in perimeter inside; do
		add_switch "$side"
		lab_add_nic "$side"
	done
	while read -r name side ipv4 ipv6; do
		[[ -z $name ]] || add_host "$name" "$side" "$ipv4" "$ipv6"
	done <<<"$LAB_HOSTS"
}

# The servers, what the shell waits for, the test that runs with all that it began, and what else
# runs in the namespaces: their names are this run's own, so it started it.
processes() {
	local namespace
	printf '%s\n' "${LAB_PIDS[@]}"
	jobs -p
	[[ -z ${tap_group:-} ]] || pgrep --pgroup "$tap_group" || true
	for namespace in $(lab_namespaces); do
		ip netns pids "$namespace" 2>/dev/null || true
	done
}

stop_processes() {
	local pids _
	for _ in {1..50}; do
		pids=$(processes | sort -u | while read -r pid; do [[ ! -d /proc/$pid ]] || echo "$pid"; done)
		[[ -n ${pids//[[:space:]]/} ]] || return 0
		# shellcheck disable=SC2086
		kill -KILL -- ${tap_group:+-$tap_group} $pids 2>/dev/null || true
		sleep 0.05
	done
}

# Removes all that this run made, in whatever state it is. Twice is harmless.
lab_down() {
	local namespace
	LAB_REMOVING=yes
	[[ -n $LAB ]] || return 0
	stop_processes
	for namespace in $(lab_namespaces); do
		ip netns delete "$namespace" || true
	done
	# Whatever is mounted here is a bpffs of this run's: its pins go with it.
	awk -v prefix="$LAB/" 'index($5, prefix) == 1 { print $5 }' /proc/self/mountinfo |
		sort -r | xargs -r -n 1 umount -l || true
	rm -rf -- "$LAB"
	LAB=
	LAB_REMOVING=
	[[ -z $LAB_INTERRUPTED ]] || exit "$LAB_INTERRUPTED"
}

# The firewall under test, on this lab's gateway and nowhere else.
gate() { # COMMAND ARGUMENT...
	lab_in gateway "$BINARY" "$1" --run "$LAB/run" "${@:2}"
}
