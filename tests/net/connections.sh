# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# The two tables as connections for connect_all: what the page allows, and what it does not.

# Hosts that `any` is tried from.
ANY_HOSTS="outsider stranger client director reverse-proxy"

source_hosts() { # ROLE
	if [[ $1 == any ]]; then
		echo "$ANY_HOSTS"
	else
		echo "${LAB_ROLE_HOST[$1]}"
	fi
}

# KEY is RULE/FAMILY; several lines have one where a role has several hosts or addresses.
page_connections() {
	local id from to port how host family address
	while IFS=$'\t' read -r id from to _ port how; do
		for host in $(source_hosts "$from"); do
			for family in 4 6; do
				for address in $(lab_addresses "${LAB_ROLE_HOST[$to]}" $family); do
					printf '%s/%s\t%s\t%s\t%s\t%s\t-\n' \
						"$id" $family "$host" "$address" "$port" "$how"
				done
			done
		done
	done < <(table page.tsv)
}

# KEY is WHY|FROM|TO|PROTOCOL/PORT|FAMILY.
forbidden_connections() {
	local why from to protocol port how source_port family
	while IFS=$'\t' read -r why from to protocol port how source_port; do
		for family in 4 6; do
			printf '%s|%s|%s|%s/%s|%s\t%s\t%s\t%s\t%s\t%s\n' \
				"$why" "$from" "$to" "$protocol" "$port" $family \
				"$from" "$(lab_address "$to" $family)" "$port" "$how" "$source_port"
		done
	done < <(table forbidden.tsv)
}

# The lines of connect_all whose answer is not the one wanted.
unlike() { # yes|no FILE
	awk -F '\t' -v wanted="$1" '$2 != wanted { print $1 }' "$2"
}
