# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Two TLS sessions on 5061, one each way through the gateway, and what must not end them: applies, a
# detach, floods. In one the server always speaks first and the client is silent; in the other the
# client does. What arrives is compared with what was said, to the byte.

LONG_APPLIES=50
CROWD_PREFIX=10.30.0.0    # of a role, and at home inside; nobody is there
CROWD_PORT=50001          # of the page, at the Edge; see respond.bpf.c
CROWD_OPENINGS=2000000    # the tables have room for 65,536 openings and 262,144 flows
CROWD_UNANSWERED=200000
CROWD_BROKEN=200000       # answered, and followed by RST and by an ACK of a guess
FLOOD_LIMIT_S=60
FLOOD_ROUND=200000
FLOOD_ROUNDS_MAX=15

LONG_HOMES="$HOME_PERIMETER, ${HOME_INSIDE/resolvers/resolvers, crowd}"

write_long() { # NAME SETTING...
	write_config "$1" CONFIG_INTERFACES="$LONG_HOMES" CONFIG_ROLES="  crowd: [$CROWD_PREFIX/16]" "${@:2}"
}

open_sessions() {
	session_open listens edge director "$(lab_address director 4)" 5061
	session_open speaks director edge "$(lab_address edge 6)" 5061
	session_says listens server
	session_says speaks server
}

close_sessions() {
	session_close listens speaks
}

# The silent one first; then both ways in both.
sessions_go_on() {
	session_says listens server
	session_says speaks client
	session_says listens client
	session_says speaks server
}

sessions_survive_applies() {
	local i
	for ((i = 1; i <= LONG_APPLIES; i++)); do
		exits 2 gate apply --detailed-exitcode "$LAB/long$((i % 2)).yaml"
		session_says listens server
		session_says speaks client
	done
	sessions_go_on
}

# The control: a policy without their rules stops both at once, in both directions; and it is only held up.
sessions_stop_without_rules() {
	exits 0 gate apply "$LAB/without.yaml"
	session_is_cut listens server
	session_is_cut speaks client
	exits 0 gate apply "$LAB/long0.yaml"
	session_heard listens server
	session_heard speaks client
	sessions_go_on
}

sessions_survive_detach() {
	local grace picked_up
	exits 0 gate detach
	exits 0 gate apply "$LAB/long0.yaml"
	grace=$(flow_event grace_replies) picked_up=$(flow_event openings)
	session_says listens server
	(($(flow_event grace_replies) > grace)) || complain "no reply passed by the grace"
	session_says speaks client
	(($(flow_event openings) > picked_up)) || complain "nothing was picked up"
	sessions_go_on
}

# From here on nothing but its flow lets a session's packet pass.
sessions_live_by_their_flows() {
	exits 0 gate apply "$LAB/strict.yaml"
	sessions_go_on
}

flood() { # FIRST COUNT [ack] [rst]
	lab_in client timeout $FLOOD_LIMIT_S "$LAB/flood" eth0 "${LAB_GATEWAY_MAC[inside]}" \
		$CROWD_PREFIX "$(lab_address edge 4)" $CROWD_PORT "$@"
}

# OPENINGS REPLIES so far: the crowd's SYNs that were remembered, and the answers to them.
crowd_counts() {
	gate counters --json | jq -r --arg id any-edge-$CROWD_PORT \
		'"\(.flow_events.openings) \(.rules[] | select(.id == $id) | .reply.packets)"'
}

# At least so many, and two answers for each, pass the filter; none becomes a flow. Cables of the lab
# lose some packets under such load, so the crowd goes on until they have.
flood_makes_no_flow() { # COUNT [ack] [rst]
	local promotions openings replies now_openings now_replies round
	promotions=$(flow_event promotions)
	read -r openings replies <<<"$(crowd_counts)"
	for ((round = 0; round < FLOOD_ROUNDS_MAX; round++)); do
		flood $((round * FLOOD_ROUND)) $FLOOD_ROUND "${@:2}"
		read -r now_openings now_replies <<<"$(crowd_counts)"
		((now_openings - openings < $1 || now_replies - replies < 2 * $1)) || break
	done
	echo "$((now_openings - openings)) openings, $((now_replies - replies)) answers"
	((round < FLOOD_ROUNDS_MAX)) || complain "too few"
	same "$(flow_event promotions)" "$promotions" "promotions"
	same "$(flow_event failures)" 0 "failures"
}

unanswered_flood() {
	lab_in edge tc qdisc del dev eth0 clsact
	ip -n "$(lab_namespace edge)" route add blackhole $CROWD_PREFIX/16
	flood 0 $CROWD_UNANSWERED
	sessions_go_on
}

longlived_tests() {
	lab_up
	services_certificates
	build_bpf respond
	build_tool flood flood.c
	write_long long0
	write_long long1 CONFIG_PROFILE="{name: single-director, without: [any-edge-50003]}"
	write_long without CONFIG_PROFILE="{name: single-director, without: [edge-dir-5061, dir-edge-5061]}"
	write_long strict CONFIG_FLOWS="pickup: false"
	# Nobody is there: the answers have been judged, and end at the gateway.
	ip -n "$(lab_namespace gateway)" route add blackhole $CROWD_PREFIX/16
	gate apply "$LAB/long0.yaml" >/dev/null
	check "two TLS sessions open, one each way" open_sessions
	check "they survive $LONG_APPLIES applies of two policies in turn" sessions_survive_applies
	check "a policy without their rules stops them, until they are back" sessions_stop_without_rules
	check "they survive detach and apply, whoever speaks first" sessions_survive_detach
	check "without pick-up and grace they live by their flows" sessions_live_by_their_flows
	answer_at edge crowd
	check "of $CROWD_OPENINGS forged openings, each answered twice, none becomes a flow" \
		flood_makes_no_flow $CROWD_OPENINGS
	check "and both sessions go on" sessions_go_on
	check "nor of $CROWD_BROKEN that send RST and acknowledge a guess" \
		flood_makes_no_flow $CROWD_BROKEN ack rst
	check "and both sessions go on then too" sessions_go_on
	check "nor does a flood that nobody answers end them" unanswered_flood
	close_sessions
	lab_down
}
