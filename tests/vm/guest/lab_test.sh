#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The net tests' lab, made smaller: what the page allows is answered, what it does not is dropped and
# counted, and policies take turns under traffic. Plain servers and clients stand for those of TLS.
. "$(dirname "$0")/start.sh"
. "$GUEST/echo.sh"
for part in lab services connections packets configs switching_test; do
	# shellcheck source=/dev/null
	. "$GUEST/../../net/$part.sh"
done

ANY_HOSTS="outsider client"
SWITCHES=3
LEAST=50
PAUSE_US=10000 # between a stream's packets: a flood would leave an emulated machine no time to apply

# ---- instead of services.sh's, which need openssl and python ----

services_certificates() {
	:
}

start_services() { # HOST
	local service
	while IFS=$'\t' read -r _ service _; do
		"serve_${service%/*}" "${service#*/}" nsenter --net="$(netns_path "$1")"
		LAB_PIDS+=($!)
		disown
	done < <(services | awk -F '\t' -v host="$1" '$1 == host && !seen[$2]++')
}

# ---- instead of switching_test.sh's, which flood ----

start_streams() {
	"$LAB/stream" 0 \
		"$(stream bulk edge director 6000 $PAUSE_US)" \
		"$(stream name director resolver 53 $PAUSE_US)" \
		"$(stream odd client director 7000 $PAUSE_US)" \
		"$(stream neither client director 9000 $PAUSE_US)" >"$LAB/streams" &
	stream_pid=$!
}

# ---- tests ----

# Their ports are for the streams then.
services_down() {
	kill "${LAB_PIDS[@]}"
	LAB_PIDS=()
}

# First addresses alone.
page_asked() {
	local name
	page_connections | awk -F '\t' -v first=" $(for name in "${!LAB_IPV4[@]}"; do
		echo "$(lab_address "$name" 4) $(lab_address "$name" 6)"
	done | paste -sd ' ') " 'index(first, " " $3 " ")'
}

forbidden_asked() {
	forbidden_connections | grep '|4	'
}

# KEY yes|no for the lines of connections.sh, all asked at once. See traffic/questions.c.
ask() { # LISTING SECONDS
	"$1" | awk -F '\t' -v OFS='\t' -v prefix="$(netns_path '')" '
		{ print $1, prefix $2, $5 == "udp" ? "udp" : "tcp", $3, $4, $6 == "-" ? 0 : $6 }' |
		"$LAB/questions" "$2" >"$LAB/answers"
	[[ -s $LAB/answers ]] || complain "nothing was asked"
}

# With the patience that a slow machine may need where an answer is due.
all_are_answered() { # LISTING
	ask "$1" 20
	[[ -z $(unlike yes "$LAB/answers") ]] || complain "no answer: $(unlike yes "$LAB/answers")"
}

counted_rules() {
	gate counters --json | jq -r '.rules[] | select(.opening.packets > 0 and .reply.packets > 0).id' | sort
}

page_is_answered_and_counted() {
	all_are_answered page_asked
	same "$(counted_rules)" "$(table page.tsv | cut -f 1 | sort)" "rules that counted both ways"
}

dropped() {
	gate counters --json | jq '[.drops[].packets] | add'
}

# Each sends a packet at the least.
forbidden_is_dropped_and_counted() {
	local before count
	before=$(dropped)
	ask forbidden_asked 2
	count=$(wc -l <"$LAB/answers")
	[[ -z $(unlike no "$LAB/answers") ]] || complain "answered: $(unlike no "$LAB/answers")"
	(($(dropped) - before >= count)) || complain "$count asked, $(($(dropped) - before)) dropped"
}

# Who may not speak, to whom, on which port: the reasons of forbidden.tsv.
reasons_tell_them_apart() {
	local reason
	drops_by_reason >"$LAB/drops"
	for reason in unknown-port unknown-protocol no-rule no-role-source; do
		grep -q "^$reason [1-9]" "$LAB/drops" || complain "nothing dropped as $reason"
	done
}

switching_checks() {
	build_tool stream stream.c namespace.c
	write_config turn0 CONFIG_RULES="$BOTH_RULES, $ONLY_EVEN"
	write_config turn1 CONFIG_RULES="$BOTH_RULES, $ONLY_ODD"
	switch_under_streams
	check "of what both allow no packet is lost" arrived_whole bulk $LEAST
	check "each of them was judged and counted once" counted_once bulk bulk
	check "what neither policy allows never arrives" never_arrived neither
	check "what one of the two allows arrives now and then" arrived_in_part odd
}

about veth exclusive native
lab_up
build_tool questions questions.c namespace.c
services_up
check "the lab's servers are there" services_await
write_config page
check "unfiltered, what the page allows is answered" all_are_answered page_asked
check "unfiltered, so is what it does not allow" all_are_answered forbidden_asked
check "the page is applied" exits 0 gate apply "$LAB/page.yaml"
check "what it allows is answered over IPv4 and IPv6, and counted by its rules" \
	page_is_answered_and_counted
check "what it does not allow is dropped, and counted" forbidden_is_dropped_and_counted
check "reasons tell apart what was dropped" reasons_tell_them_apart
services_down
switching_checks
lab_down
tap_end
