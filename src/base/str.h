/* SPDX-License-Identifier: ISC */
/*
 * Strings that grow, and small questions about strings.  A struct str lives
 * on the stack, its bytes in a pool; text is always NUL-terminated, and ""
 * before anything was added.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"

struct str {
	struct pool *pool;
	char *text;
	size_t len;
	size_t size;
};

/* Makes an empty string that grows in pool. */
void str_init(struct str *str, struct pool *pool);

/* Appends the string text. */
void str_add(struct str *str, const char *text);

/* Appends len bytes. */
void str_add_n(struct str *str, const char *bytes, size_t len);

/* Appends one byte. */
void str_add_char(struct str *str, char c);

/* Appends printf's output. */
void str_print(struct str *str, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether text begins with prefix. */
bool str_begins(const char *text, const char *prefix);

/* Whether text ends with suffix. */
bool str_ends(const char *text, const char *suffix);

/* Whether every byte of text is one of allowed; true for "". */
bool str_consists(const char *text, const char *allowed);

/* A copy of text in which A-Z are a-z; other bytes stay as they are. */
char *str_lower(struct pool *pool, const char *text);

/*
 * Reads a whole decimal integer: an optional minus, digits, nothing else, no
 * needless leading zero.  Sets *value and returns true when it lies in
 * min..max.
 */
bool str_int(const char *text, int64_t min, int64_t max, int64_t *value);

/*
 * Reads a duration such as "250ms", "30s", "10m", "12h", "7d" (a whole number
 * and one unit) into milliseconds.  "0" alone is 0.  False when it is
 * anything else or over 100 years.
 */
bool str_duration(const char *text, int64_t *ms);

#endif
