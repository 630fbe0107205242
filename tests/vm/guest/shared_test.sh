#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `attach: shared`: who may not, who else is there, and what others do to us.
. "$(dirname "$0")/gateway.sh"

# ---- who may not ----

without_bpffs() {
	refused "mount -t bpf bpf /sys/fs/bpf" gate apply shared0.yaml
}

without_dispatchers_file() {
	LIBXDP_OBJECT_PATH=/nowhere refused "xdp-dispatcher.o" gate apply shared0.yaml
}

limited() { # COMMAND ARGUMENT...
	setpriv --bounding-set="-all,+bpf,+net_admin${PERFMON-,+perfmon}" "$BINARY" "$1" --run "$LAB/run" "${@:2}"
}

# The verifier wants CAP_PERFMON of a program that walks through a packet.
few_capabilities() {
	PERFMON='' refused "CAP_PERFMON is needed" limited apply exclusive0.yaml
	refused "needs CAP_SYS_ADMIN" limited apply shared0.yaml
	exits 0 limited apply exclusive0.yaml
	exits 0 limited status
	exits 0 limited detach
	apply shared0
	exits 0 limited status
	says "ours"
	refused "needs CAP_SYS_ADMIN" limited detach
	exits 0 gate detach
}

# ---- alone and beside others ----

first_apply() {
	apply shared0
	attached_everywhere
	says "directorgate (id"
	says "priority 20, ours"
	same "$(status_of perimeter0 attach) $(status_of perimeter0 xdp)" "shared native" "status --json"
	same "$(everyone perimeter0)" "xdp_dispatcher"$'\n'"20 directorgate" "what xdp-loader finds"
}

unchanged_apply() {
	local before
	before=$(everyone perimeter0)
	exits 0 gate apply --detailed-exitcode shared0.yaml
	says unchanged:
	exits 2 gate apply --detailed-exitcode shared1.yaml
	exits 0 gate status
	says "generation $(gate status --json | jq .generation)"
	same "$(company perimeter0)" "*" "programs after a change"
	exits 2 gate apply --detailed-exitcode shared0.yaml
	same "$(everyone perimeter0)" "$before" "programs"
}

filter_comes_after() {
	xdp-filter load perimeter0
	attached_everywhere
	same "$(company perimeter0)" "xdpfilt_alw_all *" "programs"
	same "$(metric 'directorgate_interface_other_programs{device="perimeter0"}')" 1 "others"
	exits 0 gate apply --detailed-exitcode shared0.yaml
	exits 2 gate apply --detailed-exitcode shared1.yaml
	same "$(company perimeter0)" "xdpfilt_alw_all *" "programs after a change"
	xdp-filter unload perimeter0
	attached_everywhere
	same "$(company perimeter0)" "*" "programs when xdp-filter has gone"
}

filter_came_first() {
	exits 0 gate detach
	xdp-filter load perimeter0
	load_passing inside0 60
	apply shared0
	attached_everywhere
	same "$(company perimeter0)" "xdpfilt_alw_all *" "programs of perimeter0"
	same "$(company inside0)" "* xsk_def_prog" "programs of inside0"
	refused "attach: shared" gate apply exclusive0.yaml
}

detach_leaves_others() {
	exits 0 gate detach
	says "detached from 2 interfaces"
	same "$(everyone perimeter0)" "xdp_dispatcher"$'\n'"10 xdpfilt_alw_all" "programs of perimeter0"
	same "$(everyone inside0)" "xdp_dispatcher"$'\n'"60 xsk_def_prog" "programs of inside0"
	xdp-filter unload perimeter0
	unload_all inside0
}

# ---- what others do to us ----

unload_is_noticed() {
	apply shared0
	unload_all perimeter0
	exits 3 gate status
	says "NOT ATTACHED"
	same "$(status_of perimeter0 attached) $(status_of inside0 attached)" "false true" "status --json"
	same "$(metric directorgate_enforcing)" 0 "directorgate_enforcing"
	same "$(metric 'directorgate_interface_attached{device="perimeter0"')" 0 "interface_attached"
	exits 2 gate apply --detailed-exitcode shared0.yaml
	attached_everywhere
}

knocked_off() {
	ip link set dev perimeter0 xdp off
	exits 3 gate status
	load_passing perimeter0 60
	exits 3 gate status
	says "only programs of others"
	exits 2 gate apply --detailed-exitcode shared0.yaml
	attached_everywhere
	same "$(company perimeter0)" "* xsk_def_prog" "programs"
	ls -d /sys/fs/bpf/xdp/dispatch-* >dispatchers
	same "$(wc -l <dispatchers)" 2 "dispatchers that libxdp's pins hold"
}

bypass_is_noticed() {
	load_passing perimeter0 5 -A XDP_DROP
	exits 3 gate status
	says BYPASSED
	unload_all perimeter0
	apply shared0
	attached_everywhere
}

full_dispatcher() {
	local i others=()
	for i in {1..9}; do
		others+=("$PASSING")
	done
	xdp-loader load -P 60 perimeter0 "${others[@]}"
	attached_everywhere
	exits 0 gate apply --detailed-exitcode shared0.yaml
	refused "no room" gate apply shared1.yaml
	unload_all perimeter0
	apply shared0
}

lone_program() {
	exits 0 gate detach
	LIBXDP_SKIP_DISPATCHER=1 load_passing perimeter0 60
	refused "not in libxdp's dispatcher" gate apply shared0.yaml
	same "$(ip -json link show inside0 | jq '.[0].xdp.prog.id // 0')" 0 "program of inside0"
	unload_all perimeter0
}

# ---- modes, and the other way to attach ----

exchange_is_refused() {
	apply shared0
	refused "shared, and the kernel cannot change that to exclusive" gate apply exclusive0.yaml
	exits 0 gate status
	exits 0 gate detach
	apply exclusive0
	exits 1 gate apply shared0.yaml
	says "exclusive, and the kernel cannot change that to shared"
	attached_everywhere
	exits 0 gate detach
}

generic_mode() {
	write_config generic0 shared 7000 generic
	apply generic0
	same "$(status_of perimeter0 xdp) $(status_of inside0 xdp)" "generic generic" "xdp"
	refused "runs in generic mode" gate apply shared0.yaml
	write_config generic1 shared 8000 native-or-generic
	apply generic1
	same "$(status_of perimeter0 xdp) $(company perimeter0)" "generic *" "xdp after a change"
	exits 0 gate detach
}

# A bridge's driver knows no native XDP: the NIC before it gets its former program back.
native_is_refused() {
	apply shared0
	ip link add plain0 type bridge
	sed 's/name: inside0/name: plain0/; s/7000/8000/' shared0.yaml >plain.yaml
	refused "has no native XDP" gate apply plain.yaml
	attached_everywhere
	same "$(everyone plain0)" "" "programs of plain0"
	sed -i 's/native/native-or-generic/' plain.yaml
	apply plain
	same "$(status_of perimeter0 xdp) $(status_of plain0 xdp)" "native generic" "xdp"
	same "$(everyone inside0)" "" "programs of what is no longer listed"
	exits 0 gate detach
	ip link del plain0
}

# libxdp would attach a program without a dispatcher where it is told to, or has no other way.
never_without_dispatcher() {
	LIBXDP_SKIP_DISPATCHER=1 refused "could not add the program" gate apply shared0.yaml
	same "$(everyone perimeter0)$(everyone inside0)" "" "programs after the refusal"
}

# ---- large frames ----

# The dispatcher takes frames of several buffers where all that is in it does.
large_frames() {
	ip link set perimeter0 mtu 9000
	ip -n west link set eth0 mtu 9000
	apply shared0
	attached_everywhere
	apply shared1
	attached_everywhere
	! load_passing perimeter0 60 || complain "a program for small frames was let in"
	attached_everywhere
	exits 0 gate detach
	ip link set perimeter0 mtu 1500
	ip -n west link set eth0 mtu 1500
}

# ---- captures ----

captures_drops() {
	apply shared0
	timeout 5 xdpdump -i perimeter0 --rx-capture exit -p directorgate >captured 2>&1 </dev/null &
	sleep 2
	for _ in {1..5}; do
		nsenter --net=/run/netns/west bash -c 'echo >/dev/udp/10.2.0.2/9000'
	done
	wait $! || true
	cat captured
	grep -q 'directorgate()@exit\[DROP\]' captured
	attached_everywhere
	exits 0 gate detach
}

about veth shared native
check "without a bpffs for libxdp, shared is refused, with the command that mends it" without_bpffs
mount -t bpf bpf /sys/fs/bpf
check "without libxdp's dispatcher object it is refused" without_dispatchers_file
check "a few capabilities are enough for exclusive, and shared names the one more" few_capabilities
check "apply puts the program into a dispatcher, and status says so" first_apply
check "an apply of the same is unchanged, one of another leaves one program" unchanged_apply
check "xdp-filter comes and goes beside us" filter_comes_after
check "what was there first stays, in the order of priorities" filter_came_first
check "detach leaves others where they are" detach_leaves_others
check "xdp-loader unload --all is noticed by status and export, and mended by apply" unload_is_noticed
check "so is ip link set xdp off, and nothing of ours is left behind" knocked_off
check "a program before ours that hands nothing on is noticed" bypass_is_noticed
check "a full dispatcher refuses a change, and stays" full_dispatcher
check "beside a program without dispatcher shared is refused, and no NIC changes" lone_program
check "neither way to attach is exchanged for the other unasked" exchange_is_refused
check "a driver without native XDP is refused, and no NIC changes" native_is_refused
check "never is a program attached without a dispatcher" never_without_dispatcher
check "frames that take several buffers are no obstacle" large_frames
check "xdpdump captures what we drop" captures_drops
about veth shared generic
check "generic mode is for all in a dispatcher, and kept" generic_mode
gateway_down
tap_end
