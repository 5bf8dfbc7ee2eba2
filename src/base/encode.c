/* SPDX-License-Identifier: ISC */
/* Encoders append or fill a pool; decoders refuse what they cannot prove. */
#include "base/encode.h"

#include <string.h>

static const char HEX[] = "0123456789abcdef";
static const char UPPER_HEX[] = "0123456789ABCDEF";
static const char BASE64URL[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/* What each character counts as a digit, plus one; 0 for those that are none. */
static const unsigned char BASE64URL_DIGITS[256] = {
	['-'] = 63,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
	14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
	['_'] = 64,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
	40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
};
static const char UNRESERVED[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

char *encode_hex(struct pool *pool, const unsigned char *bytes, size_t size)
{
	char *text = pool_alloc(pool, 2 * size + 1);

	for (size_t i = 0; i < size; i++) {
		text[2 * i] = HEX[bytes[i] >> 4];
		text[2 * i + 1] = HEX[bytes[i] & 15];
	}

	return text;
}

char *encode_base64url(struct pool *pool, const unsigned char *bytes,
    size_t size)
{
	char *text = pool_alloc(pool, (size + 2) / 3 * 4 + 1);
	unsigned value = 0;
	int bits = 0;
	size_t len = 0;

	for (size_t i = 0; i < size; i++) {
		value = (value << 8 | bytes[i]) & 0xffff;
		for (bits += 8; bits >= 6; bits -= 6)
			text[len++] = BASE64URL[value >> (bits - 6) & 63];
	}
	if (bits > 0)
		text[len] = BASE64URL[value << (6 - bits) & 63];

	return text;
}

bool encode_from_base64url(struct pool *pool, const char *text, size_t len,
    unsigned char **bytes, size_t *size)
{
	unsigned char *out;
	unsigned value = 0;
	int bits = 0;
	size_t made = 0;

	if (len % 4 == 1)
		return false;

	out = pool_alloc(pool, len / 4 * 3 + 3);
	for (size_t i = 0; i < len; i++) {
		unsigned digit = BASE64URL_DIGITS[(unsigned char)text[i]];

		if (digit == 0)
			return false;
		value = value << 6 | (digit - 1);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[made++] = (unsigned char)(value >> bits);
		}
	}
	if ((value & ((1U << bits) - 1)) != 0)
		return false;

	*bytes = out;
	*size = made;
	return true;
}

void encode_percent(struct str *str, const char *text)
{
	while (*text != '\0') {
		size_t plain = strspn(text, UNRESERVED);
		unsigned char c = (unsigned char)text[plain];

		str_add_n(str, text, plain);
		text += plain;
		if (c == '\0')
			return;
		str_add_char(str, '%');
		str_add_char(str, UPPER_HEX[c >> 4]);
		str_add_char(str, UPPER_HEX[c & 15]);
		text++;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool encode_from_form(struct pool *pool, const char *text, size_t len,
    char **decoded)
{
	char *out = pool_alloc(pool, len + 1);
	size_t made = 0;

	for (size_t i = 0; i < len; i++) {
		int high;
		int low;

		if (text[i] == '\0')
			return false;
		if (text[i] != '%') {
			out[made++] = text[i] == '+' ? ' ' : text[i];
			continue;
		}
		if (len - i < 3)
			return false;
		high = hex_digit(text[i + 1]);
		low = hex_digit(text[i + 2]);
		if (high < 0 || low < 0 || (high == 0 && low == 0))
			return false;
		out[made++] = (char)(high << 4 | low);
		i += 2;
	}

	*decoded = out;
	return true;
}

void encode_form_pair(struct str *str, const char *name, const char *value)
{
	if (str->len > 0 && str->text[str->len - 1] != '?')
		str_add_char(str, '&');
	encode_percent(str, name);
	str_add_char(str, '=');
	encode_percent(str, value);
}

void encode_html(struct str *str, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			str_add(str, "&amp;");
			break;
		case '<':
			str_add(str, "&lt;");
			break;
		case '>':
			str_add(str, "&gt;");
			break;
		case '"':
			str_add(str, "&quot;");
			break;
		case '\'':
			str_add(str, "&#39;");
			break;
		default:
			str_add_char(str, *text);
		}
	}
}

/* How many bytes a sequence with this first byte has; 0 for none. */
static size_t utf8_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t encode_utf8_next(const char *text, size_t size, unsigned *point)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	static const unsigned first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	size_t len = utf8_length((unsigned char)text[0]);
	unsigned value;

	if (len == 0 || len > size)
		return 0;

	value = (unsigned char)text[0] & first_bits[len];
	for (size_t i = 1; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (c & 0x3f);
	}
	if (value < least[len] || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;

	*point = value;
	return len;
}

bool encode_utf8_is_valid(const char *text, size_t size)
{
	unsigned point;

	while (size > 0) {
		size_t len = encode_utf8_next(text, size, &point);

		if (len == 0)
			return false;
		text += len;
		size -= len;
	}

	return true;
}

char *encode_printable(struct pool *pool, const char *text, size_t most)
{
	size_t size = strlen(text);
	struct str out;

	str_init(&out, pool);
	while (size > 0) {
		unsigned point = 0;
		size_t len = encode_utf8_next(text, size, &point);
		bool shown = len > 0 && point >= 0x20 &&
		    !(point >= 0x7f && point <= 0x9f);

		if (out.len + (shown ? len : 1) > most)
			break;
		if (shown)
			str_add_n(&out, text, len);
		else
			str_add_char(&out, '?');
		text += len > 0 ? len : 1;
		size -= len > 0 ? len : 1;
	}

	return out.text;
}
