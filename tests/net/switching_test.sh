# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Two policies take turns under traffic. What both allow arrives whole, what neither allows never
# arrives, and every packet is judged, and counted, once. See traffic/stream.c.

SWITCHES=50
STREAM_PACKETS=1000000
LEAST=200       # of the streams that send one datagram a millisecond
FRAME_BYTES=50 # Ethernet, IPv4, UDP, and the 8 bytes of a stream's datagram

BOTH_RULES='{id: bulk, from: edge-internal, to: director, protocol: udp, ports: [6000]},
  {id: name, from: director, to: resolvers, protocol: udp, ports: [53]}'
ONLY_ODD='{id: odd, from: internal-clients, to: director, protocol: udp, ports: [7000]}'
ONLY_EVEN='{id: even, from: internal-clients, to: director, protocol: udp, ports: [8000]}'

netns_path() { # HOST
	echo "/run/netns/$(lab_namespace "$1")"
}

stream() { # NAME FROM TO PORT PACE
	echo "$1,$(netns_path "$2"),$(netns_path "$3"),$(lab_address "$3" 4),$4,$5"
}

start_streams() {
	"$LAB/stream" "$STREAM_PACKETS" \
		"$(stream bulk edge director 6000 whole)" \
		"$(stream name director resolver 53 timed)" \
		"$(stream odd client director 7000 timed)" \
		"$(stream neither client director 9000 timed)" \
		"$(stream neither-udp outsider edge 50001 timed)" >"$LAB/streams" &
	stream_pid=$!
}

# The program that the kernel has on a NIC.
program_id() { # NIC
	lab_in gateway ip -oneline link show dev "$1" |
		awk 'match($0, /prog\/xdp id [0-9]+/) { id = substr($0, RSTART + 12, RLENGTH - 12) }
			END { print id + 0 }'
}

opening_packets() { # RULE
	gate counters --json | jq --arg id "$1" '.rules[] | select(.id == $id) | .opening.packets'
}

# Until packets were judged by the generation that is now in force.
await_packets() { # RULE
	local before _
	before=$(opening_packets "$1")
	for _ in {1..100}; do
		(($(opening_packets "$1") == before)) || return 0
		sleep 0.02
	done
	complain "no packet of $1 was judged for two seconds"
}

switch_policies() {
	local i
	for ((i = 1; i <= SWITCHES; i++)); do
		exits 2 gate apply --detailed-exitcode "$LAB/turn$((i % 2)).yaml"
		echo "$(program_id perimeter0) $(program_id inside0)" >>"$LAB/programs"
		await_packets bulk
		await_packets name
	done
	for i in 1 2; do
		same "$(cut -d ' ' -f $i "$LAB/programs" | sort -u | wc -l)" $SWITCHES "program ids"
	done
}

column() { # STREAM sent|arrived
	awk -F '\t' -v name="$1" -v column="$2" \
		'$1 == name { print column == "sent" ? $2 : $3 }' "$LAB/streams"
}

arrived_whole() { # STREAM LEAST
	local sent
	sent=$(column "$1" sent)
	echo "$1: $sent sent, $(column "$1" arrived) arrived"
	same "$(column "$1" arrived)" "$sent" "$1: arrived"
	((sent >= $2)) || complain "$1: only $sent were sent"
}

never_arrived() { # STREAM
	echo "$1: $(column "$1" sent) sent, $(column "$1" arrived) arrived"
	same "$(column "$1" arrived)" 0 "$1: arrived"
	(($(column "$1" sent) >= LEAST)) || complain "$1: only $(column "$1" sent) were sent"
}

arrived_in_part() { # STREAM
	local sent arrived
	sent=$(column "$1" sent) arrived=$(column "$1" arrived)
	echo "$1: $sent sent, $arrived arrived"
	((arrived > 0 && arrived < sent))
}

counted_once() { # RULE STREAM
	same "$(opening_packets "$1")" "$(column "$2" sent)" "packets of $1"
	same "$(gate counters --json | jq --arg id "$1" '.rules[] | select(.id == $id) | .opening.bytes')" \
		$(($(column "$2" sent) * FRAME_BYTES)) "bytes of $1"
}

# A control: with nothing attached all five streams arrive whole.
streams_arrive_unfiltered() {
	local name
	STREAM_PACKETS=20000 start_streams
	sleep 1
	kill -TERM $stream_pid
	wait $stream_pid
	for name in bulk name odd neither neither-udp; do
		arrived_whole $name $LEAST
	done
}

# What the streams counted stands in $LAB/streams then.
switch_under_streams() {
	gate apply "$LAB/turn0.yaml" >/dev/null 2>&1
	start_streams
	check "$SWITCHES applies of two policies in turn change $SWITCHES times, each judging packets" \
		switch_policies
	kill -TERM $stream_pid
	wait $stream_pid || true
}

switching_tests() {
	lab_up
	build_tool stream stream.c namespace.c
	write_config turn0 CONFIG_RULES="$BOTH_RULES, $ONLY_EVEN"
	write_config turn1 CONFIG_RULES="$BOTH_RULES, $ONLY_ODD" \
		CONFIG_PROFILE="{name: single-director, without: [rp-dir-8080]}"
	check "unfiltered, every stream arrives whole" streams_arrive_unfiltered
	switch_under_streams
	check "of $STREAM_PACKETS packets that both policies allow none is lost" \
		arrived_whole bulk $STREAM_PACKETS
	check "a stream between two hosts behind one NIC arrives whole too" arrived_whole name $LEAST
	check "each packet of them was judged and counted once" counted_once bulk bulk
	check "also behind one NIC" counted_once name name
	check "what neither policy allows never arrives" never_arrived neither
	check "nor does UDP to a port of the page" never_arrived neither-udp
	check "what one of the two allows arrives now and then" arrived_in_part odd
	lab_down
}
