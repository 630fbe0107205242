# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What each of the guest's test files begins with: `. start.sh`. The file runs in a folder of its own
# and ends with tap_end. Tests are functions: check "SENTENCE" FUNCTION; see tests/net/tap.sh.

set -uo pipefail

GUEST=$(dirname "${BASH_SOURCE[0]}")
LAB=$PWD # where tap.sh keeps what a command printed
# shellcheck source=tests/net/tap.sh
. "$GUEST/../../net/tap.sh"

# The tests that follow are about that: the table of results has a row for each.
about() { # DRIVER exclusive|shared native|generic
	echo "# about: $*"
}

# The firewall under test, with a run folder of the test file's own.
gate() { # COMMAND ARGUMENT...
	"$BINARY" "$1" --run "$LAB/run" "${@:2}"
}

# What status says of a NIC: attachment, xdp, ...
status_of() { # NIC KEY
	gate status --json | jq -r --arg nic "$1" --arg key "$2" '.interfaces[] | select(.name == $nic)[$key]'
}
