# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What arrives at each host from each other one, on every port: everything without the filter, and
# with the page applied exactly what page.tsv lists. See traffic/arrivals.c.

PROBE_PORT=61000 # source port: no rule names it

# The kernels in the lab keep out of it: no RST and no ICMP error for ports nobody listens on.
mute_hosts() {
	local name family
	for name in "${!LAB_IPV4[@]}"; do
		for family in -4 -6; do
			ip -n "$(lab_namespace "$name")" "$family" -batch - <<-END
				rule add pref 10 lookup local
				rule del pref 0
				rule add pref 1 ipproto tcp blackhole
				rule add pref 2 ipproto udp blackhole
			END
		done
	done
}

# A line of arrivals' input for each address of a host.
endpoint() { # HOST PART ADDRESS,...
	local address
	for address in ${3//,/ }; do
		echo "$1 /run/netns/$(lab_namespace "$1") $2 $address"
	done
}

# All hosts; those of the pattern send, all receive.
endpoints() { # 4|6|first PATTERN
	local name part addresses
	for name in "${!LAB_IPV4[@]}"; do
		part=receive
		[[ ! $name =~ ^($2)$ ]] || part=both
		case $1 in
		4) addresses=${LAB_IPV4[$name]} ;;
		6) addresses=${LAB_IPV6[$name]} ;;
		first) addresses=${LAB_IPV4[$name]%%,*} ;;
		esac
		endpoint "$name" $part "$addresses"
	done
}

# All hosts send, the gateway alone receives, on both its addresses.
endpoints_to_gateway() { # 4|6
	if [[ $1 == 4 ]]; then
		endpoints first '.*' | sed 's/ both / send /'
		endpoint gateway receive "${LAB_GATEWAY_IPV4[perimeter]},${LAB_GATEWAY_IPV4[inside]}"
	else
		endpoints 6 '.*' | sed 's/ both / send /'
		endpoint gateway receive "${LAB_GATEWAY_IPV6[perimeter]},${LAB_GATEWAY_IPV6[inside]}"
	fi
}

# Sends to PORTS between the endpoints of stdin; what arrives must be what TABLE lists.
arrives() { # TABLE PORTS SOURCE-PORT [RULES.JSON]
	"$LAB/arrivals" "$2" "$3" "/run/netns/$(lab_namespace perimeter-switch)" \
		"/run/netns/$(lab_namespace inside-switch)" >"$LAB/arrived"
	"$TESTS_NET/compare_arrivals.py" "$1" "$LAB/roles" "$LAB/arrived" "$2" "${@:4}"
}

# Every port that the page names with its neighbours, and some thousands more; another choice every time.
sample_ports() { # COUNT
	{
		table page.tsv | awk -F '\t' '{ print $5 - 1; print $5; print $5 + 1 }'
		shuf -i 1-65535 -n "$1"
	} | sort -nu | paste -sd ,
}

# One sender reaches all but itself; another reaches that one.
all_arrive_unfiltered_ipv4() {
	endpoints first outsider | arrives everything 1-65535 $PROBE_PORT
	{
		endpoint stranger send "$(lab_address stranger 4)"
		endpoint outsider receive "$(lab_address outsider 4)"
	} | arrives everything 1-65535 $PROBE_PORT
}

all_arrive_unfiltered_sampled() {
	{ endpoints 4 '.*'; endpoints 6 '.*'; } | arrives everything "$(sample_ports 200)" $PROBE_PORT
	{ endpoints_to_gateway 4; endpoints_to_gateway 6; } |
		arrives everything "$(sample_ports 200)" $PROBE_PORT
}

page_arrives_ipv4() {
	"$BINARY" rules --json "$LAB/page.yaml" >"$LAB/rules.json"
	endpoints first '.*' | arrives "$TESTS_NET/page.tsv" 1-65535 $PROBE_PORT "$LAB/rules.json"
}

page_arrives_at_every_address() {
	endpoints 4 '.*' | arrives "$TESTS_NET/page.tsv" "$(sample_ports 1000)" $PROBE_PORT
}

page_arrives_ipv6() {
	endpoints 6 '.*' | arrives "$TESTS_NET/page.tsv" "$(sample_ports 4000)" $PROBE_PORT
}

nothing_arrives_at_the_gateway() {
	endpoints_to_gateway 4 | arrives "$TESTS_NET/page.tsv" 1-65535 $PROBE_PORT
	endpoints_to_gateway 6 | arrives "$TESTS_NET/page.tsv" "$(sample_ports 4000)" $PROBE_PORT
}

# A SYN or datagram *from* a port of the page is no reply to anything.
source_port_changes_nothing() {
	local port
	for port in $(table page.tsv | cut -f 5 | sort -nu); do
		{ endpoints first '.*'; endpoints 6 '.*'; } |
			arrives "$TESTS_NET/page.tsv" "$(sample_ports 60)" "$port"
	done
}

arrival_tests() {
	lab_up
	build_tool arrivals arrivals.c arrivals_send.c arrivals_receive.c namespace.c ports.c probe.c
	mute_hosts
	printf '%s\n' "${!LAB_ROLE_HOST[@]}" | while read -r role; do
		echo "$role ${LAB_ROLE_HOST[$role]}"
	done >"$LAB/roles"
	write_config page
	check "unfiltered, all 65,535 TCP and UDP ports of every host are reached and answer" \
		all_arrive_unfiltered_ipv4
	check "unfiltered, a sample of ports is reached from every host over IPv4 and IPv6" \
		all_arrive_unfiltered_sampled
	check "the page's configuration applies" gate apply "$LAB/page.yaml"
	check "with the page, exactly its ports of all 65,535 arrive over IPv4, TCP and UDP" \
		page_arrives_ipv4
	check "with the page, exactly its ports arrive at every address of a pool" \
		page_arrives_at_every_address
	check "with the page, exactly its ports of a sample arrive over IPv6" page_arrives_ipv6
	check "with the page, nothing arrives at the gateway itself" nothing_arrives_at_the_gateway
	check "packets from a port of the page get no further than others" source_port_changes_nothing
	lab_down
}
