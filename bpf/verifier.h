/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What stands in the program for the verifier's sake alone. */
#ifndef VERIFIER_H
#define VERIFIER_H

/*
 * The same number, of which the verifier knows no more: so that it goes on once from here, whatever
 * the ways were. `unknown` is any number that it does not know.
 */
static __always_inline __u32 forget(__u32 number, __u32 unknown)
{
	number ^= unknown;
	asm volatile("" : "+r"(number)); /* or clang does nothing twice */
	return number ^ unknown;
}

#endif
