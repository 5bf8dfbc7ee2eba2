/* SPDX-License-Identifier: ISC */
/*
 * One deflate block with the fixed codes (RFC 1951 section 3.2.6): letters
 * as they are, and runs of 258 spaces as copies from one byte back.
 */
#include "support/provider_gzip.h"

#include <stdint.h>

#define RUN_MOST     258
#define CODE_END     0
#define CODE_END_LEN 7
#define CODE_RUN     0xc5 /* length 258 */
#define DISTANCE_LEN 5	  /* code 0: one byte back */

struct packer {
	struct str *packed;
	unsigned byte;
	unsigned filled;	/* bits in byte, from the lowest on */
	uint32_t crc;
	uint32_t size;
};

static void put_bit(struct packer *packer, unsigned bit)
{
	packer->byte |= bit << packer->filled;
	if (++packer->filled < 8)
		return;

	str_add_char(packer->packed, (char)packer->byte);
	packer->byte = 0;
	packer->filled = 0;
}

/* Huffman codes go from their highest bit to their lowest. */
static void put_code(struct packer *packer, unsigned code, unsigned len)
{
	while (len-- > 0)
		put_bit(packer, code >> len & 1);
}

static void put_number(struct packer *packer, uint32_t number)
{
	for (int i = 0; i < 32; i += 8)
		str_add_char(packer->packed, (char)(number >> i & 0xff));
}

/* The checksum is of what was packed, not of the packed. */
static void count(struct packer *packer, unsigned char byte)
{
	packer->size++;
	packer->crc ^= byte;
	for (int i = 0; i < 8; i++)
		packer->crc = packer->crc >> 1 ^
		    ((packer->crc & 1) != 0 ? 0xedb88320 : 0);
}

static void put_letter(struct packer *packer, unsigned char letter)
{
	if (letter < 144)
		put_code(packer, 0x30U + letter, 8);
	else
		put_code(packer, 0x190U + letter - 144, 9);
	count(packer, letter);
}

static void put_run(struct packer *packer)
{
	put_code(packer, CODE_RUN, 8);
	put_code(packer, 0, DISTANCE_LEN);
	for (int i = 0; i < RUN_MOST; i++)
		count(packer, ' ');
}

void provider_gzip(struct str *packed, const struct str *text, size_t spaces)
{
	static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
	struct packer packer = {.packed = packed, .crc = UINT32_MAX};

	str_add_n(packed, head, sizeof(head) - 1);
	/* The last block; its kind, lowest bit first. */
	put_bit(&packer, 1);
	put_bit(&packer, 1);
	put_bit(&packer, 0);
	for (size_t i = 0; i < text->len; i++)
		put_letter(&packer, (unsigned char)text->text[i]);
	put_letter(&packer, ' ');
	for (size_t i = 0; i < spaces; i += RUN_MOST)
		put_run(&packer);
	put_code(&packer, CODE_END, CODE_END_LEN);
	while (packer.filled != 0)
		put_bit(&packer, 0);

	put_number(&packer, ~packer.crc);
	put_number(&packer, packer.size);
}
