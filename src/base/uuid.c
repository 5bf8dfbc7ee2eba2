/* SPDX-License-Identifier: ISC */
/* 48 bits of milliseconds, 74 bits of randomness. */
#include "base/uuid.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crypt.h"

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

void uuid_new(char text[UUID_SIZE])
{
	uint64_t now = (uint64_t)clock_now_ms();
	unsigned char b[16];

	crypt_random(b, sizeof(b));
	for (int i = 0; i < 6; i++)
		b[i] = (unsigned char)(now >> (40 - 8 * i));
	b[6] = (unsigned char)(0x70 | (b[6] & 0x0f));
	b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));

	snprintf(text, UUID_SIZE,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
	    b[11], b[12], b[13], b[14], b[15]);
}

bool uuid_is_valid(const char *text)
{
	if (strlen(text) != UUID_SIZE - 1)
		return false;

	for (int i = 0; i < UUID_SIZE - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !is_hex(text[i]))
			return false;
	}

	return true;
}
