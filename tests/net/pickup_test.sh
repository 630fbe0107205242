# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Sessions that are older than the filter: cut without pick-up, gone on with it, and for how long the
# servers that speak first are let in.

GRACE_S=8

open_before() {
	session_open silent edge director "$(lab_address director 4)" 5061
	session_open talker director edge "$(lab_address edge 6)" 5061
}

cut_and_counted() { # SESSION SIDE
	local before
	before=$(drops_of no-flow)
	session_is_cut "$1" "$2"
	(($(drops_of no-flow) > before)) || complain "$1: nothing dropped as no-flow"
}

cut_without_pickup() {
	exits 0 gate apply "$LAB/no-pickup.yaml"
	cut_and_counted silent server
	cut_and_counted talker client
}

syn_opens_again() {
	session_open fresh edge server "$(lab_address server 4)" 5061
	session_says fresh server
	session_close fresh
}

# What its client has said in vain it sends again by itself.
picked_up_by_the_client() {
	exits 0 gate apply "$LAB/no-grace.yaml"
	session_heard talker client
	session_says talker server
}

answer_fares() { # WANTED
	echo "$1 answer director edge SA $(lab_address director 4) 5061 $(lab_address edge 4) 46001
$1 answer-6 director edge A $(lab_address director 6) 5061 $(lab_address edge 6) 46002" >"$LAB/answers"
	fare_as_wanted "$LAB/answers"
}

# Without grace what the server says is nobody's, until the client speaks.
not_by_the_server() {
	answer_fares no-flow
	session_is_cut silent server
	session_says silent client
	session_heard silent server
}

grace_after_attaching() {
	local before
	exits 0 gate detach
	exits 0 gate apply "$LAB/grace.yaml"
	before=$(flow_event grace_replies)
	session_says silent server
	answer_fares passes
	(($(flow_event grace_replies) >= before + 3)) || complain "not counted as grace"
	date +%s >"$LAB/attached"
}

grace_ends() {
	local left
	left=$(($(cat "$LAB/attached") + GRACE_S + 1 - $(date +%s)))
	((left <= 0)) || sleep $left
	answer_fares no-flow
	session_says silent server
	session_says talker client
}

no_grace_after_an_apply() {
	exits 2 gate apply --detailed-exitcode "$LAB/other.yaml"
	answer_fares no-flow
}

pickup_tests() {
	local grace
	lab_up
	services_certificates
	write_config no-pickup CONFIG_INTERFACES="$HOMES" CONFIG_FLOWS="pickup: false"
	write_config no-grace CONFIG_INTERFACES="$HOMES" CONFIG_FLOWS="pickup-grace: 0s"
	# What is answered in the grace is an opening, which should not outlive it by a minute here.
	grace="pickup-grace: ${GRACE_S}s"$'\ntimeouts: {tcp-opening: 2s}'
	write_config grace CONFIG_INTERFACES="$HOMES" CONFIG_FLOWS="$grace"
	write_config other CONFIG_INTERFACES="$HOMES" CONFIG_FLOWS="$grace" \
		CONFIG_PROFILE="{name: single-director, without: [any-edge-50003]}"
	check "unfiltered, two sessions open" open_before
	check "without pick-up they are cut, whoever speaks, as no-flow" cut_without_pickup
	check "a SYN opens again" syn_opens_again
	check "with pick-up the client's next packet goes on" picked_up_by_the_client
	check "without grace the server's does not" not_by_the_server
	check "after attaching, what a server says first passes, counted as grace" grace_after_attaching
	check "the grace ends, and sessions go on" grace_ends
	check "an apply to tables that are not empty gives no grace anew" no_grace_after_an_apply
	session_close silent talker
	lab_down
}
