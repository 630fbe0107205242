# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# A demo or test that is interrupted, at whatever stage, or fails in the middle, leaves nothing: no
# namespace, no mount, no process, no file. No lab of this shell's own: it watches from outside.

REMAINS_LIMIT_S=20 # for the removal
STAGE_LIMIT_S=60   # to reach a stage

# Starts a program as a terminal would: in a session of its own, with Ctrl-C at its default.
start_session() { # PROGRAM...
	outside=$(mktemp -d)
	TMPDIR=$outside setsid env --default-signal=INT "$@" >"$outside/output" 2>&1 </dev/null &
	session=$!
	trap end_session EXIT # of the test's subshell
}

end_session() {
	kill -TERM -- "-$session" 2>/dev/null || true
	await_end || true
	rm -rf "$outside"
}

await_end() {
	local i
	for ((i = 0; i < REMAINS_LIMIT_S * 10; i++)); do
		[[ -d /proc/$session ]] || return 0
		sleep 0.1
	done
	complain "still runs after $REMAINS_LIMIT_S s"
}

# Until the session's lab, whose name goes to $lab, has the file.
await_stage() { # FILE
	local i
	for ((i = 0; i < STAGE_LIMIT_S * 10; i++)); do
		lab=$(basename "$(echo "$outside"/directorgate-lab.*)")
		[[ ! -e $outside/$lab/$1 ]] || return 0
		sleep 0.1
	done
	complain "never came to $1: $(cat "$outside/output")"
}

nothing_remains() {
	local remains
	remains=$(
		ip netns list | grep -F "directorgate-${lab##*.}-" || true
		grep -F "$outside/" /proc/1/mountinfo || true
		pgrep --list-full --runstates D,R,S,T --session "$session" || true
		find "$outside" -mindepth 1 ! -name output
	)
	[[ -z $remains ]] || complain "left behind: $remains"
}

interrupted_session() { # STAGE-FILE SIGNAL PID-PREFIX PROGRAM...: prefix - for the group, as Ctrl-C goes to
	start_session "${@:4}"
	await_stage "$1"
	[[ $(ip netns list) == *"directorgate-${lab##*.}-"* ]] || complain "no namespaces to remove"
	kill "-$2" -- "$3$session"
	await_end
	nothing_remains
}

failed_run() {
	start_session "$TESTS_NET/run" /bin/false crash
	await_stage run
	await_end
	! wait $session || complain "a test of /bin/false ended with 0"
	nothing_remains
}

remains_tests() {
	trap 'kill -TERM $(jobs -p) 2>/dev/null || true; wait' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	check "Ctrl-C while the lab is built leaves nothing" \
		interrupted_session run INT - "$TESTS_NET/demo" "$BINARY"
	check "Ctrl-C while clients connect leaves nothing" \
		interrupted_session unfiltered INT - "$TESTS_NET/demo" "$BINARY"
	check "SIGTERM while policies switch under traffic leaves nothing" \
		interrupted_session programs TERM '' "$TESTS_NET/run" "$BINARY" switching
	check "a test that fails in the middle leaves nothing" failed_run
}
