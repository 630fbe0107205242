# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# nmap scans every host and the gateway from every host, with what no honest client sends first. Every
# target answers everything. What arrives is counted at the target; what nmap says does not matter.

SCANS_AT_ONCE=10
SCAN_LIMIT_S=60 # of one run of nmap, which takes a second
SCANS="-sA -sF -sN -sX -f|-sS --mtu|24|--data-length|16|-sS -sA|-g4443 -sS|-g4443"
# In fragments of 24 bytes the first has a whole TCP header, in those of 8 (-f) not even the flags.
SCANS_IPV6="-sA -sX -sA|-g4443 -sS|-g4443" # nmap makes no IPv6 fragments

# Every port that the page names with its neighbours, and some more. Not 4443, which is the source
# port: between two of them one host's packet is the other's reply. And none of those that nmap sends from.
scanned_ports() {
	{
		table page.tsv | awk -F '\t' '{ print $5 - 1; print $5; print $5 + 1 }'
		shuf -i 1-30000 -n 12
	} | grep -vx 4443 | sort -nu | paste -sd ,
}

# All addresses but the scanner's own.
targets_of() { # HOST 4|6
	local name
	for name in "${!LAB_IPV4[@]}"; do
		[[ $name == "$1" ]] || lab_addresses "$name" "$2"
	done
	lab_addresses gateway "$2"
}

scan() { # HOST 4|6 TRIES PORTS SCAN
	local family=()
	[[ $2 == 4 ]] || family=(-6)
	# shellcheck disable=SC2046,SC2086 # words
	lab_in "$1" timeout $SCAN_LIMIT_S nmap "${family[@]}" -n -Pn -T5 --min-rate 5000 --max-rtt-timeout 100ms \
		--max-retries "$3" -p "$4" ${5//|/ } $(targets_of "$1" "$2")
}

# One host after the other scans from each; a failure shows what nmap said.
scan_from_all() { # TRIES PORTS
	local name scan running=0 pids=()
	for name in "${!LAB_IPV4[@]}"; do
		((running++ < SCANS_AT_ONCE)) || wait -n
		{
			for scan in $SCANS; do
				scan "$name" 4 "$1" "$2" "$scan"
			done
			for scan in $SCANS_IPV6; do
				scan "$name" 6 "$1" "$2" "$scan"
			done
		} >"$LAB/nmap-$name" 2>&1 &
		pids+=($!)
	done
	for name in "${pids[@]}"; do
		wait "$name" || complain "$(tail -n 5 "$LAB"/nmap-*)"
	done
}

# Not by lab_in: the signal that ends it must not meet a shell.
witness_at() { # HOST ADDRESS...
	nsenter --net="$(netns_path "$1")" "$TESTS_NET/witness.py" "${@:2}" >"$LAB/seen-$1" &
	witnesses+=($!)
}

await_witnesses() {
	local _
	for _ in {1..100}; do
		(($(cat "$LAB"/seen-* | grep -c ready) < ${#witnesses[@]})) || return 0
		sleep 0.1
	done
	complain "not all who watch came up"
}

# What arrives at each host goes to the file.
scan_watched() { # TRIES PORTS FILE
	local name witnesses=()
	rm -f "$LAB"/seen-*
	for name in "${!LAB_IPV4[@]}"; do
		# shellcheck disable=SC2046
		witness_at "$name" $(lab_addresses "$name" 4) $(lab_addresses "$name" 6)
	done
	# shellcheck disable=SC2046
	witness_at gateway $(lab_addresses gateway 4) $(lab_addresses gateway 6)
	await_witnesses
	scan_from_all "$1" "$2"
	sleep 0.3
	kill -TERM "${witnesses[@]}"
	for name in "${witnesses[@]}"; do
		wait "$name"
	done
	cat "$LAB"/seen-* | grep -v ready >"$3"
}

# Lines FROM TO PORT of all that one address could scan at another.
scannable() { # 4|6 PORTS
	local name from to port
	for name in "${!LAB_IPV4[@]}"; do
		from=$(lab_address "$name" "$1")
		for to in $(targets_of "$name" "$1"); do
			for port in ${2//,/ }; do
				printf '%s\t%s\t%s\n' "$from" "$to" "$port"
			done
		done
	done
}

# The same of what the page lets open.
page_targets() { # 4|6 PORTS
	local _ from_host to port name
	page_connections | grep "/$1	" | while IFS=$'\t' read -r _ from_host to port _; do
		printf '%s\t%s\t%s\n' "$(lab_address "$from_host" "$1")" "$to" "$port"
	done
	# page_connections tries `any` from some hosts only.
	for name in "${!LAB_IPV4[@]}"; do
		[[ $name != edge ]] || continue
		for port in 50001 50002 50003; do
			printf '%s\t%s\t%s\n' "$(lab_address "$name" "$1")" "$(lab_address edge "$1")" "$port"
		done
	done
}

# What of a scan arrived, as FROM TO PORT of a family.
arrived_of() { # FILE 4|6 KIND SOURCE-PORT|-
	awk -F '\t' -v family="$2" -v kind="$3" -v from="$4" '
		($1 ~ /:/) == (family == 6) && $3 == kind && (from == "-" ? $4 != 4443 : $4 == from) {
			print $1 "\t" $2 "\t" $5 }' "$1"
}

same_lines() { # EXPECTED ARRIVED WHAT
	local missing more
	missing=$(comm -23 <(sort -u "$1") <(sort -u "$2"))
	more=$(comm -13 <(sort -u "$1") <(sort -u "$2"))
	[[ -z $missing ]] || complain "$3: did not arrive: $(head -n 20 <<<"$missing")"
	[[ -z $more ]] || complain "$3: arrived: $(head -n 20 <<<"$more")"
}

# Each scan by the flags and source port that it is known by. Of fragments only the first has a port.
KINDS="A|- F|- none|- FPU|- A|4443 S|4443 fragment|-"

unfiltered_scans_reach_all() { # PORTS
	local family kind
	scan_watched 2 "$1" "$LAB/unfiltered"
	for family in 4 6; do
		scannable $family "$1" >"$LAB/expected"
		for kind in $KINDS; do
			[[ ! $family$kind =~ ^6(F\||none|fragment) ]] || continue
			arrived_of "$LAB/unfiltered" $family "${kind%|*}" "${kind#*|}" |
				awk '$3 != 0' >"$LAB/arrived"
			same_lines "$LAB/expected" "$LAB/arrived" "IPv$family, $kind"
		done
	done
}

arrives_as_listed() { # KIND SOURCE-PORT PORTS
	local family
	for family in 4 6; do
		page_targets $family | grep -E "	(${3//,/|})\$" >"$LAB/expected"
		arrived_of "$LAB/filtered" $family "$1" "$2" >"$LAB/arrived"
		same_lines "$LAB/expected" "$LAB/arrived" "IPv$family"
	done
}

nothing_arrived_of() { # KIND...
	local kind arrived
	for kind; do
		arrived=$(awk -F '\t' -v kind="$kind" '$3 == kind' "$LAB/filtered")
		[[ -z $arrived ]] || complain "$kind: arrived: $(head -n 20 <<<"$arrived")"
	done
}

# Whatever else may have come: only answers, which witness.py leaves out, and these.
nothing_else_arrived() {
	local others
	others=$(awk -F '\t' '$3 != "A" && !($3 == "S" && $4 == 4443)' "$LAB/filtered")
	[[ -z $others ]] || complain "arrived: $(head -n 20 <<<"$others")"
}

scan_tests() {
	local ports name
	lab_up
	build_bpf respond
	for name in "${!LAB_IPV4[@]}"; do
		answer_at "$name" everything
	done
	ports=$(scanned_ports)
	write_config scanned CONFIG_INTERFACES="$HOMES" CONFIG_FLOWS="pickup-grace: 0s"
	check "unfiltered, each scan of nmap reaches every port of every host and the gateway" \
		unfiltered_scans_reach_all "$ports"
	check "the page's configuration applies, with sources" gate apply "$LAB/scanned.yaml"
	check "the same scans run against it" scan_watched 0 "$ports" "$LAB/filtered"
	check "of an ACK scan arrives what the page lets open, and no more" \
		arrives_as_listed A - "$ports"
	check "of an ACK scan from port 4443 no more either" arrives_as_listed A 4443 "$ports"
	check "of a SYN scan from port 4443 no more either" arrives_as_listed S 4443 "$ports"
	check "of FIN, NULL and XMAS scans nothing arrives at all" nothing_arrived_of F none FPU
	check "of fragment scans nothing arrives at all" nothing_arrived_of fragment
	check "and nothing else arrived anywhere" nothing_else_arrived
	lab_down
}
