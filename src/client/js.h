/* SPDX-License-Identifier: ISC */
/*
 * JSON.  The only file that knows json-c, which is too lenient for us: before
 * it parses, our own scan refuses what RFC 8259 and RFC 7493 do not allow
 * (see js_parse).  Getters never convert.  One wrapper for what clients and
 * what providers send.
 */
#ifndef CLIENT_JS_H
#define CLIENT_JS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/op.h"

#define JS_DEPTH_MOST 16

/* A JSON value; lives as long as the operation it was parsed or built for. */
struct js;

enum js_type { JS_NULL, JS_BOOL, JS_NUMBER, JS_TEXT, JS_ARRAY, JS_OBJECT };

/*
 * Parses one whole text of len bytes.  RC_BAD for anything that is not strict
 * JSON in valid UTF-8: duplicate members (also by different escapes),
 * NaN, comments, raw control characters, an escaped NUL, lone surrogates, a
 * byte order mark, more than JS_DEPTH_MOST levels, anything after the end.
 * The reason names the rule and, but for duplicates, the offset; never the
 * text.  An integer beyond 64 bits stays a number that js_int refuses.
 */
enum rc js_parse(struct op *op, const char *text, size_t len,
    const struct js **value) MUST_USE;

/* What kind of value it is; NULL (not there) is JS_NULL. */
enum js_type js_type(const struct js *value);

/*
 * Member name of an object, or NULL when there is none or value is no object.
 * A member whose value is null is told apart by js_has.
 */
const struct js *js_get(const struct js *value, const char *name);

/* Whether value is an object with a member of that name, null included. */
bool js_has(const struct js *value, const char *name);

/* Elements of an array, members of an object, else 0. */
size_t js_count(const struct js *value);

/* Element i of an array, NULL beyond the end or for null. */
const struct js *js_at(const struct js *value, size_t i);

/* Name of member i of an object, in the order they were given. */
const char *js_name(const struct js *value, size_t i);

/* The text of a string, NULL when value is anything else. */
const char *js_as_text(const struct js *value);

/* js_as_text of a member. */
const char *js_text(const struct js *value, const char *name);

/*
 * A member that is written as an integer and fits 64 bits: sets *number and
 * returns true.  1.0, 1e3 and "1" are none.
 */
bool js_int(const struct js *value, const char *name, int64_t *number);

/* Whether the member is that very string. */
bool js_says(const struct js *value, const char *name, const char *text);

/* Whether the member is JSON's true. */
bool js_is_true(const struct js *value, const char *name);

/* A new, empty object or array. */
struct js *js_object(struct op *op);
struct js *js_array(struct op *op);

/*
 * Adds a member; a NULL text adds null.  The text must be valid UTF-8 and is
 * copied; the name is not and must live as long as the object.
 */
void js_put_text(struct js *object, const char *name, const char *text);
void js_put_int(struct js *object, const char *name, int64_t number);
void js_put_bool(struct js *object, const char *name, bool truth);

/* Adds an instant, ms since 1970, as clock_rfc3339 has it; 0 adds null. */
void js_put_time(struct op *op, struct js *object, const char *name,
    int64_t ms);

/* Adds child, which belongs to object from then on. */
void js_put(struct js *object, const char *name, struct js *child);

/* Appends child, which belongs to array from then on. */
void js_append(struct js *array, struct js *child);

/* The compact text of a value; slashes are not escaped. */
const char *js_print(struct op *op, const struct js *value);

#endif
