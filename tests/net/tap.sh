# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Results as TAP (testanything.org). A test is a function; it fails at the first command that does.

TAP_SLOW_S=5 # a test that takes longer says so

tap_count=0
tap_failures=0

# What a test prints. The file has no name any more, so that nothing of it can stay behind.
tap_output=$(mktemp)
exec 9<>"$tap_output"
rm "$tap_output"
tap_output=/proc/$$/fd/9

tap_group= # the process group of the test that runs

# Runs a test in a subshell; what it printed is shown when it failed. In the background, because
# `wait` heeds a signal to this shell at once; in a process group, so that all that the test began
# can be killed at once.
check() { # SENTENCE COMMAND...
	local code=0 began=$SECONDS
	((++tap_count))
	set -m
	(set -e; "${@:2}") >"$tap_output" 2>&1 </dev/null 9>&- &
	set +m
	tap_group=$!
	wait $tap_group || code=$?
	tap_group=
	if ((code == 0)); then
		echo "ok $tap_count - $1"
	else
		((++tap_failures))
		echo "not ok $tap_count - $1"
		sed 's/^/# /' "$tap_output"
	fi
	((SECONDS - began < TAP_SLOW_S)) || note "took $((SECONDS - began)) s"
}

note() { # TEXT
	echo "# $1"
}

tap_end() {
	echo "1..$tap_count"
	((tap_failures == 0))
}

# ---- what tests say ----

complain() { # TEXT: and fails
	printf '%s\n' "$1"
	return 1
}

# The command ends with that code; its output, both streams, is printed and kept in $LAB/output.
exits() { # CODE COMMAND...
	local code=0
	"${@:2}" >"$LAB/output" 2>&1 </dev/null || code=$?
	cat "$LAB/output"
	((code == $1)) || complain "exit code $code, expected $1: ${*:2}"
}

# The last command of `exits` printed that.
says() { # TEXT
	grep -qF -- "$1" "$LAB/output" || complain "did not say: $1"
}

says_not() { # TEXT
	! grep -qF -- "$1" "$LAB/output" || complain "said: $1"
}

same() { # A B WHAT
	[[ $1 == "$2" ]] || complain "$3: $1, expected $2"
}
