# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Where a source may come from, on real NICs: forged addresses, VLANs on a trunk, two roles behind one
# NIC; in native and in generic mode. Each packet that must not arrive does without the filter.
#
# The trunk is one more cable, trunk0 of the gateway to eth0 of a host "tagger". See trunk.bpf.c.

TRUNK_MAC=02:00:5e:00:00:03
TAGGED=10.40.10.40 # at home in VLAN 10
PLAIN=10.40.0.40   # untagged
TRUNK_PORT=6000

PLACES_ROLES="  gateway: [${LAB_GATEWAY_IPV4[perimeter]}, ${LAB_GATEWAY_IPV4[inside]},
    \"${LAB_GATEWAY_IPV6[perimeter]}\", \"${LAB_GATEWAY_IPV6[inside]}\"]
  tagged: [$TAGGED]
  plain: [$PLAIN]"
PLACES_RULES="{id: ssh-gateway, from: internal-clients, to: gateway, protocol: tcp, ports: [22]},
  {id: bulk, from: edge-internal, to: director, protocol: udp, ports: [6000]},
  {id: trunk-tagged, from: tagged, to: director, protocol: tcp, ports: [$TRUNK_PORT]},
  {id: trunk-plain, from: plain, to: director, protocol: tcp, ports: [$TRUNK_PORT]}"
TRUNK_BOTH="vlans: [{id: 10, sources: [tagged]}, {id: none, sources: [plain]}]"
TRUNK_TAGGED="vlans: [{id: 10, sources: [tagged]}]"

# ---- forged addresses ----

forged_packets() { # 4|6
	local client director edge proxy stranger perimeter inside
	client=$(lab_address client "$1") director=$(lab_address director "$1")
	edge=$(lab_address edge "$1") proxy=$(lab_address reverse-proxy "$1")
	stranger=$(lab_address stranger "$1")
	if [[ $1 == 4 ]]; then
		perimeter=${LAB_GATEWAY_IPV4[perimeter]} inside=${LAB_GATEWAY_IPV4[inside]}
	else
		perimeter=${LAB_GATEWAY_IPV6[perimeter]} inside=${LAB_GATEWAY_IPV6[inside]}
	fi
	cat <<-END
		passes client-at-home client director S $client 40001 $director 443
		passes edge-at-home edge director udp $edge 40002 $director 6000
		passes client-to-gateway client gateway S $client 40003 $inside 22
		passes nobody-inside stranger edge S $stranger 40004 $edge 50001
		passes nobody-on-perimeter outsider edge S $stranger 40005 $edge 50001
		spoofed-source client-on-perimeter outsider director S $client 40011 $director 443
		spoofed-source client-on-perimeter-ack outsider director A $client 40012 $director 443
		spoofed-source client-on-perimeter-to-gateway outsider gateway S $client 40013 $perimeter 22
		spoofed-source director-on-perimeter outsider edge S $director 40014 $edge 5061
		spoofed-source reply-on-perimeter outsider client SA $director 443 $client 40015
		spoofed-source edge-inside stranger director S $edge 40016 $director 5061
		spoofed-source edge-inside-udp stranger director udp $edge 40017 $director 6000
		spoofed-source proxy-inside client director S $proxy 40018 $director 8080
		spoofed-source gateway-on-perimeter outsider director S $perimeter 40019 $director 443
		spoofed-source gateway-inside-on-perimeter outsider director S $inside 40020 $director 443
		spoofed-source gateway-inside stranger edge S $inside 40021 $edge 50001
	END
}

# ---- the trunk ----

trunk_end() { # HOST NIC
	lab_in "$1" tc qdisc add dev "$2" clsact
	lab_load "$1" tc filter add dev "$2" egress bpf direct-action object-file "$LAB/trunk.o" section push
	lab_load "$1" tc filter add dev "$2" ingress bpf direct-action object-file "$LAB/trunk.o" section pop
}

add_trunk() {
	build_bpf trunk
	add_namespace tagger 0
	ip -n "$(lab_namespace gateway)" link add trunk0 address $TRUNK_MAC type veth \
		peer name eth0 netns "$(lab_namespace tagger)"
	ip -n "$(lab_namespace gateway)" -batch - <<-END
		link set trunk0 up
		address add 10.40.0.1/32 dev trunk0
		route add $TAGGED dev trunk0
	END
	ip -n "$(lab_namespace tagger)" -batch - <<-END
		link set eth0 up
		address add $TAGGED/32 dev eth0
		route add 10.40.0.1 dev eth0
		route add default via 10.40.0.1 dev eth0
	END
	trunk_end gateway trunk0
	trunk_end tagger eth0
	# Tags stand in the frame, as on a wire.
	lab_in gateway ethtool -K trunk0 rxvlan off
	tags_beside_the_frame off
}

tags_beside_the_frame() { # on|off
	lab_in tagger ethtool -K eth0 txvlan "$1"
}

trunk_packet() { # WANTED KEY SOURCE VLANS
	((++trunk_port))
	echo "$1 $2 tagger director S $3 $trunk_port $(lab_address director 4) $TRUNK_PORT $4"
}

# Where nothing untagged is let in, no VLAN lists the plain ones: then they are at home in any.
trunk_packets() { # UNTAGGED: what becomes of it
	local trunk_port=41000 plain=$1 wrong=spoofed-source in_vlan=spoofed-source
	[[ $1 == passes ]] || wrong=$1 in_vlan=passes
	trunk_packet passes tagged $TAGGED 10
	trunk_packet passes priority-tag-and-tagged $TAGGED 0,10
	trunk_packet "$plain" untagged $PLAIN -
	trunk_packet "$plain" priority-tag $PLAIN 0
	trunk_packet "$plain" two-priority-tags $PLAIN 0,0
	trunk_packet "$in_vlan" other-in-vlan $PLAIN 10
	trunk_packet "$wrong" tagged-ones-untagged $TAGGED -
	trunk_packet "$wrong" tagged-ones-priority-tag $TAGGED 0
	trunk_packet vlan other-vlan $TAGGED 20
	trunk_packet vlan double-tag $TAGGED 10,30
	trunk_packet vlan-depth three-priority-tags $PLAIN 0,0,0
}

over_trunk() {
	connects tagger "$(lab_address director 4)" $TRUNK_PORT http -
}

# On a NIC that says it does so, an apply is refused.
hidden_tags_are_refused() {
	exits 0 gate apply "$LAB/places-native.yaml"
	lab_in gateway ethtool -K trunk0 rxvlan on
	refused "ethtool -K trunk0 rxvlan off" gate apply "$LAB/tagged-native.yaml"
	lab_in gateway ethtool -K trunk0 rxvlan off
	exits 0 gate apply "$LAB/tagged-native.yaml"
}

# A driver that takes tags out of frames shows XDP untagged ones: they drop where nothing untagged may come.
hidden_tags_drop() {
	local before
	over_trunk
	before=$(drops_of vlan)
	tags_beside_the_frame on
	! over_trunk || complain "connected with tags that the filter does not see"
	tags_beside_the_frame off
	(($(drops_of vlan) > before)) || complain "nothing dropped as vlan"
	over_trunk
}

# ---- behind one NIC, and checksums ----

one_nic_works() { # SESSION
	local address
	for address in 4 6; do
		session_open "$1-$address" director pool "$(lab_address pool $address)" 444
		session_says "$1-$address" server
		session_says "$1-$address" client
		session_close "$1-$address"
	done
}

one_nic_strays() {
	local pool director
	pool=$(lab_address pool 4) director=$(lab_address director 4)
	cat <<-END
		no-flow stray-ack pool director A $pool 444 $director 42001
		no-flow stray-syn-ack pool director SA $pool 444 $director 42002
		no-flow stray-rst pool director R $pool 444 $director 42003
		not-a-reply syn pool director S $pool 444 $director 42004
		passes opening director pool S $director 42005 $pool 444
	END
}

# Hosts leave checksums to their NIC; so what the gateway gets has none yet. tcpdump sees that.
partial_checksums_pass() { # SESSION
	local watcher
	session_open "$1" edge director "$(lab_address director 4)" 5061
	timeout 10 nsenter --net="$(netns_path gateway)" \
		tcpdump -c 2 -nnvv -i inside0 -Q in "tcp src port 5061" >"$LAB/checksums" 2>"$LAB/tcpdump" &
	watcher=$!
	await 5 grep -q listening "$LAB/tcpdump"
	for _ in {1..5}; do
		session_says "$1" server
	done
	wait $watcher
	grep -q 'cksum .*incorrect' "$LAB/checksums" || complain "all whole: $(cat "$LAB/checksums")"
}

bulk_arrives() { # SESSION
	SPEECH_BYTES=2000000 session_says "$1" server
	SPEECH_BYTES=2000000 session_says "$1" client
	session_close "$1"
}

# ---- both modes ----

with_mode() { # MODE INTERFACE...
	local mode=$1 listed
	shift
	listed=$(printf '%s, ' "$@")
	listed=${listed%, }
	echo "${listed//\{name:/\{xdp: $mode, name:}"
}

write_places() { # MODE
	write_config "places-$1" CONFIG_ROLES="$PLACES_ROLES" CONFIG_RULES="$PLACES_RULES" \
		CONFIG_FLOWS="pickup-grace: 0s" \
		CONFIG_INTERFACES="$(with_mode "$1" "$HOMES" "{name: trunk0, $TRUNK_BOTH}")"
	write_config "tagged-$1" CONFIG_ROLES="$PLACES_ROLES" CONFIG_RULES="$PLACES_RULES" \
		CONFIG_FLOWS="pickup-grace: 0s" \
		CONFIG_INTERFACES="$(with_mode "$1" "$HOMES" "{name: trunk0, $TRUNK_TAGGED}")"
}

applies_as() { # MODE
	gate detach
	exits 0 gate apply "$LAB/places-$1.yaml"
	same "$(gate status --json | jq -r '[.interfaces[].xdp] | unique | join(" ")')" "$1" "xdp"
}

tagged_only() { # MODE
	exits 0 gate apply "$LAB/tagged-$1.yaml"
	fare_as_wanted "$LAB/tagged.packets"
}

places_in_mode() { # MODE
	write_places "$1"
	check "$1: applies" applies_as "$1"
	check "$1: forged IPv4 sources drop as spoofed-source, honest ones pass" \
		fare_as_wanted "$LAB/forged-4.packets"
	check "$1: forged IPv6 sources drop as spoofed-source, honest ones pass" \
		fare_as_wanted "$LAB/forged-6.packets"
	check "$1: on a trunk each VLAN lets in its own, others drop as vlan, id 0 is untagged" \
		fare_as_wanted "$LAB/trunk.packets"
	check "$1: between roles behind one NIC sessions work" one_nic_works "hairpin-$1"
	check "$1: and strays drop" fare_as_wanted "$LAB/hairpin.packets"
	check "$1: partial checksums pass" partial_checksums_pass "edge-$1"
	check "$1: megabytes arrive to the byte" bulk_arrives "edge-$1"
	check "$1: where a trunk lists no untagged traffic it drops as vlan" tagged_only "$1"
	check "$1: tags that the NIC took out of the frame count as none" hidden_tags_drop
}

places_tests() {
	lab_up
	services_certificates
	add_trunk
	lab_start director plain-director "$TESTS_NET/answer.py" "tcp/$TRUNK_PORT"
	# The kernel would drop IPv4 from an address of its own; the filter is to be the only guard.
	lab_in gateway bash -c 'echo 1 >/proc/sys/net/ipv4/conf/all/accept_local'
	forged_packets 4 >"$LAB/forged-4.packets"
	forged_packets 6 >"$LAB/forged-6.packets"
	trunk_packets passes >"$LAB/trunk.packets"
	trunk_packets vlan >"$LAB/tagged.packets"
	one_nic_strays >"$LAB/hairpin.packets"
	cat "$LAB"/*.packets >"$LAB/all"
	check "unfiltered, all of it arrives: forged sources, other VLANs, double tags, strays" \
		all_arrive "$LAB/all"
	check "unfiltered, the trunk carries connections" over_trunk
	places_in_mode native
	places_in_mode generic
	check "an apply of VLANs to a NIC that takes tags out of frames is refused" hidden_tags_are_refused
	lab_down
}
