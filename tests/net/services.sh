# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Real servers on every port of page.tsv and forbidden.tsv, and real clients for them: plain HTTP,
# and TLS where both sides show a certificate of a CA made for this run. Needs lab.sh.

TESTS_NET=$(dirname "${BASH_SOURCE[0]}")
CONNECT_SECONDS=2  # patience of a client
CONNECT_AT_ONCE=24 # clients that run beside each other

# The lines of a table, without comments.
table() { # FILE
	grep -v '^#' "$TESTS_NET/$1"
}

# ---- certificates: CN is the host, valid for its addresses, for both sides of a connection ----

make_authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj "/CN=lab authority" -keyout "$LAB/ca.key" -out "$LAB/ca.pem" 2>/dev/null
}

make_certificate() { # HOST|gateway
	local names address
	names=DNS:$1
	for address in $(lab_addresses "$1" 4) $(lab_addresses "$1" 6); do
		names+=,IP:$address
	done
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
		-keyout "$LAB/$1.key" -out "$LAB/$1.csr" 2>/dev/null
	openssl x509 -req -in "$LAB/$1.csr" -CA "$LAB/ca.pem" -CAkey "$LAB/ca.key" -days 2 \
		-set_serial "0x$(openssl rand -hex 8)" -out "$LAB/$1.pem" 2>/dev/null \
		-extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$names")
}

# ---- servers ----

# HOST PROTOCOL/PORT HOW for whatever the two tables connect to; how the page asks comes first.
services() {
	table page.tsv | while IFS=$'\t' read -r _ _ to protocol port how; do
		printf '%s\t%s/%s\t%s\n' "${LAB_ROLE_HOST[$to]}" "$protocol" "$port" "$how"
	done
	table forbidden.tsv | awk -F '\t' '{ print $3 "\t" $4 "/" $5 "\t" $6 }'
}

start_tls() { # HOST PORT
	local any
	for any in 0.0.0.0 '[::]'; do
		lab_start "$1" "tls-$1-$2" openssl s_server -accept "$any:$2" -www -quiet \
			-cert "$LAB/$1.pem" -key "$LAB/$1.key" -CAfile "$LAB/ca.pem" \
			-Verify 2 -verify_return_error
	done
}

# One process for all of a host's plain ports, one openssl for each TLS port and family.
start_services() { # HOST
	local plain=() service how
	while IFS=$'\t' read -r _ service how; do
		case $how in
		https | mtls) start_tls "$1" "${service#tcp/}" ;;
		*) plain+=("$service") ;;
		esac
	done < <(services | awk -F '\t' -v host="$1" '$1 == host && !seen[$2]++')
	[[ ${#plain[@]} == 0 ]] || lab_start "$1" "plain-$1" "$TESTS_NET/answer.py" "${plain[@]}"
}

services_certificates() {
	local name
	make_authority
	for name in "${!LAB_IPV4[@]}"; do
		make_certificate "$name"
	done
}

services_up() {
	local name
	services_certificates
	for name in "${!LAB_IPV4[@]}"; do
		start_services "$name"
	done
}

# ---- clients ----

ask_http() { # FROM ADDRESS PORT SCHEME
	local options=()
	[[ $4 == http ]] ||
		options+=(--cacert "$LAB/ca.pem" --cert "$LAB/$1.pem" --key "$LAB/$1.key")
	[[ $(lab_in "$1" curl --silent --max-time $CONNECT_SECONDS "${options[@]}" --output /dev/null \
		--write-out '%{http_code}' "$4://$2:$3/") == 200 ]]
}

ask_mtls() { # FROM ADDRESS PORT
	local address=${2#[}
	printf 'GET / HTTP/1.0\r\n\r\n' |
		lab_in "$1" timeout $CONNECT_SECONDS openssl s_client -connect "$2:$3" -quiet \
			-cert "$LAB/$1.pem" -key "$LAB/$1.key" -CAfile "$LAB/ca.pem" \
			-verify_return_error -verify_ip "${address%]}" 2>/dev/null |
		grep -q '200 ok'
}

ask_udp() { # FROM ADDRESS PORT
	local address=${2#[}
	# shellcheck disable=SC2016
	[[ $(lab_in "$1" timeout $CONNECT_SECONDS bash -c '
		exec 3<>"/dev/udp/$0/$1" && echo question >&3 && dd bs=64 count=1 <&3
	' "${address%]}" "$3" 2>/dev/null) == question ]]
}

# From a port that a server here listens on too, which curl cannot.
ask_from_port() { # FROM ADDRESS PORT SOURCE-PORT
	[[ $(lab_in "$1" "$TESTS_NET/ask.py" $CONNECT_SECONDS "$4" "$2" "$3" 2>/dev/null) == *"200 OK"* ]]
}

# True when the server answered.
connects() { # FROM ADDRESS PORT HOW SOURCE-PORT
	local address=$2
	[[ $address != *:* ]] || address="[$address]"
	if [[ $5 != - ]]; then
		ask_from_port "$1" "$2" "$3" "$5"
		return
	fi
	case $4 in
	http | https) ask_http "$1" "$address" "$3" "$4" ;;
	mtls) ask_mtls "$1" "$address" "$3" ;;
	udp) ask_udp "$1" "$address" "$3" ;;
	esac
}

# Reads lines KEY FROM ADDRESS PORT HOW SOURCE-PORT, tries all beside each other, and
# prints KEY yes|no for each. A subshell, so that it waits for its own children alone.
connect_all() (
	running=0
	while IFS=$'\t' read -r key from address port how source_port; do
		((running++ < CONNECT_AT_ONCE)) || wait -n || true
		{
			answer=no
			! connects "$from" "$address" "$port" "$how" "$source_port" || answer=yes
			printf '%s\t%s\n' "$key" "$answer"
		} </dev/null &
	done
	wait
)

# As HOST PROTOCOL/PORT: what is there for both families.
listening() { # HOST
	lab_in "$1" ss -Hlntu | awk -v host="$1" '
		{ port = $5; sub(/.*:/, "", port); service = $1 "/" port }
		$5 ~ /^\*:/ || seen[service]++ { print host "\t" service }'
}

missing_services() {
	comm -23 <(services | cut -f 1,2 | sort -u) \
		<(for name in "${!LAB_IPV4[@]}"; do listening "$name"; done | sort -u)
}

services_await() {
	local missing _
	for _ in {1..100}; do
		missing=$(missing_services)
		[[ -n $missing ]] || return 0
		sleep 0.1
	done
	printf 'no server came up for:\n%s\n' "$missing" >&2
	return 1
}
