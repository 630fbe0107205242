# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Servers that answer with what they hear, and clients for them.

ECHO_PATIENCE_S=2 # of a client

# Both listen for IPv6 and IPv4. $! is the server.
serve_tcp() { # PORT [COMMAND...]: to run it by
	"${@:2}" socat "TCP6-LISTEN:$1,fork,reuseaddr,reuseport" PIPE &
}

serve_udp() { # PORT [COMMAND...]
	"${@:2}" socat "UDP6-RECVFROM:$1,fork" PIPE &
}

# Does it answer with these words? cat and dd write and read a datagram at once, bash does so in parts.
echoes() { # tcp|udp ADDRESS PORT WORDS [COMMAND...]: to ask by
	# shellcheck disable=SC2016 # the inner one expands it
	"${@:5}" timeout $ECHO_PATIENCE_S bash -c 'exec 3<>"/dev/$0/$1/$2" && cat <<<"$3" >&3 &&
		[[ $(dd bs=16384 count=1 <&3) == "$3" ]]' "${@:1:4}" 2>/dev/null
}
