/* SPDX-License-Identifier: ISC */
/*
 * A struct js is a json_object that nobody outside can look into.  Every
 * value parsed or made here belongs to its operation's pool; one that is put
 * into another is held twice and given back twice.  Texts are wiped when the
 * operation ends: there are tokens among them.
 */
#include "client/js.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "client/js_scan.h"

static struct json_object *object_of(const struct js *value)
{
	return (struct json_object *)value;
}

static struct js *js_of(struct json_object *object)
{
	return (struct js *)object;
}

static bool is_type(const struct js *value, enum json_type type)
{
	return value != NULL && json_object_is_type(object_of(value), type);
}

/* json-c answers with NULL, or not with 0, when memory is out. */
static void require(bool ok)
{
	if (ok)
		return;

	fputs("latchkey: out of memory\n", stderr);
	abort();
}

static void wipe_texts(struct json_object *object)
{
	if (json_object_is_type(object, json_type_string)) {
		crypt_wipe((char *)json_object_get_string(object),
		    (size_t)json_object_get_string_len(object));
	} else if (json_object_is_type(object, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(object); i++)
			wipe_texts(json_object_array_get_idx(object, i));
	} else if (json_object_is_type(object, json_type_object)) {
		json_object_object_foreach(object, name, child) {
			(void)name;
			wipe_texts(child);
		}
	}
}

static void release(void *object)
{
	wipe_texts(object);
	json_object_put(object);
}

static struct js *adopt(struct op *op, struct json_object *object)
{
	pool_defer(op->pool, release, object);
	return js_of(object);
}

/* How many members all objects in a value have together. */
static size_t count_members(struct json_object *object)
{
	size_t count = 0;

	if (json_object_is_type(object, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(object); i++)
			count += count_members(
			    json_object_array_get_idx(object, i));
	} else if (json_object_is_type(object, json_type_object)) {
		json_object_object_foreach(object, name, child) {
			(void)name;
			count += 1 + count_members(child);
		}
	}

	return count;
}

/* Lets json-c parse what the scan has passed; false if it disagrees. */
static bool parse(const char *text, size_t len, struct json_object **object)
{
	/* json-c counts one more level for what the innermost one holds. */
	struct json_tokener *tokener = json_tokener_new_ex(JS_DEPTH_MOST + 1);
	bool ok;

	require(tokener != NULL);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	*object = json_tokener_parse_ex(tokener, text, (int)len + 1);
	ok = json_tokener_get_error(tokener) == json_tokener_success &&
	    json_tokener_get_parse_end(tokener) == len;
	json_tokener_free(tokener);
	return ok;
}

enum rc js_parse(struct op *op, const char *text, size_t len,
    const struct js **value)
{
	struct json_object *object = NULL;
	struct js_scan scan;
	char *copy;
	bool ok;

	if (len >= INT_MAX)
		return op_fail(op, RC_BAD, "JSON of %zu bytes", len);

	copy = pool_text_n(op->pool, text, len);
	if (!js_scan(copy, len, JS_DEPTH_MOST, &scan))
		return op_fail(op, RC_BAD, "JSON at offset %zu: %s",
		    scan.offset, scan.rule);

	ok = parse(copy, len, &object);
	adopt(op, object);
	if (!ok)
		return op_fail(op, RC_BAD, "JSON that json-c does not parse");
	/* json-c keeps the last of several members of the same name. */
	if (count_members(object) != scan.members)
		return op_fail(op, RC_BAD, "JSON with a repeated member");

	*value = js_of(object);
	return RC_OK;
}

enum js_type js_type(const struct js *value)
{
	switch (json_object_get_type(object_of(value))) {
	case json_type_boolean:
		return JS_BOOL;
	case json_type_int:
	case json_type_double:
		return JS_NUMBER;
	case json_type_string:
		return JS_TEXT;
	case json_type_array:
		return JS_ARRAY;
	case json_type_object:
		return JS_OBJECT;
	case json_type_null:
		break;
	}

	return JS_NULL;
}

const struct js *js_get(const struct js *value, const char *name)
{
	if (!is_type(value, json_type_object))
		return NULL;

	return js_of(json_object_object_get(object_of(value), name));
}

bool js_has(const struct js *value, const char *name)
{
	return is_type(value, json_type_object) &&
	    json_object_object_get_ex(object_of(value), name, NULL);
}

size_t js_count(const struct js *value)
{
	if (is_type(value, json_type_array))
		return json_object_array_length(object_of(value));
	if (is_type(value, json_type_object))
		return (size_t)json_object_object_length(object_of(value));
	return 0;
}

const struct js *js_at(const struct js *value, size_t i)
{
	if (!is_type(value, json_type_array))
		return NULL;

	return js_of(json_object_array_get_idx(object_of(value), i));
}

const char *js_name(const struct js *value, size_t i)
{
	assert(is_type(value, json_type_object));
	json_object_object_foreach(object_of(value), name, child) {
		(void)child;
		if (i-- == 0)
			return name;
	}

	return NULL;
}

const char *js_as_text(const struct js *value)
{
	if (!is_type(value, json_type_string))
		return NULL;

	return json_object_get_string(object_of(value));
}

const char *js_text(const struct js *value, const char *name)
{
	return js_as_text(js_get(value, name));
}

bool js_int(const struct js *value, const char *name, int64_t *number)
{
	const struct js *member = js_get(value, name);

	if (!is_type(member, json_type_int))
		return false;

	*number = json_object_get_int64(object_of(member));
	return true;
}

bool js_says(const struct js *value, const char *name, const char *text)
{
	const char *said = js_text(value, name);

	return said != NULL && strcmp(said, text) == 0;
}

bool js_is_true(const struct js *value, const char *name)
{
	const struct js *member = js_get(value, name);

	return is_type(member, json_type_boolean) &&
	    json_object_get_boolean(object_of(member));
}

struct js *js_object(struct op *op)
{
	struct json_object *object = json_object_new_object();

	require(object != NULL);
	return adopt(op, object);
}

struct js *js_array(struct op *op)
{
	struct json_object *array = json_object_new_array();

	require(array != NULL);
	return adopt(op, array);
}

/* Adds child, which may be NULL for null, and takes the hold on it. */
static void put(struct js *object, const char *name, struct json_object *child)
{
	assert(is_type(object, json_type_object));
	require(json_object_object_add_ex(object_of(object), name, child,
	    JSON_C_OBJECT_ADD_CONSTANT_KEY) == 0);
}

void js_put_text(struct js *object, const char *name, const char *text)
{
	struct json_object *child = NULL;

	if (text != NULL) {
		child = json_object_new_string(text);
		require(child != NULL);
	}
	put(object, name, child);
}

void js_put_int(struct js *object, const char *name, int64_t number)
{
	struct json_object *child = json_object_new_int64(number);

	require(child != NULL);
	put(object, name, child);
}

void js_put_bool(struct js *object, const char *name, bool truth)
{
	struct json_object *child = json_object_new_boolean(truth);

	require(child != NULL);
	put(object, name, child);
}

void js_put_time(struct op *op, struct js *object, const char *name,
    int64_t ms)
{
	js_put_text(object, name, ms == 0 ? NULL : clock_rfc3339(op->pool, ms));
}

/* The pool holds child, too: each gives back its own hold. */
void js_put(struct js *object, const char *name, struct js *child)
{
	put(object, name, json_object_get(object_of(child)));
}

void js_append(struct js *array, struct js *child)
{
	assert(is_type(array, json_type_array));
	require(json_object_array_add(object_of(array),
	    json_object_get(object_of(child))) == 0);
}

const char *js_print(struct op *op, const struct js *value)
{
	size_t len = 0;
	const char *text = json_object_to_json_string_length(object_of(value),
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	char *copy;

	require(text != NULL);
	if (value == NULL)
		return "null";

	copy = pool_text_n(op->pool, text, len);
	crypt_wipe((char *)text, len);
	return copy;
}
