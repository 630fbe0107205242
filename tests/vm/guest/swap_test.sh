#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# `attach: shared` while packets flow: policies change, and apply is killed on its way.
. "$(dirname "$0")/gateway.sh"

SWITCHES=5
KILLS=5
PACE_US=5000

# Niced and at leisure: the emulated machine has more to do.
start_streams() { # both|neither|turn...
	local -A port=([both]=6000 [neither]=9000 [turn]=7000)
	local name streams=()
	for name; do
		streams+=("$name,/run/netns/west,/run/netns/east,10.2.0.2,${port[$name]},$PACE_US")
	done
	nice -n 10 "$LAB_TOOLS/stream" 0 "${streams[@]}" >streams &
	stream_pid=$!
}

stop_streams() {
	kill -TERM $stream_pid
	wait $stream_pid
}

streamed() { # STREAM COLUMN
	awk -v name="$1" -v column="$2" '$1 == name { print $column }' streams
}

streams_are_judged() {
	cat streams
	same "$(streamed both 3)" "$(streamed both 2)" "what both policies allow: arrived"
	same "$(streamed neither 3)" 0 "what neither allows: arrived"
	(($(streamed both 2) > 100 && $(streamed neither 2) > 100)) || complain "too few were sent"
	(($(streamed turn 3) > 0 && $(streamed turn 3) < $(streamed turn 2)))
}

crashes_leak_nothing() {
	cat streams
	same "$(streamed both 3)" "$(streamed both 2)" "what both policies allow: arrived"
	same "$(streamed neither 3)" 0 "what neither allows: arrived"
	(($(streamed neither 2) > 100)) || complain "too few were sent"
}

# Counters and flow tables are those of before: packets in between were counted by two programs.
outlives_changes() {
	local counted
	counted=$(gate counters --json | jq '.rules[] | select(.id == "both").opening.packets')
	echo "$counted counted"
	((counted >= $(streamed both 2)))
	same "$(gate status --json | jq -r .flows.since)" "$(cat since)" "flow tables since"
}

switch_policies() {
	local i
	gate status --json | jq -r .flows.since >since
	for ((i = 1; i <= SWITCHES; i++)); do
		exits 2 gate apply --detailed-exitcode shared$((i % 2)).yaml
		same "$(company perimeter0) $(company inside0)" "* xsk_def_prog *" "programs"
	done
}

# bpf() calls that pin or link, as many as are to be tried.
calls_to_kill() {
	apply shared0
	INTERRUPT_HOW=trace INTERRUPT_LOG=$PWD/calls LD_PRELOAD=$LAB_TOOLS/interrupt.so \
		gate apply shared1.yaml >/dev/null 2>&1
	awk -F: '$1 == 6 || $1 == 28' calls >points
	awk -v all="$(wc -l <points)" -v kills=$KILLS 'int(NR * kills / all) > int((NR - 1) * kills / all)' points
}

# One of ours or two, never none, and the other's.
still_filters() { # CALL
	local nic names
	for nic in perimeter0 inside0; do
		names=$(company $nic)
		[[ $names == *'*'* ]] || complain "call $1: $nic has no program of ours: $names"
		[[ $nic == perimeter0 || $names == *xsk_def_prog* ]] || complain "call $1: $nic lost another's"
		[[ $names != *'* *'* ]] || echo "$1" >>doubled
	done
}

survives_kills() {
	local call code
	for call in $(calls_to_kill); do
		apply shared0
		code=0
		INTERRUPT_AT=$call INTERRUPT_HOW=kill LD_PRELOAD=$LAB_TOOLS/interrupt.so \
			gate apply shared1.yaml >killed 2>&1 || code=$?
		same $code 137 "call $call: exit code of a killed apply"
		still_filters "$call"
		apply shared1
		exits 0 gate status
		same "$(company perimeter0) $(company inside0)" "* xsk_def_prog *" "call $call: programs after the next apply"
	done
	[[ -s doubled ]] || complain "no kill fell between the new program's coming and the former's going"
	same "$(find /sys/fs/bpf/xdp -name "dispatch-$(cat /sys/class/net/perimeter0/ifindex)-*" | wc -l)" 1 \
		"dispatchers of perimeter0 that libxdp's pins hold"
}

mount -t bpf bpf /sys/fs/bpf
about veth shared native
apply shared0
load_passing inside0 10
start_streams both neither turn
check "$SWITCHES changes of policy under a stream leave one program each" switch_policies
stop_streams
check "what both policies allow arrives whole, what neither allows never" streams_are_judged
check "counters and flow tables outlive the changes" outlives_changes
start_streams both neither
check "an apply killed at $KILLS calls filters on, and the next removes what is left" survives_kills
stop_streams
check "under that nothing passed that neither policy allows" crashes_leak_nothing
gateway_down
tap_end
