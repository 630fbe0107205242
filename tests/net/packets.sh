# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Single packets that nothing honest would send, and what became of each: did it arrive, and under
# which reason was it dropped. See inject.py. Needs lab.sh.

# A line `WANTED KEY FROM TO KIND SOURCE PORT DESTINATION PORT VLANS` is a packet. FROM and TO are hosts,
# or the gateway, at which it is waited for; WANTED is `passes` or the reason to drop it.
inject() { # < packets
	local key from to kind source source_port destination port vlans
	while read -r _ key from to kind source source_port destination port vlans; do
		echo "$key $(netns_path "$from") eth0 $(gateway_mac_of "$from")" \
			"$(netns_path "$to") ${vlans:--} $kind $source $source_port $destination $port"
	done | "$TESTS_NET/inject.py"
}

# Where the host's cable ends: a host of the lab, or that of places_test.sh's trunk.
gateway_mac_of() { # HOST
	local name side
	[[ $1 != tagger ]] || echo "$TRUNK_MAC"
	while read -r name side _; do
		[[ $name != "$1" ]] || echo "${LAB_GATEWAY_MAC[$side]}"
	done <<<"$LAB_HOSTS"
}

# `REASON PACKETS` of all NICs together.
drops_by_reason() {
	gate counters --json | jq -r '.drops | group_by(.reason)[] |
		"\(.[0].reason) \(map(.packets) | add)"' | sort
}

drops_of() { # REASON
	drops_by_reason | awk -v reason="$1" '$1 == reason { print $2 }'
}

# The packets all arrive, as they do where nothing is filtered.
all_arrive() { # FILE
	local lost
	inject <"$1" >"$LAB/fates"
	lost=$(grep -v ' yes$' "$LAB/fates" || true)
	[[ -s $LAB/fates && -z $lost ]] || complain "did not arrive: $lost"
}

# Each packet fares as its line wants, and each reason counted its own. Hosts may send what drops too.
fare_as_wanted() { # FILE
	local wrong
	drops_by_reason >"$LAB/drops-before"
	inject <"$1" >"$LAB/fates"
	drops_by_reason >"$LAB/drops-after"
	wrong=$(paste -d ' ' <(cut -d ' ' -f 1 "$1") "$LAB/fates" |
		awk '($1 == "passes") != ($3 == "yes")')
	[[ -s $LAB/fates && -z $wrong ]] || complain "wanted, packet, arrived: $wrong"
	wrong=$(join "$LAB/drops-before" "$LAB/drops-after" | awk '
		NR == FNR { counted[$1] = $3 - $2; next }
		$1 != "passes" { wanted[$1]++ }
		END { for (reason in wanted)
			if (counted[reason] + 0 < wanted[reason])
				print reason ": " counted[reason] + 0 " packets, expected " wanted[reason] }' - "$1")
	[[ -z $wrong ]] || complain "$wrong"
}
