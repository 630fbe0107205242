/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Configurations that were good. Most inputs are not, and a change of a bad one hardly mends it:
 * so a quarter of the changes begins with one of these.
 */
#ifndef FUZZ_GOOD_H
#define FUZZ_GOOD_H

#include <stddef.h>
#include <stdint.h>

void good_remember(const uint8_t *bytes, size_t len);

/* Writes the one by that number, whatever it is, to `bytes`; returns its length, 0 when there is
 * none. */
size_t good_recall(uint32_t number, uint8_t *bytes, size_t max_len);

#endif
