# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# TLS sessions that stay open while something else happens: openssl s_client and s_server, each with a
# certificate, both silent until told what to say. Needs lab.sh and services.sh.

SESSION_PATIENCE_S=15 # a few retransmissions of TCP
SPEECH_BYTES=3000     # more than a packet holds

# Reads what it is to say from a pipe that it holds open itself, so that it never sees its end.
start_side() { # SESSION SIDE HOST OPENSSL-COMMAND...
	local side=$LAB/$1-$2
	rm -f "$side".*
	mkfifo "$side.pipe"
	nsenter --net="$(netns_path "$3")" openssl "${@:4}" -quiet -cert "$LAB/$3.pem" \
		-key "$LAB/$3.key" -CAfile "$LAB/ca.pem" -verify_return_error \
		<>"$side.pipe" >"$side.heard" 2>"$side.log" &
	echo $! >"$side.pid"
	disown
	: >"$side.said"
}

is_listening() { # HOST PORT
	[[ -n $(lab_in "$1" ss -Hlnt "sport = :$2") ]]
}

await() { # SECONDS COMMAND...
	local i
	for ((i = 0; i < $1 * 20; i++)); do
		! "${@:2}" || return 0
		sleep 0.05
	done
	return 1
}

# As `session_open`, without waiting for a connection.
session_start() { # SESSION CLIENT SERVER ADDRESS PORT
	local address=$4
	[[ $4 != *:* ]] || address="[$4]"
	start_side "$1" server "$3" s_server -accept "$address:$5" -naccept 1 -Verify 2
	await 5 is_listening "$3" "$5" || complain "$3 does not listen on $5"
	start_side "$1" client "$2" s_client -connect "$address:$5"
}

# The client has proven who it is when the server hears it.
session_open() { # SESSION CLIENT SERVER ADDRESS PORT
	session_start "$@"
	session_says "$1" client
}

# One side ends by itself when the other does.
session_close() { # SESSION...
	local session side
	for session; do
		for side in client server; do
			kill "$(cat "$LAB/$session-$side.pid")" 2>/dev/null || true
		done
	done
}

speech() {
	openssl rand -base64 $((SPEECH_BYTES * 3 / 4))
}

says_into_the_void() { # SESSION SIDE
	speech | timeout $SESSION_PATIENCE_S tee -a "$LAB/$1-$2.said" "$LAB/$1-$2.pipe" >/dev/null
}

other_side() { # SIDE
	if [[ $1 == client ]]; then echo server; else echo client; fi
}

is_heard() { # SESSION SIDE
	cmp -s "$LAB/$1-$2.said" "$LAB/$1-$(other_side "$2").heard"
}

# All that the side ever said has arrived at the other, to the byte.
session_heard() { # SESSION SIDE
	await $SESSION_PATIENCE_S is_heard "$1" "$2" ||
		complain "$1: the $2 was not heard: $(tail -n 3 "$LAB/$1"-*.log)"
}

session_says() { # SESSION SIDE
	says_into_the_void "$1" "$2"
	session_heard "$1" "$2"
}

# The side speaks, and nothing of it arrives.
session_is_cut() { # SESSION SIDE
	says_into_the_void "$1" "$2"
	! await 1 is_heard "$1" "$2" || complain "$1: the $2 was heard"
}
