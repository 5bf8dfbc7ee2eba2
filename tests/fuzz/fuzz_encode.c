/* SPDX-License-Identifier: ISC */
/* Text forms: what is encoded decodes to itself, and in one spelling only. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_base64url(struct pool *pool, const uint8_t *data,
    size_t size)
{
	char *text = encode_base64url(pool, data, size);
	unsigned char *bytes;
	size_t count;

	assert(encode_from_base64url(pool, text, strlen(text), &bytes, &count));
	assert(count == size && memcmp(bytes, data, size) == 0);

	if (encode_from_base64url(pool, (const char *)data, size, &bytes,
		&count)) {
		text = encode_base64url(pool, bytes, count);
		assert(strlen(text) == size && memcmp(text, data, size) == 0);
	}
}

static void check_form(struct pool *pool, const char *data, size_t size,
    const char *text)
{
	struct str form;
	char *decoded;

	str_init(&form, pool);
	encode_percent(&form, text);
	assert(encode_from_form(pool, form.text, form.len, &decoded));
	assert(strcmp(decoded, text) == 0);
	encode_form_pair(&form, text, text);

	if (encode_from_form(pool, data, size, &decoded))
		assert(strlen(decoded) <= size);
}

static void check_printable(struct pool *pool, const char *text, size_t most)
{
	char *shown = encode_printable(pool, text, most);

	assert(strlen(shown) <= most);
	assert(encode_utf8_is_valid(shown, strlen(shown)));
	assert(strcmp(shown, encode_printable(pool, shown, most)) == 0);
	for (const char *at = shown; *at != '\0'; at++)
		assert((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void check_html(struct pool *pool, const char *text)
{
	struct str html;

	str_init(&html, pool);
	encode_html(&html, text);
	assert(html.text[strcspn(html.text, "<>\"'")] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const char *text = pool_text_n(pool, (const char *)data, size);
	unsigned point;

	check_base64url(pool, data, size);
	check_form(pool, (const char *)data, size, text);
	check_printable(pool, text, size > 0 ? data[0] : 0);
	check_html(pool, text);
	assert(strlen(encode_hex(pool, data, size)) == 2 * size);
	encode_utf8_is_valid((const char *)data, size);
	if (size > 0 && encode_utf8_next(text, size, &point) > 0)
		assert(point <= 0x10ffff);

	pool_free(pool);
	return 0;
}
