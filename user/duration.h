/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Spans of time as text: a whole number with its unit, like "90s". */
#ifndef DURATION_H
#define DURATION_H

#define DURATION_MAX       (365u * 24 * 60 * 60) /* seconds */
#define DURATION_TEXT_SIZE 16                    /* any span as text, with the zero */

/*
 * Seconds of a number and one of the units s, m, h and d, strictly: no sign, no
 * leading zero, nothing around it. -EINVAL when the text is anything else, -ERANGE
 * when it is longer than DURATION_MAX.
 */
int duration_read(const char *text, unsigned *seconds);

/* In the largest unit that divides it: 86400 is "1d", 90 is "90s", 0 is "0s". */
void duration_format(unsigned seconds, char text[DURATION_TEXT_SIZE]);

#endif
