#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The shipped example on two veth pairs, in both modes: it is attached, stays there whatever others do,
# goes over to another policy in place, and leaves nothing behind.
. "$(dirname "$0")/start.sh"

EXAMPLE=/deploy/directorgate.yaml
FOREIGN=/usr/lib/$(uname -m)-linux-gnu/bpf/xdpfilt_alw_all.o

add_nics() {
	ip link add perimeter0 type veth
	ip link add inside0 type veth
}

remove_nics() {
	ip link del perimeter0
	ip link del inside0
}

program_id() { # NIC
	ip -details -json link show dev "$1" | jq '.[0].xdp.prog.id // 0'
}

example_is_applied() { # MODE
	exits 0 gate apply "$1.yaml"
	same "$(status_of inside0 xdp)" "$1" "xdp of inside0"
	same "$(status_of inside0 attached)" true "attached"
	exits 0 gate status
}

again_changes_nothing() { # MODE
	local before
	before=$(program_id inside0)
	exits 0 gate apply --detailed-exitcode "$1.yaml"
	same "$(program_id inside0)" "$before" "program"
}

another_policy_takes_its_place() { # MODE
	local before
	before=$(program_id inside0)
	exits 2 gate apply --detailed-exitcode "$1-monitor.yaml"
	[[ $(program_id inside0) != "$before" ]] || complain "the program is the same"
	exits 0 gate status
	says "dropping nothing"
	same "$(status_of inside0 xdp)" "$1" "xdp of inside0"
}

# iproute2 mounts a bpffs, which nobody else is to see.
nobody_takes_it_off() {
	local before how
	before=$(program_id inside0)
	for how in xdp xdpdrv xdpgeneric; do
		unshare --mount ip link set dev inside0 $how off || true
		unshare --mount ip link set dev inside0 $how obj "$FOREIGN" sec xdp || true
	done
	same "$(program_id inside0)" "$before" "program"
	exits 0 gate status
}

new_nic_is_attached_again() { # MODE
	ip link del inside0
	ip link add inside0 type veth
	exits 3 gate status
	exits 2 gate apply --detailed-exitcode "$1-monitor.yaml"
	exits 0 gate status
}

renamed_nic_keeps_it() {
	local before
	before=$(program_id inside0)
	ip link set dev inside0 name aside0
	same "$(program_id aside0)" "$before" "program"
	exits 3 gate status
	ip link set dev aside0 name inside0
	exits 0 gate status
}

nothing_is_left() {
	exits 0 gate detach
	exits 3 gate status
	same "$(program_id inside0)" 0 "program"
}

foreign_program_stays() {
	local before
	unshare --mount ip link set dev inside0 xdpdrv obj "$FOREIGN" sec xdp
	before=$(program_id inside0)
	exits 1 gate apply native.yaml
	says "interface inside0: another XDP program is on it"
	same "$(program_id inside0)" "$before" "program"
	same "$(program_id perimeter0)" 0 "program of perimeter0"
	ip link set dev inside0 xdp off
}

three_capabilities_suffice() {
	exits 0 setpriv --bounding-set=-all,+bpf,+net_admin,+perfmon \
		"$BINARY" apply --run "$LAB/run" native.yaml
	exits 0 gate status
	exits 0 gate detach
}

generic_takes_the_place_of_native() {
	exits 0 gate apply native-monitor.yaml
	exits 0 gate apply generic-monitor.yaml
	says "without filter for a moment"
	same "$(status_of inside0 xdp)" generic "xdp of inside0"
}

native_tests() {
	about veth exclusive native
	check "the shipped example is applied natively" example_is_applied native
	check "a second apply changes nothing" again_changes_nothing native
	check "another policy takes its place" another_policy_takes_its_place native
	check "ip link takes it neither off nor puts another there" nobody_takes_it_off
	check "a NIC that was made anew is seen, and attached again" new_nic_is_attached_again native
	check "a NIC that was renamed keeps it" renamed_nic_keeps_it
	check "detach takes it off" nothing_is_left
	check "another program on a NIC is named, and stays" foreign_program_stays
	check "where its bpffs is mounted, CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON suffice" \
		three_capabilities_suffice
}

generic_tests() {
	about veth exclusive generic
	check "generic takes the place of native, and apply says what that means" \
		generic_takes_the_place_of_native
	check "ip link takes generic neither off nor puts another there" nobody_takes_it_off
	check "the shipped example is applied generically" example_is_applied generic
	check "detach takes it off again" nothing_is_left
}

add_nics
for mode in native generic; do
	sed "s/xdp: native /xdp: $mode /; s/xdp: native$/xdp: $mode/" $EXAMPLE >$mode.yaml
	# The verifier is soon done with a program without state.
	sed 's/mode: enforce/mode: monitor\nstateful: false/' $mode.yaml >$mode-monitor.yaml
done
native_tests
generic_tests
remove_nics
tap_end
