// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How the configuration fuzzer changes an input: libFuzzer's own ways, which mostly make what
 * is no YAML, and others by words and lines, after which many a configuration is still good.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "good.h"
#include "random.h"

#define PIECE_MAX 256 /* bytes of a word or a line */

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t max_len);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max_len, unsigned seed);

/* libFuzzer seeds it for each change, so that a run can be had again. */
static struct random dice;

struct text {
	uint8_t *bytes;
	size_t len, max_len;
};

/* Part of a text. */
struct piece {
	size_t start, len;
};

static bool is_word(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte == '.' ||
	       byte == '/' || byte == '-' || byte == ':';
}

static bool is_line(uint8_t byte)
{
	return byte != '\n';
}

/* The run of such bytes that holds some byte of the text, or follows it. */
static struct piece pick_piece(const struct text *text, bool (*belongs)(uint8_t byte))
{
	size_t start = pick(&dice, text->len), end;

	while (start < text->len && !belongs(text->bytes[start]))
		start++;
	while (start > 0 && belongs(text->bytes[start - 1]))
		start--;
	end = start;
	while (end < text->len && end - start < PIECE_MAX && belongs(text->bytes[end]))
		end++;
	return (struct piece){start, end - start};
}

/* Puts the bytes in the piece's place, if there is room. */
static void replace(struct text *text, struct piece piece, const uint8_t *bytes, size_t len)
{
	uint8_t *at = text->bytes + piece.start;
	size_t after = text->len - piece.start - piece.len;

	if (text->len - piece.len + len > text->max_len)
		return;
	memmove(at + len, at + piece.len, after);
	if (len)
		memcpy(at, bytes, len);
	text->len += len - piece.len;
}

/* Puts a copy of one piece in the place of another, or of nothing before it. */
static void copy(struct text *text, bool (*belongs)(uint8_t byte), bool insert)
{
	struct piece from = pick_piece(text, belongs), to = pick_piece(text, belongs);
	uint8_t bytes[PIECE_MAX + 1];

	memcpy(bytes, text->bytes + from.start, from.len);
	bytes[from.len] = '\n';
	if (insert)
		to.len = 0;
	replace(text, to, bytes, from.len + insert);
}

/* Another digit in the place of one, or one more. */
static void change_number(struct text *text)
{
	struct piece word = pick_piece(text, is_word);
	uint8_t digit = '0' + pick(&dice, 10);

	for (size_t at = word.start; at < word.start + word.len; at++)
		if (text->bytes[at] >= '0' && text->bytes[at] <= '9' && pick(&dice, 3) == 0) {
			replace(text, (struct piece){at, pick(&dice, 4) ? 1 : 0}, &digit, 1);
			return;
		}
}

static void remove_line(struct text *text)
{
	struct piece line = pick_piece(text, is_line);

	if (line.start + line.len < text->len)
		line.len++;
	replace(text, line, NULL, 0);
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max_len, unsigned seed)
{
	struct text text = {bytes, len, max_len};
	size_t good_len;

	dice.state = seed | 1;
	good_len = pick(&dice, 4) == 0 ? good_recall(pick(&dice, UINT32_MAX), bytes, max_len) : 0;
	if (good_len)
		text.len = good_len;
	if (!text.len)
		return LLVMFuzzerMutate(bytes, len, max_len);
	switch (pick(&dice, 8)) {
	case 0:
	case 1:
		change_number(&text);
		break;
	case 2:
	case 3:
		copy(&text, is_word, false);
		break;
	case 4:
		copy(&text, is_line, false);
		break;
	case 5:
		copy(&text, is_line, true);
		break;
	case 6:
		remove_line(&text);
		break;
	default:
		return LLVMFuzzerMutate(bytes, text.len, max_len);
	}
	return text.len;
}
