# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# `render --nftables`: nft takes it, and what it loads lets the page's connections be made and no
# other, with no XDP program attached. Then the same packets through directorgate and through its
# own rendering: rendering/differ.py lists and explains each difference.

RENDER_SEED=${RENDER_SEED:-1} # of the packets that are compared
RENDER_CONFIG=$TESTS_NET/../../deploy/directorgate.yaml

render_to() { # FILE CONFIG
	"$BINARY" render --nftables "$2" >"$1" 2>"$LAB/warnings" || complain "$(cat "$LAB/warnings")"
}

# In a namespace of its own each.
every_rendering_loads() {
	local config count=0
	for config in "$TESTS_NET"/../golden/good/*.yaml "$TESTS_NET"/../../deploy/{,examples/}*.yaml; do
		echo "$config"
		render_to "$LAB/any.nft" "$config"
		unshare --net nft --check --file "$LAB/any.nft"
		unshare --net nft --file "$LAB/any.nft"
		((++count))
	done
	((count > 10))
}

load_rendering() { # CONFIG
	render_to "$LAB/rendering.nft" "$1"
	lab_in gateway nft --file "$LAB/rendering.nft"
}

# A second load leaves one table, as it was.
loads_again_as_the_same() {
	lab_in gateway nft --stateless list ruleset >"$LAB/once"
	lab_in gateway nft --file "$LAB/rendering.nft"
	lab_in gateway nft --stateless list ruleset >"$LAB/twice"
	diff "$LAB/once" "$LAB/twice"
}

# Where an answer is wanted, patience costs nothing.
be_patient() { # yes|no
	# shellcheck disable=SC2034 # of services.sh
	[[ $1 == no ]] || CONNECT_SECONDS=10
}

all_answer() { # yes|no CONNECTIONS
	be_patient "$1"
	"$2" | connect_all >"$LAB/connected"
	wc -l <"$LAB/connected"
	[[ -s $LAB/connected ]]
	[[ -z $(unlike "$1" "$LAB/connected" | tee /dev/stderr) ]]
}

# Each of the page's lines has let pass openings and replies.
every_rule_counted() {
	local id
	lab_in gateway nft list table inet directorgate >"$LAB/table"
	while IFS=$'\t' read -r id _; do
		same "$(grep -c "counter packets [1-9].*comment \"$id: " "$LAB/table")" 4 \
			"lines of $id with packets, of openings and replies in two families"
	done < <(table page.tsv)
}

# ---- VLANs, which nftables knows by the names of their devices ----

# The edge gets a cable of its own to the gateway. Its name there is all that nftables sees of a
# VLAN, so that no kernel need know VLANs.
lay_vlan_cable() {
	ip -n "$(lab_namespace gateway)" link add perimeter0.10 up type veth \
		peer name vlan10 netns "$(lab_namespace edge)"
	ip -n "$(lab_namespace gateway)" route replace "$(lab_address edge 4)" dev perimeter0.10
	ip -n "$(lab_namespace edge)" -batch - <<-END
		link set vlan10 up
		route replace ${LAB_GATEWAY_IPV4[perimeter]} dev vlan10
		route replace default via ${LAB_GATEWAY_IPV4[perimeter]} dev vlan10
	END
}

edge_by_vlan() ( # yes|no INTERFACES
	local answer=no
	write_config vlan CONFIG_INTERFACES="$2"
	load_rendering "$LAB/vlan.yaml"
	be_patient "$1"
	! connects edge "$(lab_address director 4)" 5061 mtls - || answer=yes
	same $answer "$1" "the edge by perimeter0.10, with $2"
)

vlans_are_judged_by_name() {
	lay_vlan_cable
	edge_by_vlan yes "{name: perimeter0, sources: [edge-internal]}, {name: inside0}"
	edge_by_vlan yes "{name: perimeter0, vlans: [{id: 10, sources: [edge-internal]}]}, {name: inside0}"
	edge_by_vlan no "{name: perimeter0, sources: []}, {name: inside0, sources: [edge-internal]}"
	edge_by_vlan no "{name: perimeter0, vlans: [{id: 1, sources: [edge-internal]}]}, {name: inside0}"
	edge_by_vlan no "{name: perimeter0, vlans: [{id: 10, sources: []}, {id: none, sources: [edge-internal]}]}, {name: inside0}"
	lab_in gateway nft list chain inet directorgate home-1 | grep -q "packets [1-9].*spoofed-source"
}

# ---- packet by packet ----

# What a kernel that never answers does not say: the gateway knows every host's MAC.
know_neighbours() {
	local name side ipv4 ipv6 mac address
	while read -r name side ipv4 ipv6; do
		[[ -n $name ]] || continue
		mac=$(ip -n "$(lab_namespace "$name")" -brief link show eth0 | awk '{ print $3 }')
		for address in ${ipv4//,/ } ${ipv6//,/ }; do
			echo "neighbour replace $address lladdr $mac dev ${side}0 nud permanent"
		done
	done <<<"$LAB_HOSTS" | ip -n "$(lab_namespace gateway)" -batch -
}

# The two sysctls that the README names: directorgate judges no TCP windows.
track_liberally() {
	lab_in gateway sysctl -qw net.netfilter.nf_conntrack_tcp_be_liberal=1 \
		net.netfilter.nf_conntrack_tcp_ignore_invalid_rst=1
}

play() { # FILE
	"$TESTS_NET/rendering/play.py" "$(lab_namespace '')" "$LAB/hosts" "$RENDER_SEED" >"$LAB/$1"
}

# PLACES is what perimeter0 says of its sources.
differ_as_explained() { # MODE SETTING PLACES
	{
		echo "$2"
		sed "s/PLACES/$3/" "$TESTS_NET/rendering/site.yaml"
	} >"$LAB/site.yaml"
	gate apply "$LAB/site.yaml"
	play filtered
	gate detach
	load_rendering "$LAB/site.yaml"
	play rendered
	lab_in gateway nft delete table inet directorgate
	"$TESTS_NET/rendering/differ.py" "$LAB/hosts" "$RENDER_SEED" "$1" \
		"$LAB/unfiltered" "$LAB/filtered" "$LAB/rendered" | tee "$LAB/differences"
}

compare_rendering() { # MODE SETTING [PLACES]
	check "directorgate and its rendering judge as one but as explained: $2${3:+, $3}" \
		differ_as_explained "$1" "$2" "${3:-sources: [reverse-proxy-internal, edge-internal]}"
	sed 's/^/# /' "$LAB/differences"
}

compare_renderings() {
	lab_up
	mute_hosts
	know_neighbours
	track_liberally
	echo "$LAB_HOSTS" >"$LAB/hosts"
	check "unfiltered, what the two are compared by arrives" play unfiltered
	compare_rendering stateful "stateful: true"
	compare_rendering strict "pickup: false" \
		"vlans: [{id: none, sources: [reverse-proxy-internal, edge-internal]}, {id: 10, sources: []}]"
	compare_rendering stateless "stateful: false"
	compare_rendering monitor "mode: monitor"
	lab_down
}

render_tests() {
	lab_up
	check "nft loads the rendering of every example" every_rendering_loads
	services_up
	services_await
	check "unfiltered, what the page does not allow is answered" all_answer yes forbidden_connections
	check "the rendering of deploy/directorgate.yaml loads" load_rendering "$RENDER_CONFIG"
	check "loaded again it is the same" loads_again_as_the_same
	check "loaded, every connection of the page is answered" all_answer yes page_connections
	check "loaded, each rule counted openings and replies of both families" every_rule_counted
	check "loaded, nothing that the page does not allow is answered" \
		all_answer no forbidden_connections
	check "a VLAN's device is judged as its interface lists the VLAN" vlans_are_judged_by_name
	lab_down
	compare_renderings
}
