# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# apply, status and detach on NICs that come and go, that others use, that know no native XDP.
# What the commands count is in counting_test.sh.

nic() { # ip-link ARGUMENT...
	ip -n "$(lab_namespace gateway)" link "$@"
}

# "extra0" is one more NIC of the gateway.
add_extra_nic() {
	nic add extra0 type veth peer name extra1
	nic set extra0 up
	nic set extra1 up
}

remove_extra_nic() {
	nic delete extra0
}

# One connection that the page allows, and one that it does not.
page_is_enforced() {
	connects reverse-proxy "$(lab_address director 4)" 8080 http -
	connects edge "$(lab_address director 6)" 5061 mtls -
	! connects client "$(lab_address director 4)" 8081 http - || complain "client reached 8081"
	! connects edge "$(lab_address director 6)" 8080 http - || complain "edge reached 8080"
}

state_of() { # NIC KEY: of `status --json`
	gate status --json | jq -r --arg nic "$1" --arg key "$2" \
		'.interfaces[] | select(.name == $nic) | .[$key]'
}

generation() {
	gate status --json | jq .generation
}

# The command fails, says so, and leaves the NICs' programs and the generation alone.
refused() { # TEXT COMMAND...
	local before
	before="$(programs) $(generation)"
	exits 1 "${@:2}"
	says error:
	says "$1"
	same "$(programs) $(generation)" "$before" "programs and generation"
}

# ---- the tests ----

status_of_nothing() {
	exits 3 gate status
	says "nothing is applied"
	exits 3 gate status --json
}

first_apply() {
	exits 0 gate apply "$LAB/page.yaml"
	says applied:
	exits 0 gate status
	says "mode: enforce on 2 of 2 interfaces"
	says "xdp: native"
	same "$(state_of perimeter0 xdp) $(state_of inside0 attached)" "native true" "status --json"
	page_is_enforced
}

unchanged_apply() {
	local before
	before=$(programs)
	exits 0 gate apply "$LAB/page.yaml"
	says unchanged:
	exits 0 gate apply --detailed-exitcode "$LAB/page.yaml"
	same "$(programs)" "$before" programs
	exits 2 gate apply --detailed-exitcode "$LAB/other.yaml"
	says applied:
	exits 2 gate apply --detailed-exitcode "$LAB/page.yaml"
}

bad_config() {
	printf 'profile: single-director\nroels: {}\n' >"$LAB/bad.yaml"
	refused roels gate apply "$LAB/bad.yaml"
	page_is_enforced
	exits 0 gate status
	says "last apply: FAILED"
	exits 0 gate export --textfile -
	says "directorgate_last_apply_success 0"
	exits 0 gate apply "$LAB/page.yaml"
	exits 0 gate export --textfile -
	says "directorgate_last_apply_success 1"
}

# What apply prints with --json is JSON, whatever is wrong.
errors_as_json() {
	printf 'profile: single-director\nroels: {}\n' >"$LAB/bad.yaml"
	exits 1 gate apply --json "$LAB/bad.yaml"
	same "$(jq -r '.changed, (.errors[] | select(.message | contains("roels")) | .severity, .line)' \
		"$LAB/output" | xargs)" "false error 2" "the errors of a configuration"
	write_config missing CONFIG_INTERFACES="{name: perimeter0}, {name: absent0}, {name: inside0}"
	(gate apply --json "$LAB/missing.yaml" || true) 2>/dev/null >"$LAB/output"
	same "$(jq -r '.changed, .errors[0].message' "$LAB/output" | xargs)" \
		"false interface absent0: there is no such interface" "the error of an apply"
	exits 0 gate apply "$LAB/page.yaml"
}

missing_interface() {
	write_config missing CONFIG_INTERFACES="{name: perimeter0}, {name: absent0}, {name: inside0}"
	refused absent0 gate apply "$LAB/missing.yaml"
	page_is_enforced
}

# A copy of the program whose first instruction no verifier takes. It takes itself for the program that
# is in force; --grace is a change all the same.
refused_program() {
	"$TESTS_NET/spoil.py" "$BINARY" "$LAB/spoiled"
	refused "kernel $(uname -r) refused the program directorgate for interface perimeter0" \
		lab_in gateway "$LAB/spoiled" apply --grace --run "$LAB/run" "$LAB/page.yaml"
	says '0: (79) r0 = *(u64 *)(r2 +0)'
	says 'R2 !read_ok'
	says "-v shows the verifier's whole log"
	says_not 'processed 1 insns'
	refused 'R2 !read_ok' \
		lab_in gateway "$LAB/spoiled" apply -v --grace --run "$LAB/run" "$LAB/page.yaml"
	says 'BEGIN PROG LOAD LOG'
	says 'processed 1 insns'
	says_not '-v shows'
	page_is_enforced
	exits 0 gate apply "$LAB/page.yaml"
}

unlisted_interface() {
	add_extra_nic
	exits 0 gate apply "$LAB/page.yaml"
	says extra0
	exits 0 gate status
	says extra0
	exits 0 gate apply "$LAB/extra-open.yaml"
	says_not "extra0 is not filtered"
	exits 0 gate status
	says_not extra0
	remove_extra_nic
	exits 0 gate apply "$LAB/page.yaml"
}

foreign_program() {
	local foreign
	add_extra_nic
	attach_foreign extra0
	foreign=$(program_id extra0)
	((foreign != 0)) || complain "could not attach the foreign program"
	refused foreign gate apply "$LAB/extra.yaml"
	says extra0
	same "$(program_id extra0)" "$foreign" "the foreign program"
	exits 0 gate detach
	same "$(program_id extra0)" "$foreign" "the foreign program after detach"
	same "$(programs)" "0 0" "programs after detach"
	remove_extra_nic
	exits 0 gate apply "$LAB/page.yaml"
}

# What another run directory's apply attached is as foreign as any.
other_run_directory() {
	mkdir "$LAB/run2"
	refused perimeter0 lab_in gateway "$BINARY" apply --run "$LAB/run2" "$LAB/other.yaml"
	exits 3 lab_in gateway "$BINARY" status --run "$LAB/run2"
}

no_longer_listed() {
	write_config one CONFIG_INTERFACES="{name: perimeter0}" CONFIG_UNFILTERED=inside0
	exits 0 gate apply "$LAB/one.yaml"
	same "$(program_id inside0)" 0 "program of inside0"
	[[ $(program_id perimeter0) != 0 ]] || complain "perimeter0 lost its program"
	exits 0 gate status
	says "1 of 1 interfaces"
	exits 0 gate apply "$LAB/page.yaml"
}

nic_comes_back() {
	nic delete perimeter0
	exits 3 gate status
	says "no such interface"
	lab_add_nic perimeter
	exits 3 gate status
	says "not attached"
	same "$(state_of perimeter0 attached)" false "attached by status --json"
	exits 2 gate apply --detailed-exitcode "$LAB/page.yaml"
	exits 0 gate status
	page_is_enforced
}

rename() { # NIC NAME
	nic set "$1" down
	nic set "$1" name "$2"
	nic set "$2" up
}

# The program is never off: the same link takes the next one.
renamed_nic() {
	write_config renamed CONFIG_INTERFACES="{name: perimeter0}, {name: spare0}, {name: inside0}"
	add_extra_nic
	exits 0 gate apply "$LAB/extra.yaml"
	rename extra0 spare0
	exits 3 gate status
	exits 2 gate apply --detailed-exitcode "$LAB/renamed.yaml"
	exits 0 gate status
	says "interface: spare0"
	rename spare0 extra0
	exits 0 gate detach
	same "$(program_id extra0)" 0 "program of a renamed NIC after detach"
	remove_extra_nic
	exits 0 gate apply "$LAB/page.yaml"
}

# Each has a program of its own, so the two must change places.
swapped_names() {
	local before
	write_config swapped CONFIG_INTERFACES="{name: perimeter0}, {name: extra0}, {name: extra1}, {name: inside0}"
	add_extra_nic
	exits 0 gate apply "$LAB/swapped.yaml"
	rename extra0 between0
	rename extra1 extra0
	rename between0 extra1
	exits 3 gate status
	before="$(program_id extra0) $(program_id extra1)"
	exits 2 gate apply --detailed-exitcode "$LAB/swapped.yaml"
	exits 0 gate status
	[[ "$(program_id extra0) $(program_id extra1)" != "$before" ]] || complain "still swapped"
	exits 0 gate apply --detailed-exitcode "$LAB/swapped.yaml"
	remove_extra_nic
	exits 0 gate apply "$LAB/page.yaml"
}

cannot_be_knocked_off() {
	local before
	before=$(programs)
	nic set dev perimeter0 xdp off || true
	nic set dev perimeter0 xdpdrv off || true
	same "$(programs)" "$before" programs
	exits 0 gate status
}

# A bridge's driver knows no native XDP.
never_generic_unasked() {
	nic add plain0 type bridge
	write_config plain CONFIG_INTERFACES="{name: perimeter0}, {name: plain0}, {name: inside0}"
	refused plain0 gate apply "$LAB/plain.yaml"
	same "$(program_id plain0)" 0 "program of plain0"
	write_config plain CONFIG_INTERFACES="{name: perimeter0},
  {name: plain0, xdp: native-or-generic}, {name: inside0, xdp: native-or-generic}"
	exits 0 gate apply "$LAB/plain.yaml"
	same "$(state_of plain0 xdp) $(state_of inside0 xdp)" "generic native" "status --json"
	exits 0 gate export --textfile -
	says 'directorgate_interface_attached{device="plain0",xdp="generic"} 1'
	exits 0 gate apply "$LAB/page.yaml"
	same "$(program_id plain0)" 0 "program of plain0 when no longer listed"
	nic delete plain0
}

# A veth has to receive on as many channels as its peer sends on; kernels from 6.3 on tell beforehand.
refused_before_attaching() {
	nic add plain0 numrxqueues 2 numtxqueues 2 type veth peer name plain1 numrxqueues 2 numtxqueues 2
	lab_in gateway ethtool -L plain0 rx 1 tx 1
	lab_in gateway ethtool -L plain1 rx 2 tx 2
	write_config plain CONFIG_UNFILTERED=plain1 \
		CONFIG_INTERFACES="{name: perimeter0}, {name: plain0}, {name: inside0}"
	refused "interface plain0" gate apply "$LAB/plain.yaml"
	says "its driver (veth)"
	says "\`ethtool -L PEER tx 1\`"
	lab_in gateway ethtool -L plain1 tx 1
	exits 0 gate apply "$LAB/plain.yaml"
	exits 0 gate apply "$LAB/page.yaml"
	nic delete plain0
}

# What `attach: shared` needs is asked for first, and what is missing is named.
shared_wants() {
	write_config shared CONFIG_INTERFACES="{name: perimeter0, attach: shared}, {name: inside0}"
	mkdir "$LAB/bpffs"
	LIBXDP_BPFFS=$LAB/bpffs refused "mount -t bpf bpf $LAB/bpffs" gate apply "$LAB/shared.yaml"
	mount -t bpf bpf "$LAB/bpffs"
	LIBXDP_BPFFS=$LAB/bpffs refused "needs CAP_SYS_ADMIN" lab_in gateway \
		setpriv --bounding-set=-sys_admin "$BINARY" apply --run "$LAB/run" "$LAB/shared.yaml"
	LIBXDP_BPFFS=$LAB/bpffs refused "cannot change that to shared" gate apply "$LAB/shared.yaml"
}

# This kernel may refuse freplace, and then nothing changes; tests/vm/guest/shared_test.sh has others.
shared_or_refused() {
	local before code=0
	add_extra_nic
	write_config beside CONFIG_INTERFACES="{name: perimeter0}, {name: extra0, attach: shared}, {name: inside0}"
	before="$(programs) $(generation)"
	LIBXDP_BPFFS=$LAB/bpffs gate apply "$LAB/beside.yaml" >"$LAB/output" 2>&1 || code=$?
	cat "$LAB/output"
	if ((code == 0)); then
		LIBXDP_BPFFS=$LAB/bpffs exits 0 gate status
		says "priority 20, ours"
		LIBXDP_BPFFS=$LAB/bpffs exits 0 gate detach
	else
		says "this kernel refuses programs that replace a function of another (freplace)"
		same "$(programs) $(generation)" "$before" "programs and generation"
	fi
	same "$(program_id extra0)" 0 "program of extra0"
	umount "$LAB/bpffs"
	remove_extra_nic
	exits 0 gate apply "$LAB/page.yaml"
}

# A bpffs mounted in a namespace of the command's own would take the filter with it.
private_mounts() {
	mkdir "$LAB/run3"
	exits 0 gate detach
	exits 1 unshare --mount nsenter --net="$(netns_path gateway)" \
		"$BINARY" apply --run "$LAB/run3" "$LAB/page.yaml"
	says "mount namespace"
	same "$(programs)" "0 0" "programs after the refusal"
	exits 0 gate apply "$LAB/page.yaml"
	exits 0 unshare --mount nsenter --net="$(netns_path gateway)" \
		"$BINARY" apply --run "$LAB/run" "$LAB/other.yaml"
	exits 0 gate status
	exits 0 gate apply "$LAB/page.yaml"
}

concurrent_applies() {
	local i pids=()
	for i in {1..8}; do
		gate apply "$LAB/$( ((i % 2)) && echo page || echo other).yaml" >"$LAB/output$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || complain "an apply failed: $(cat "$LAB"/output[1-8])"
	done
	exits 0 gate status
	says "2 of 2 interfaces"
	# The last one to be served is in force whole, whichever it was.
	same "$(gate status --json | jq '[.interfaces[].attached] | all')" true "attached everywhere"
	exits 0 gate apply "$LAB/page.yaml"
}

detach_and_status() {
	exits 0 gate detach
	same "$(programs)" "0 0" programs
	exits 3 gate status
	says "nothing is applied"
	connects client "$(lab_address director 4)" 8081 http -
}

command_tests() {
	lab_up
	services_up
	services_await
	write_config page
	write_config other CONFIG_PROFILE="{name: single-director, without: [any-edge-50003]}"
	write_config extra CONFIG_INTERFACES="{name: perimeter0}, {name: extra0}, {name: inside0}"
	write_config extra-open CONFIG_UNFILTERED="extra0, extra1"
	check "before any apply, status says that nothing is applied" status_of_nothing
	check "apply attaches in native mode, and the page is enforced" first_apply
	check "an apply of the same is unchanged, one of another is not" unchanged_apply
	check "a bad configuration changes nothing, and metrics and status know" bad_config
	check "errors of apply --json are JSON" errors_as_json
	check "a listed interface that is missing changes nothing" missing_interface
	check "a program that the verifier refuses changes nothing; why is said, in full with -v" \
		refused_program
	check "an interface that nobody listed is named, unless it is unfiltered on purpose" \
		unlisted_interface
	check "a foreign program is named, refused, and never removed" foreign_program
	check "nor is what another run directory attached" other_run_directory
	check "an interface that is no longer listed is detached" no_longer_listed
	check "a NIC that was deleted and made again is seen, and attached again" nic_comes_back
	check "a NIC that was renamed keeps its filter, for apply and for detach" renamed_nic
	check "two NICs that swapped names change programs at the next apply" swapped_names
	check "ip link set xdp off does not knock the filter off" cannot_be_knocked_off
	check "native never falls back to generic unasked" never_generic_unasked
	check "what a driver would refuse is told before, with the command that mends it" \
		refused_before_attaching
	check "shared is refused where a bpffs or CAP_SYS_ADMIN is missing, or exclusive is there" \
		shared_wants
	check "where the kernel refuses freplace, so is shared, and nothing changes" shared_or_refused
	check "an apply whose bpffs would vanish is refused" private_mounts
	check "eight applies at once are serialised" concurrent_applies
	check "detach opens the gateway, and status says so" detach_and_status
	lab_down
}
