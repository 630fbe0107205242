#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The shipped example on two veth pairs: apply, status, apply again, detach.
. "$(dirname "$0")/start.sh"

EXAMPLE=/deploy/directorgate.yaml

example_is_applied_natively() {
	exits 0 gate apply $EXAMPLE
	same "$(status_of inside0 xdp)" native "xdp of inside0"
}

nothing_is_left() {
	exits 0 gate detach
	exits 3 gate status
}

ip link add perimeter0 type veth
ip link add inside0 type veth
about veth exclusive native
check "the shipped example is applied natively" example_is_applied_natively
check "status finds it attached" exits 0 gate status
check "a second apply changes nothing" exits 0 gate apply --detailed-exitcode $EXAMPLE
check "detach takes it off, and status finds nothing attached" nothing_is_left
ip link del perimeter0
ip link del inside0
tap_end
