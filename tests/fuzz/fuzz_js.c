/* SPDX-License-Identifier: ISC */
/*
 * JSON: what is accepted must print as something that is accepted again and
 * prints the same, and every getter must bear every value.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/encode.h"
#include "client/js.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct js *value, size_t depth)
{
	const char *text = js_as_text(value);
	bool is_object = js_type(value) == JS_OBJECT;

	assert(depth <= JS_DEPTH_MOST);
	assert(text == NULL || encode_utf8_is_valid(text, strlen(text)));
	for (size_t i = 0; i < js_count(value); i++) {
		const char *name = is_object ? js_name(value, i) : "";
		int64_t number;

		assert(!is_object || js_has(value, name));
		js_int(value, name, &number);
		js_is_true(value, name);
		ask(is_object ? js_get(value, name) : js_at(value, i),
		    depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct op *op = op_new("fuzz", 10000);
	const struct js *value;
	const struct js *again;

	if (js_parse(op, (const char *)data, size, &value) == RC_OK) {
		const char *text = js_print(op, value);

		ask(value, 0);
		assert(encode_utf8_is_valid((const char *)data, size));
		assert(js_parse(op, text, strlen(text), &again) == RC_OK);
		assert(strcmp(text, js_print(op, again)) == 0);
	}

	op_free(op);
	return 0;
}
