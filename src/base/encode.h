/* SPDX-License-Identifier: ISC */
/*
 * Text forms of bytes and safe forms of text: hex, base64url, percent
 * encoding, HTML, UTF-8.  Decoders are strict: one value has one spelling.
 */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/pool.h"
#include "base/str.h"

/* size bytes as 2 * size lower-case hex digits. */
char *encode_hex(struct pool *pool, const unsigned char *bytes, size_t size);

/* size bytes as base64url without padding (RFC 4648 section 5). */
char *encode_base64url(struct pool *pool, const unsigned char *bytes,
    size_t size);

/*
 * Reads len characters of base64url without padding.  False on padding, on a
 * foreign character, on an impossible length and on set bits beyond the last
 * byte (RFC 4648 section 3.5).  *bytes lives in pool and has a NUL after it.
 */
bool encode_from_base64url(struct pool *pool, const char *text, size_t len,
    unsigned char **bytes, size_t *size);

/*
 * Appends text with everything but RFC 3986's unreserved characters
 * percent-encoded: right for a query value, a form value, a path segment.
 */
void encode_percent(struct str *str, const char *text);

/*
 * Decodes len bytes of application/x-www-form-urlencoded, once: "+" is a
 * space.  False on a broken escape (%, %g1, %2) and on a NUL, %00 or raw.
 */
bool encode_from_form(struct pool *pool, const char *text, size_t len,
    char **decoded);

/*
 * Appends name=value, both encoded, to a query or form; puts an & before it
 * when str is neither empty nor ends in "?".
 */
void encode_form_pair(struct str *str, const char *name, const char *value);

/* Appends text for HTML content or a quoted attribute. */
void encode_html(struct str *str, const char *text);

/*
 * Reads one code point at text (size bytes are there, at least 1).  Returns
 * its length in bytes, or 0 when it is not valid UTF-8: overlong forms,
 * surrogates and values over U+10FFFF are not (RFC 3629 section 3).
 */
size_t encode_utf8_next(const char *text, size_t size, unsigned *point);

/* Whether all size bytes are valid UTF-8. */
bool encode_utf8_is_valid(const char *text, size_t size);

/*
 * text made fit for storing and showing: cut to most bytes at a code point's
 * border, invalid UTF-8 and control characters replaced by "?".
 */
char *encode_printable(struct pool *pool, const char *text, size_t most);

#endif
