# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the filter counts, and who reads it: monitor mode, the site's own rules, counters across
# applies, the metrics file by promtool and by a real node_exporter.

MANY_RULES=3000 # more than the first counter map has room for

would_drop() {
	gate counters --json | jq '[.drops[].would_drop_packets] | add'
}

dropped() {
	gate counters --json | jq '[.drops[].packets] | add'
}

# The lines of forbidden.tsv for one family; all must connect.
all_forbidden_connect() {
	forbidden_connections | grep '|4	' | connect_all >"$LAB/monitored"
	[[ -z $(unlike yes "$LAB/monitored") ]] || complain "$(unlike yes "$LAB/monitored")"
}

monitor_drops_nothing() {
	local before
	exits 0 gate apply "$LAB/monitor.yaml"
	exits 0 gate status
	says "dropping nothing"
	before=$(dropped)
	all_forbidden_connect
	same "$(dropped)" "$before" "packets dropped"
	(($(would_drop) > 100)) || complain "would drop: $(would_drop)"
	exits 0 gate export --textfile -
	says "directorgate_enforcing 0"
	grep -q '^directorgate_would_drop_packets_total{.*} [1-9]' "$LAB/output"
}

# deploy/directorgate.yaml's own three rules beside the page's.
site_rules_hold() {
	exits 0 gate apply "$TESTS_NET/../../deploy/directorgate.yaml"
	connects admin "${LAB_GATEWAY_IPV4[inside]}" 22 http -
	connects admin "${LAB_GATEWAY_IPV4[perimeter]}" 9100 http -
	connects director "$(lab_address resolver 4)" 53 udp -
	connects director "$(lab_address resolver 4)" 53 http -
	! connects client "${LAB_GATEWAY_IPV4[inside]}" 22 http - || complain "client reached ssh"
	! connects outsider "${LAB_GATEWAY_IPV4[perimeter]}" 22 http - || complain "outsider reached ssh"
	! connects client "$(lab_address resolver 4)" 53 udp - || complain "client reached the resolver"
}

counters_survive() {
	local before
	exits 0 gate apply "$LAB/page.yaml"
	connects reverse-proxy "$(lab_address director 4)" 8080 http -
	before=$(opening_packets rp-dir-8080)
	((before > 0)) || complain "nothing was counted"
	exits 2 gate apply --detailed-exitcode "$LAB/other.yaml"
	same "$(opening_packets rp-dir-8080)" "$before" "packets after an apply"
	exits 2 gate apply --detailed-exitcode "$LAB/page.yaml"
	same "$(opening_packets rp-dir-8080)" "$before" "packets after two applies"
}

# Beyond the size of the counter map: the counts go on where they were.
counters_outgrow_their_map() {
	local before
	before=$(opening_packets rp-dir-8080)
	exits 0 gate apply "$LAB/many.yaml"
	same "$(opening_packets rp-dir-8080)" "$before" "packets in the larger map"
	connects reverse-proxy "$(lab_address director 4)" 8080 http -
	(($(opening_packets rp-dir-8080) > before)) || complain "the larger map does not count"
	before=$(opening_packets rp-dir-8080)
	exits 0 gate apply "$LAB/page.yaml"
	same "$(opening_packets rp-dir-8080)" "$before" "packets after it"
}

write_many_rules() {
	local i rules=
	for ((i = 1; i <= MANY_RULES; i++)); do
		rules+="{id: many-$i, from: director, to: resolvers, protocol: udp, ports: [$((10000 + i))]},"
	done
	write_config many CONFIG_RULES="${rules%,}"
}

counters_as_json() {
	gate counters --json | jq -S .
}

# The lab's own packets (neighbour discovery, a connection's last ACK) may come in between:
# counters that explain moved would never be the same, those of a quiet moment are.
explain_counts_nothing() {
	local before _
	for _ in {1..20}; do
		before=$(counters_as_json)
		exits 0 lab_in gateway "$BINARY" explain --config "$LAB/page.yaml" \
			"$(lab_address edge 4)" "$(lab_address director 4)" tcp/5061
		exits 2 lab_in gateway "$BINARY" explain --config "$LAB/page.yaml" \
			"$(lab_address edge 4)" "$(lab_address director 4)" tcp/5062
		[[ $(counters_as_json) != "$before" ]] || return 0
	done
	complain "the counters moved each time"
}

explain() { # ARGUMENT...
	lab_in gateway "$BINARY" explain --config "$LAB/page.yaml" "$@"
}

# Stateful, so that a reply passes only after its opening.
explain_answers() {
	local edge director
	edge=$(lab_address edge 6) director=$(lab_address director 6)
	exits 0 explain --json "$edge" "$director" tcp/5061
	says '"direction": "opening"'
	exits 0 explain --json --reply "$edge" "$director" tcp/5061
	says '"direction": "reply"'
	says '"rule": "edge-dir-5061"'
	exits 2 explain --reply "$edge" "$director" tcp/5062
}

metrics_are_sound() {
	mkdir -p "$LAB/textfile"
	exits 0 gate export --textfile "$LAB/textfile/directorgate.prom"
	promtool check metrics <"$LAB/textfile/directorgate.prom"
	same "$(grep -v '^#' "$LAB/textfile/directorgate.prom" | sed 's/ [^ ]*$//' | sort | uniq -d)" "" \
		"series that appear twice"
	same "$(stat -c %a "$LAB/textfile/directorgate.prom")" 644 "mode of the file"
	same "$(ls "$LAB/textfile")" directorgate.prom "files there"
	grep -q '^directorgate_rule_packets_total{.*rule="rp-dir-8080".*} [1-9]' \
		"$LAB/textfile/directorgate.prom"
}

scrape() {
	lab_in admin curl --silent --max-time 2 http://127.0.0.1:9100/metrics >"$LAB/scraped"
}

# What a Prometheus server would get is what the file says.
node_exporter_serves_it() {
	local _
	lab_start admin node-exporter prometheus-node-exporter --web.listen-address=127.0.0.1:9100 \
		--collector.disable-defaults --collector.textfile \
		--collector.textfile.directory="$LAB/textfile"
	for _ in {1..50}; do
		! scrape || break
		sleep 0.1
	done
	grep -q '^node_textfile_scrape_error 0' "$LAB/scraped" || complain "$(cat "$LAB"/node-exporter.log)"
	same "$(grep -c '^directorgate_' "$LAB/scraped")" \
		"$(grep -c '^directorgate_' "$LAB/textfile/directorgate.prom")" "series served"
	same "$(grep '^directorgate_policy_info' "$LAB/scraped")" \
		"$(grep '^directorgate_policy_info' "$LAB/textfile/directorgate.prom")" "policy_info"
}

counting_tests() {
	lab_up
	services_up
	lab_start gateway plain-gateway "$TESTS_NET/answer.py" tcp/22 tcp/9100
	lab_start resolver plain-resolver "$TESTS_NET/answer.py" tcp/53 udp/53
	services_await
	write_config page
	write_config other CONFIG_PROFILE="{name: single-director, without: [any-edge-50003]}"
	write_config monitor CONFIG_MODE=monitor
	write_many_rules
	check "monitor mode passes everything and counts what it would drop" monitor_drops_nothing
	check "the example's own rules hold beside the page's, for whom they name" site_rules_hold
	check "counters survive an apply" counters_survive
	check "a policy that outgrows the counter map loses no count" counters_outgrow_their_map
	check "explain moves no live counter" explain_counts_nothing
	check "explain judges openings, and replies as answers to them" explain_answers
	check "the metrics file is sound, and no series stands in it twice" metrics_are_sound
	check "a node_exporter serves what the file says" node_exporter_serves_it
	lab_down
}
