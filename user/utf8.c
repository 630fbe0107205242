// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "utf8.h"

struct span {
	unsigned first, last;
};

/* C0 and C1 controls, marks and embeddings of writing direction, line separators, BOM,
 * noncharacters. */
static const struct span unprintable[] = {
	{0x0, 0x1f},      {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200b, 0x200f}, {0x2028, 0x202e},
	{0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff},
};

/* Combining marks and variation selectors. */
static const struct span zero_width[] = {
	{0x300, 0x36f}, {0x1ab0, 0x1aff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
};

/* East Asian wide and fullwidth, and most pictographs. */
static const struct span double_width[] = {
	{0x1100, 0x115f},   {0x2e80, 0xa4cf},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
	{0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
	{0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

static bool among(unsigned character, const struct span *spans, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (character >= spans[i].first && character <= spans[i].last)
			return true;
	return false;
}

#define AMONG(character, spans) among(character, spans, sizeof(spans) / sizeof(*(spans)))

/* Bytes that a character with this first byte takes; 0: no character starts so. */
static size_t sequence_len(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

size_t utf8_read(const char *text, size_t len, unsigned *character)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t needed = sequence_len(bytes[0]);
	unsigned value;

	if (needed == 0 || needed > len)
		return 0;
	value = needed == 1 ? bytes[0] : bytes[0] & (0xffu >> (needed + 1));
	for (size_t i = 1; i < needed; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3f);
	}
	if (value < least[needed] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*character = value;
	return needed;
}

bool utf8_printable(unsigned character)
{
	return !AMONG(character, unprintable);
}

unsigned utf8_width(unsigned character)
{
	if (character < 0x300)
		return 1;
	if (AMONG(character, zero_width))
		return 0;
	return AMONG(character, double_width) ? 2 : 1;
}
