# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# The gateway's own connections, whose packets the filter never sees go out: what its sockets prove, and
# what listening, half open and unconnected ones do not.

LISTENING=22     # TCP, of the gateway
UNCONNECTED=2223 # UDP
SESSION=2222
ABSENT=10.30.0.99 # a client that never answers
SOCKETS_RULES="{id: ssh-gateway, from: internal-clients, to: gateway, protocol: tcp, ports: [$LISTENING, $SESSION]},
  {id: ssh-absent, from: absent, to: gateway, protocol: tcp, ports: [$LISTENING]},
  {id: gateway-dns, from: gateway, to: resolvers, protocol: [tcp, udp], ports: [53]}"
DNS_BACK="{id: dns-back, from: resolvers, to: gateway, protocol: udp, source-ports: [53], ports: [1024-65535]}"

write_sockets() { # NAME FLOWS [RULE]
	write_config "$1" CONFIG_INTERFACES="$HOMES" CONFIG_FLOWS="$2" \
		CONFIG_ROLES="  absent: [$ABSENT]
  gateway: [$({ lab_addresses gateway 4; lab_addresses gateway 6; } | sed 's/[^ ]*/"&"/g; s/ /, /' |
		paste -sd ,)]" \
		CONFIG_RULES="$SOCKETS_RULES${3:+, $3}"
}

# From a port that rules let answer the gateway, to sockets that did not ask.
stray_packets() { # 4|6 WANTED
	local resolver gateway flags port=44000
	resolver=$(lab_address resolver "$1")
	gateway=${LAB_GATEWAY_IPV4[inside]}
	[[ $1 == 4 ]] || gateway=${LAB_GATEWAY_IPV6[inside]}
	for flags in A SA R RA FA PA; do
		echo "$2 listening-$1-$flags resolver gateway $flags $resolver 53 $gateway $LISTENING"
		echo "$2 nobody-$1-$flags resolver gateway $flags $resolver 53 $gateway $((++port))"
	done
	echo "$2 unconnected-$1 resolver gateway udp $resolver 53 $gateway $UNCONNECTED"
	echo "$2 nobody-$1 resolver gateway udp $resolver 53 $gateway $((++port))"
}

write_strays() { # WANTED
	{ stray_packets 4 "$1"; stray_packets 6 "$1"; } >"$LAB/strays"
}

strays_drop() {
	exits 0 gate apply "$LAB/sockets.yaml"
	write_strays no-flow
	fare_as_wanted "$LAB/strays"
}

# The control: rule and flag alone would let them in.
strays_pass_stateless() {
	exits 0 gate apply "$LAB/stateless.yaml"
	write_strays passes
	fare_as_wanted "$LAB/strays"
	exits 0 gate apply "$LAB/sockets.yaml"
}

own_client_is_answered() { # 4|6 HOW
	local before
	before=$(flow_event socket_replies)
	connects gateway "$(lab_address resolver "$1")" 53 "$2" -
	(($(flow_event socket_replies) > before)) || complain "no socket proved an answer"
}

own_clients_are_answered() {
	local family how
	for family in 4 6; do
		for how in http udp; do
			own_client_is_answered $family $how || complain "IPv$family, $how: no answer"
		done
	done
}

asks_unconnected() { # 4|6
	lab_in gateway "$TESTS_NET/ask_unconnected.py" 1 "$(lab_address resolver "$1")" 53
}

unconnected_client_is_not() {
	local family before
	before=$(drops_of no-flow)
	for family in 4 6; do
		! asks_unconnected $family || complain "IPv$family: answered"
	done
	(($(drops_of no-flow) >= before + 2)) || complain "not dropped as no-flow"
}

unconnected_client_with_a_rule() {
	local family
	exits 0 gate apply "$LAB/dns-back.yaml"
	for family in 4 6; do
		asks_unconnected $family || complain "IPv$family: no answer"
	done
}

# Silent for longer than an opening is kept. Its answers went out unseen, so it never became a flow.
silent_session_goes_on() {
	local before
	exits 0 gate apply "$LAB/no-pickup.yaml"
	session_open ssh client gateway "${LAB_GATEWAY_IPV4[inside]}" $SESSION
	session_says ssh server
	sleep 3
	before=$(flow_event socket_replies)
	session_says ssh client
	session_says ssh server
	(($(flow_event socket_replies) > before)) || complain "no socket proved it"
	session_close ssh
}

# Nor does an ACK get to a server's listening socket, or to one that a SYN left half open.
no_session_no_ack() {
	local gateway=${LAB_GATEWAY_IPV4[inside]}
	echo "passes syn stranger gateway S $ABSENT 45001 $gateway $LISTENING" >"$LAB/syn"
	echo "no-flow half-open stranger gateway A $ABSENT 45001 $gateway $LISTENING
no-flow stray client gateway A $(lab_address client 4) 45002 $gateway $LISTENING" >"$LAB/acks"
	fare_as_wanted "$LAB/syn"
	sleep 3
	[[ -n $(lab_in gateway ss -Hnt state syn-recv "dst $ABSENT") ]] || complain "nothing is half open"
	fare_as_wanted "$LAB/acks"
}

sockets_tests() {
	lab_up
	services_certificates
	make_certificate gateway
	lab_start gateway plain-gateway "$TESTS_NET/answer.py" tcp/$LISTENING udp/$UNCONNECTED
	# Nobody is there: a RST or an ICMP error would end what a SYN opens.
	ip -n "$(lab_namespace gateway)" route add $ABSENT dev inside0
	ip -n "$(lab_namespace gateway)" neighbour add $ABSENT lladdr 02:00:5e:00:00:99 dev inside0
	await 5 is_listening gateway $LISTENING
	write_sockets sockets "pickup-grace: 0s"
	write_sockets stateless "stateful: false"
	write_sockets dns-back "pickup-grace: 0s" "$DNS_BACK"
	write_sockets no-pickup $'pickup: false\ntimeouts: {tcp-opening: 2s}'
	write_strays passes
	check "unfiltered, strays reach the gateway" all_arrive "$LAB/strays"
	check "from a rule's port, neither TCP to a listening port nor UDP to an unconnected one" strays_drop
	check "stateless, they all get in" strays_pass_stateless
	# Only now: two that echo would never end.
	lab_start resolver plain-resolver "$TESTS_NET/answer.py" tcp/53 udp/53
	await 5 is_listening resolver 53
	check "the gateway's own TCP and connected UDP clients get their answers" own_clients_are_answered
	check "an unconnected UDP client does not" unconnected_client_is_not
	check "but with a rule of its own" unconnected_client_with_a_rule
	check "without pick-up a session to the gateway that was silent for long goes on" \
		silent_session_goes_on
	check "an ACK to where nothing, or something half open, is, does not get in" no_session_no_ack
	lab_down
}
