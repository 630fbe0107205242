# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What is said of openings and flows: status, their list, their events. The rules are the page's, and
# two for UDP from director to resolvers: somebody answers on port 53, nobody on port 54.

FLOWS_MANY=1500 # lines of the list, more than a pipe holds

# Opens a connection and says nothing more; the TLS server waits for what never comes.
keep_open() { # FROM ADDRESS PORT
	# shellcheck disable=SC2016
	lab_start "$1" "kept-$1" bash -c 'exec 3<>"/dev/tcp/$0/$1"; sleep 1000' "$2" "$3"
}

bracketed() { # ADDRESS: as ss wants it
	if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi
}

connected_port() { # HOST ADDRESS: of the host's one connection to there
	lab_in "$1" ss -Htn state established dst "$(bracketed "$2")" | awk '{ sub(/.*:/, "", $3); print $3 }'
}

await_connected() { # HOST ADDRESS
	local _
	for _ in {1..50}; do
		[[ -z $(connected_port "$1" "$2") ]] || return 0
		sleep 0.1
	done
	complain "$1 did not connect to $2"
}

ask_nobody() { # COUNT: of datagrams, from a port of its own each
	# shellcheck disable=SC2016
	lab_in director bash -c 'for ((i = 0; i < $1; i++)); do echo >"/dev/udp/$0/54"; done' \
		"$(lab_address resolver 4)" "$1"
}

flows() { # JQ-FILTER, of what status says of flows
	gate status --flows --json | jq -r ".flows | $1"
}

flows_are() { # JQ-CONDITION
	gate status --flows --json | jq -e ".flows | $1" >"$LAB/condition" || complain "$(flows .)"
}

# PROTOCOL OPENER:PORT RESPONDER:PORT PHASE RULE of what is not older than a minute.
listed() {
	flows '.entries[] | select(.age_seconds < 60) |
		"\(.protocol) \(.opener):\(.opener_port) \(.responder):\(.responder_port) \(.phase) \(.rule)"'
}

lists() { # LINE
	listed >"$LAB/listed"
	grep -qxF -- "$1" "$LAB/listed" || complain "$1 is not in the list: $(cat "$LAB/listed")"
}

flow_event() { # EVENT
	gate counters --json | jq ".flow_events.$1"
}

metric() { # NAME[{LABELS}]
	gate export --textfile - | awk -v name="directorgate_$1" '$1 == name { print $2 }'
}

# ---- the tests ----

memory_by_bpftool() {
	local table
	for table in openings flows4 flows6; do
		bpftool --json map show pinned "$LAB"/run/bpf/flows_v*/$table
	done | jq --slurp '[.[].bytes_memlock] | add'
}

tables_are_stated() {
	exits 0 gate apply "$LAB/page.yaml"
	exits 0 gate status
	says "flows: limit 262144 (each family), openings 65536, "
	says "; replies in grace until "
	same "$(flows .memory_bytes)" "$(memory_by_bpftool)" "bytes of the tables"
	(($(flows .memory_bytes) > 30 << 20)) || complain "$(flows .memory_bytes) bytes are too few"
	# shellcheck disable=SC2016
	flows_are '(now - (.since | fromdate)) as $age | $age > -2 and $age < 60'
	same "$(flows '(.grace_until | fromdate) - (.since | fromdate)')" 300 "seconds of grace"
	same "$(metric flows_limit)" 262144 flows_limit
}

# A standby that takes over: what it knows stays, and who speaks first may answer.
grace_begins_anew() {
	exits 0 gate apply "$LAB/short-grace.yaml"
	sleep 1.1
	flows_are '.grace_until == null'
	exits 2 gate apply --grace --detailed-exitcode "$LAB/short-grace.yaml"
	flows_are '.grace_until != null'
	exits 0 gate apply --detailed-exitcode "$LAB/short-grace.yaml"
	exits 0 gate apply "$LAB/page.yaml"
}

grace_is_over() {
	exits 0 gate apply "$LAB/short-grace.yaml"
	sleep 1.1
	exits 0 gate status
	says_not grace
	same "$(flows .grace_until)" null grace_until
	exits 0 gate apply "$LAB/page.yaml"
}

connections_are_listed() {
	local family address port
	for family in 4 6; do
		address=$(lab_address director $family)
		keep_open edge "$address" 5061
		await_connected edge "$address"
		port=$(connected_port edge "$address")
		lists "tcp $(lab_address edge $family):$port $address:5061 tcp-open edge-dir-5061"
	done
	exits 0 gate status --flows
	says "mode: enforce"
	grep -qE "^tcp +\[$(lab_address edge 6)\]:$port +\[$address\]:5061 +tcp-open +[0-9]+s +edge-dir-5061$" \
		"$LAB/output"
	grep -qE '^tcp-open +[1-9]' "$LAB/output"
}

udp_is_opening_until_answered() {
	local resolver
	resolver=$(lab_address resolver 4)
	connects director "$resolver" 53 udp -
	ask_nobody 1
	listed | grep -qx "udp $(lab_address director 4):[0-9]* $resolver:53 udp-open dns" || complain "$(listed)"
	listed | grep -qx "udp $(lab_address director 4):[0-9]* $resolver:54 udp-opening null" ||
		complain "$(listed)"
}

counts_agree() {
	# shellcheck disable=SC2016
	flows_are '. as $flows | .counts | length == 6 and all(to_entries[]; . as $count |
		$count.value == ([$flows.entries[] | select(.phase == $count.key)] | length))'
	flows_are '.counts["tcp-open"] >= 2 and .counts["udp-opening"] >= 1'
}

events_are_counted() {
	local ends
	ends=$(flow_event ends)
	connects reverse-proxy "$(lab_address director 4)" 8080 http -
	(($(flow_event ends) > ends)) || complain "a connection that ended was not counted"
	(($(flow_event openings) >= 5)) || complain "openings: $(flow_event openings)"
	(($(flow_event promotions) >= 4)) || complain "promotions: $(flow_event promotions)"
	same "$(flow_event failures)" 0 failures
	same "$(metric flow_openings_total)" "$(flow_event openings)" flow_openings_total
	same "$(metric flow_ends_total)" "$(flow_event ends)" flow_ends_total
	exits 0 gate counters
	grep -qE '^promotions +[1-9]' "$LAB/output"
}

last_hit_is_now() {
	local hit
	connects reverse-proxy "$(lab_address director 4)" 8080 http -
	hit=$(metric 'rule_last_hit_timestamp_seconds{rule="rp-dir-8080"}')
	jq -ne --argjson hit "$hit" '(now - $hit) | . > -1 and . < 5' || complain "$hit is not now"
	same "$(metric 'rule_last_hit_timestamp_seconds{rule="cli-dir-80"}')" 0.000 "last hit of an unused rule"
}

expired_are_counted_apart() {
	exits 0 gate apply "$LAB/hasty.yaml"
	says_not "begin anew"
	ask_nobody 1
	sleep 2.1
	flows_are '.expired >= 1 and .counts["udp-opening"] == 0'
	flows_are '.counts["tcp-open"] >= 2'
	exits 0 gate apply "$LAB/page.yaml"
}

# A list that nobody reads is printed by one who holds no lock.
slow_reader_holds_up_nobody() {
	ask_nobody $FLOWS_MANY
	mkfifo "$LAB/unread"
	exec 8<>"$LAB/unread"
	gate status --flows >"$LAB/unread" 8>&- &
	sleep 1
	[[ -d /proc/$! ]] || complain "the list fits the pipe"
	exits 0 timeout 5 nsenter --net="$(netns_path gateway)" \
		"$BINARY" apply --run "$LAB/run" "$LAB/hasty.yaml"
	exec 8>&- # which ends the reader
	exits 0 gate apply "$LAB/page.yaml"
}

other_limits_begin_anew() {
	local openings
	openings=$(flow_event openings)
	exits 0 gate apply "$LAB/small.yaml"
	says "warning: "
	says "the tables of openings and flows begin anew"
	exits 0 gate status
	says "flows: limit 4096 (each family), openings 2048, "
	same "$(metric flows_limit)" 4096 flows_limit
	same "$(flows '.entries | length') $(flows .expired)" "0 0" entries
	same "$(flow_event openings)" "$openings" "openings ever"
	exits 0 gate apply "$LAB/small.yaml"
	says unchanged:
	says_not "begin anew"
}

stateless_has_none() {
	local openings
	openings=$(flow_event openings)
	exits 0 gate apply "$LAB/stateless.yaml"
	exits 0 gate status --flows
	says "there are no tables of openings and flows"
	says_not "flows: "
	same "$(gate status --flows --json | jq .flows)" null flows
	same "$(metric flows_limit) $(metric flow_openings_total)" "0 $openings" metrics
}

detach_forgets_all() {
	exits 0 gate apply "$LAB/page.yaml"
	connects reverse-proxy "$(lab_address director 4)" 8080 http -
	flows_are '.entries | length > 0'
	exits 0 gate detach
	exits 3 gate status --flows --json
	same "$(jq .flows "$LAB/output")" null flows
	exits 0 gate apply "$LAB/page.yaml"
	same "$(flows '.entries | length') $(flows .expired)" "0 0" entries
}

flows_tests() {
	local udp
	lab_up
	services_up
	lab_start resolver plain-resolver "$TESTS_NET/answer.py" udp/53
	services_await
	udp="{id: dns, from: director, to: resolvers, protocol: udp, ports: [53]},
  {id: unanswered, from: director, to: resolvers, protocol: udp, ports: [54]}"
	write_config page CONFIG_RULES="$udp"
	write_config hasty CONFIG_RULES="$udp" CONFIG_FLOWS="timeouts: {udp-opening: 1s}"
	write_config short-grace CONFIG_RULES="$udp" CONFIG_FLOWS="pickup-grace: 1s"
	write_config small CONFIG_RULES="$udp" CONFIG_FLOWS=$'flow-limit: 4096\nopening-limit: 2048'
	write_config stateless CONFIG_RULES="$udp" CONFIG_FLOWS="stateful: false"
	check "status states the tables' sizes, their memory and the grace" tables_are_stated
	check "no grace is stated that is over" grace_is_over
	check "apply --grace begins the grace anew, and is a change" grace_begins_anew
	check "a connection is listed with its addresses, ports and rule" connections_are_listed
	check "UDP is an opening until it is answered, then a flow" udp_is_opening_until_answered
	check "the counts agree with the list" counts_agree
	check "counters and metrics have the events of flows" events_are_counted
	check "the last hit of a rule that was just used is now" last_hit_is_now
	check "flows outlive an apply, and what expired is counted apart" expired_are_counted_apart
	check "a list that nobody reads holds up no apply" slow_reader_holds_up_nobody
	check "tables of other sizes begin anew, and apply says so" other_limits_begin_anew
	check "without flows there are no tables, and their events stay" stateless_has_none
	check "detach forgets all flows" detach_forgets_all
	lab_down
}
