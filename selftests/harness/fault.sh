# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the tests of the harness share. Each is a net selftest that does well, but
# for one fault; the harness has to make a failure of it. A test says what the
# harness should say of it (# expect: PATTERN), and on which kernel (# kernel: NAME).
. "$(dirname "$0")/../net/lib.sh"

# commit FAULT [PARAMETER...]: see fault.c
commit() {
	insmod "${DGSEC_KO%/*}/dgsec_fault.ko" fault="$1" "${@:2}"
}

withdraw() { rmmod dgsec_fault; }

# The whole of most of them
commits() {
	plan 2
	check "$1" commit "$1"
	check "the module goes" withdraw
}
