#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Drivers of real NICs: what they refuse and what mends it, which modes they have, and traffic.
#
#   ┌─ namespace peer ─┐   hub of QEMU's   ┌─ the guest ─┐
#   │  DRIVER-1 .2 ────┼───────────────────┼─ DRIVER-0 .1 │
#   └──────────────────┘                   └──────────────┘
#
. "$(dirname "$0")/start.sh"
. "$GUEST/echo.sh"

GATEWAY=10.1.0.1
PEER=10.1.0.2
OPEN_PORT=5061
CLOSED_PORT=5062
VLAN=10

# ---- configurations ----

write_config() { # NAME XDP [VLANS]
	cat >"$1.yaml" <<-END
		profile: none
		interfaces:
		  - {name: $nic, xdp: $2${3:+, vlans: [$3]}}
		unfiltered: [$(unfiltered)]
		roles: {peer: ["10.1.0.0/16"], gateway: [$GATEWAY, 10.1.10.1]}
		rules:
		  - {id: echo, from: peer, to: gateway, protocol: [tcp, udp], ports: [$OPEN_PORT]}
	END
}

unfiltered() {
	ip -oneline link show | sed -E 's/^[0-9]+: ([^:@]+).*/\1/' | grep -vx -e lo -e "$nic" | paste -sd ,
}

# ---- the cable ----

in_peer() { # COMMAND...
	nsenter --net=/run/netns/peer "$@"
}

plug() {
	ip netns add peer
	ip link set dev "$driver-1" netns peer
	ip address add $GATEWAY/24 dev "$nic"
	ip link set dev "$nic" up
	in_peer ip address add $PEER/24 dev "$driver-1"
	in_peer ip link set dev "$driver-1" up
}

# A NIC goes back to where it came from when its namespace does.
unplug() {
	gate detach >/dev/null
	ip link set dev "$nic" down
	ip address flush dev "$nic"
	ip netns delete peer
}

start_echo() {
	local port
	for port in $OPEN_PORT $CLOSED_PORT; do
		serve_tcp "$port"
		servers+=($!)
		serve_udp "$port"
		servers+=($!)
	done
}

# Does the peer hear its own words?
peer_hears() { # tcp|udp PORT [WORDS]
	echoes "$1" "$GATEWAY" "$2" "${3:-hello}" in_peer
}

peer_hears_both() { # PORT
	peer_hears tcp "$1"
	peer_hears udp "$1"
}

peer_hears_neither() { # PORT
	local udp
	peer_hears udp "$1" &
	udp=$!
	! peer_hears tcp "$1" || complain "TCP to $GATEWAY:$1 got an answer"
	! wait $udp || complain "UDP to $GATEWAY:$1 got an answer"
}

await_echo() {
	local _
	for _ in {1..10}; do
		! peer_hears udp $OPEN_PORT || return 0
	done
	complain "no echo over $nic"
}

drops_of() { # REASON
	gate counters --json | jq --arg reason "$1" '[.drops[] | select(.reason == $reason).packets] | add'
}

# ---- tests ----

has_native() {
	[[ $driver == virtio_net || ($driver == vmxnet3 && $(uname -r) != 6.1.*) ]]
}

is_refused() { # CONFIG TEXT
	exits 1 gate apply "$1.yaml"
	says "$2"
	says "$nic"
	[[ $(status_of "$nic" attached) != true ]] || complain "it is attached"
}

# The command in the error, run as it stands there, lets the next apply through.
is_refused_until() { # CONFIG COMMAND
	exits 1 gate apply "$1.yaml"
	says "\`$2\` mends that"
	$2
	exits 0 gate apply "$1.yaml"
}

attached_as() { # native|generic
	local -A key=([native]=prog/xdp\  [generic]=prog/xdpgeneric\ )
	same "$(status_of "$nic" xdp)" "$1" "xdp in status"
	[[ $(ip -oneline link show dev "$nic") == *"${key[$1]}"* || $1 == generic ]] ||
		complain "the kernel has it otherwise: $(ip link show dev "$nic")"
}

is_applied_as() { # CONFIG native|generic
	exits 0 gate apply "$1.yaml"
	attached_as "$2"
}

what_is_open_passes() {
	await_echo
	peer_hears_both $OPEN_PORT
}

what_is_closed_drops_and_counts() {
	local before
	before=$(drops_of unknown-port)
	peer_hears_neither $CLOSED_PORT
	(($(drops_of unknown-port) >= before + 2)) || complain "drops: $(drops_of unknown-port), were $before"
}

closed_is_open_unfiltered() {
	exits 0 gate detach
	await_echo
	peer_hears_both $CLOSED_PORT
}

# One after the other over one connection, applies between them.
session_outlives_applies() {
	local i answer client
	mkfifo "$driver.said" "$driver.heard"
	exec 7<>"$driver.said" 8<>"$driver.heard"
	nsenter --net=/run/netns/peer socat - "TCP:$GATEWAY:$OPEN_PORT" <&7 >&8 &
	client=$!
	for i in 1 2; do
		exits 2 gate apply --detailed-exitcode "turn$((i % 2)).yaml"
		echo "word $i" >&7
		read -r -t 10 answer <&8 || complain "no answer to word $i"
		same "$answer" "word $i" "answer"
	done
	kill $client
}

mtu_max() {
	case $driver in
	virtio_net) echo 4064 ;;
	vmxnet3) echo 3494 ;;
	esac
}

# Not by directorgate: by xdp-loader, with a program of its own.
kernel_takes_it_at() { # MTU
	ip link set dev "$nic" mtu "$1"
	if xdp-loader load -m native "$nic" /usr/lib/*/bpf/xdpfilt_alw_all.o; then
		xdp-loader unload --all "$nic"
	else
		return 1
	fi
}

mtu_limit_is_the_kernels() {
	exits 0 gate detach
	kernel_takes_it_at "$(mtu_max)"
	! kernel_takes_it_at $(($(mtu_max) + 1)) || complain "the kernel takes more than $(mtu_max)"
	ip link set dev "$nic" mtu "$(mtu_max)"
	exits 0 gate apply native.yaml
}

large_mtu_is_refused() {
	exits 0 gate apply native.yaml
	ip link set dev "$nic" mtu 9000
	is_refused_until turn0 "ip link set dev $nic mtu $(mtu_max)"
	attached_as native
	exits 0 gate apply native.yaml
	ip link set dev "$nic" mtu 1500
}

large_frames_pass() {
	local words
	words=$(head -c 8000 /dev/zero | tr '\0' x)
	ip link set dev "$nic" mtu 9000
	in_peer ip link set dev "$driver-1" mtu 9000
	exits 0 gate apply turn0.yaml
	await_echo
	peer_hears udp $OPEN_PORT "$words"
	ip link set dev "$nic" mtu 1500
	in_peer ip link set dev "$driver-1" mtu 1500
}

takes_tags_out() {
	ethtool -k "$nic" | grep -qx 'rx-vlan-offload: on'
}

add_vlan() { # ID NETWORK
	ip link add link "$nic" name "$nic.$1" type vlan id "$1"
	ip address add "$2.1/24" dev "$nic.$1"
	ip link set dev "$nic.$1" up
	in_peer ip link add link "$driver-1" name "vlan$1" type vlan id "$1"
	in_peer ip address add "$2.2/24" dev "vlan$1"
	in_peer ip link set dev "vlan$1" up
}

vlans_are_told_apart() {
	local GATEWAY=10.1.10.1 before
	await_echo
	before=$(drops_of vlan)
	! GATEWAY=10.1.20.1 peer_hears udp $OPEN_PORT || complain "a VLAN that is not listed got an answer"
	(($(drops_of vlan) > before)) || complain "nothing dropped as vlan"
}

# ---- one driver ----

lro_tests() {
	! ethtool -k "$nic" | grep -qx 'large-receive-offload: on' ||
		check "$driver: LRO is refused until it is off" \
			is_refused_until either "ethtool -K $nic lro off"
	gate detach >/dev/null
}

vlan_tests() { # XDP
	add_vlan $VLAN 10.1.10
	add_vlan 20 10.1.20
	write_config vlans "$1" "{id: $VLAN, sources: [peer]}"
	! takes_tags_out || check "$driver: VLANs are refused while the NIC takes their tags out" \
		is_refused_until vlans "ethtool -K $nic rxvlan off"
	check "$driver: a config with VLANs is applied" exits 0 gate apply vlans.yaml
	check "$driver: a listed VLAN passes, another drops as vlan" vlans_are_told_apart
}

traffic_tests() {
	check "$driver: unfiltered, every port is answered" closed_is_open_unfiltered
	check "$driver: applied again" exits 0 gate apply "$1.yaml"
	check "$driver: what a rule allows is answered, over TCP and UDP" what_is_open_passes
	check "$driver: what none allows drops, and is counted by its reason" \
		what_is_closed_drops_and_counts
	check "$driver: a session goes on while policies take turns" session_outlives_applies
}

mtu_tests() {
	if [[ $driver == virtio_net && $(uname -r) != 6.1.* ]]; then
		check "$driver: frames larger than a page pass" large_frames_pass
	else
		check "$driver: the largest MTU is what the kernel takes" mtu_limit_is_the_kernels
		check "$driver: a larger MTU is refused, and the former policy stays" large_mtu_is_refused
	fi
}

native_tests() {
	about "$driver" exclusive native
	lro_tests
	check "$driver: native XDP is applied, and the kernel says so" is_applied_as native native
	traffic_tests native
	mtu_tests
	vlan_tests native
}

generic_tests() {
	about "$driver" exclusive generic
	lro_tests
	check "$driver: has no native XDP, and the error names it" \
		is_refused native "its driver ($driver) has no native XDP"
	check "$driver: native-or-generic falls back, and status shows generic" \
		is_applied_as either generic
	traffic_tests either
	vlan_tests native-or-generic
}

driver_tests() { # DRIVER
	driver=$1 nic=$1-0
	if [[ ! -e /sys/class/net/$nic ]]; then
		note "this kernel has no driver $1"
		return
	fi
	plug
	write_config native native
	write_config either native-or-generic
	write_config turn0 native-or-generic
	write_config turn1 native-or-generic
	echo "mode: monitor" >>turn1.yaml
	if has_native; then native_tests; else generic_tests; fi
	unplug
}

servers=()
start_echo
for name in virtio_net vmxnet3 e1000; do
	driver_tests $name
done
kill "${servers[@]}"
tap_end
