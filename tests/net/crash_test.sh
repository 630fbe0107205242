# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# An apply that is killed after, or refused memory at, each bpf() call that matters, in turn: no NIC
# is ever without the old or the new program, and the next apply mends what is left. See
# traffic/interrupt.c.

# bpf()'s commands, by linux/bpf.h: what outlives the process, and what can run out of memory.
LASTING="2 6 28 29"              # map update, pin, link create, link update
COSTLY="0 2 5 6 22 26 28 29"     # map create, program load, map freeze, batched update too
LINK_UPDATE=29

# The command with that bpf() call interrupted; its exit code is in $code.
interrupted_at() { # CALL kill|fail COMMAND...
	code=0
	INTERRUPT_AT=$1 INTERRUPT_HOW=$2 INTERRUPT_LOG=$LAB/interrupted \
		LD_PRELOAD=$LAB/interrupt.so "${@:3}" >"$LAB/output" 2>&1 || code=$?
}

calls_of() { # COMMANDS COMMAND...
	local code
	rm -f "$LAB/interrupted"
	interrupted_at none trace "${@:2}"
	awk -F: -v commands=" $1 " 'index(commands, " " $1 " ")' "$LAB/interrupted"
}

apply_quietly() { # CONFIG
	gate apply "$1" >"$LAB/output" 2>&1 || complain "$(cat "$LAB/output")"
}

programs() {
	echo "$(program_id perimeter0) $(program_id inside0)"
}

status_code() {
	local code=0
	gate status >"$LAB/status" 2>&1 || code=$?
	echo $code
}

# Neither NIC is bare; and status knows whether both have the same.
still_filters() { # CALL
	local code
	code=$(status_code)
	[[ $(programs) != 0\ * && $(programs) != *\ 0 ]] ||
		complain "call $1: a NIC without a program: $(programs)"
	[[ $code == 0 || $code == 3 ]] || complain "call $1: status: exit code $code: $(cat "$LAB/status")"
	echo "$code" >>"$LAB/codes"
}

apply_survives_kills() {
	local call code calls
	calls=$(calls_of "$LASTING" gate apply "$LAB/crash1.yaml")
	apply_quietly "$LAB/crash0.yaml"
	for call in $calls; do
		interrupted_at "$call" kill gate apply "$LAB/crash1.yaml"
		same "$code" 137 "call $call: exit code of a killed apply"
		still_filters "$call"
		apply_quietly "$LAB/crash1.yaml"
		same "$(status_code)" 0 "call $call: status after the next apply"
		apply_quietly "$LAB/crash0.yaml"
	done
	grep -q 3 "$LAB/codes" || complain "no kill fell between the two NICs, or status did not see it"
	note "killed at $(wc -l <"$LAB/codes") calls, $(grep -c 3 "$LAB/codes") times between two NICs"
}

# Refused: both as before. Done in spite of it: both new.
all_or_nothing() { # CALL CODE BEFORE
	same "$(status_code)" 0 "call $1: status"
	if (($2 == 0)); then
		apply_quietly "$LAB/crash0.yaml"
	else
		same "$2" 1 "call $1: exit code"
		same "$(programs)" "$3" "call $1: programs after a refused apply"
		grep -q 'error:' "$LAB/output" || complain "call $1: no error: $(cat "$LAB/output")"
	fi
}

apply_is_all_or_nothing() {
	local call code before calls
	calls=$(calls_of "$COSTLY" gate apply "$LAB/crash1.yaml")
	apply_quietly "$LAB/crash0.yaml"
	rm "$LAB/interrupted"
	for call in $calls; do
		before=$(programs)
		interrupted_at "$call" fail gate apply "$LAB/crash1.yaml"
		all_or_nothing "$call" "$code" "$before"
	done
	(($(grep -c "^$LINK_UPDATE:" "$LAB/interrupted") >= 2)) ||
		complain "the switches of the two NICs were not both refused"
}

first_apply_survives_kills() {
	local call code calls
	gate detach >/dev/null
	calls=$(calls_of "$LASTING" gate apply "$LAB/crash0.yaml")
	for call in $calls; do
		gate detach >/dev/null
		interrupted_at "$call" kill gate apply "$LAB/crash0.yaml"
		same "$code" 137 "call $call: exit code of a killed apply"
		apply_quietly "$LAB/crash0.yaml"
		same "$(status_code)" 0 "call $call: status after the next apply"
	done
}

detach_survives_kills() {
	local call code calls
	calls=$(calls_of "$(seq -s ' ' 0 99)" gate detach)
	for call in $calls; do
		apply_quietly "$LAB/crash0.yaml"
		interrupted_at "$call" kill gate detach
		exits 0 gate detach
		same "$(programs)" "0 0" "call $call: programs after the next detach"
	done
}

crash_tests() {
	lab_up
	build_tool interrupt.so -shared -fPIC interrupt.c -ldl
	write_config crash0
	write_config crash1 CONFIG_PROFILE="{name: single-director, without: [rp-dir-8080]}"
	apply_quietly "$LAB/crash0.yaml"
	check "an apply killed at any call leaves every NIC filtered, and the next one repairs" \
		apply_survives_kills
	check "an apply refused at any call leaves the old policy whole, or the new one" \
		apply_is_all_or_nothing
	check "a first apply killed at any call is made good by the next" first_apply_survives_kills
	check "a detach killed at any call is finished by the next" detach_survives_kills
	lab_down
}
