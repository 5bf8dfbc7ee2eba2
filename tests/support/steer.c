/* SPDX-License-Identifier: ISC */
/* A connection of its own for each order, as in flow.c. */
#include "support/steer.h"

#include <string.h>

#include <check.h>
#include <json-c/json.h>

#include "support/browser.h"
#include "support/stack.h"
#include "support/text.h"

static void put(const char *path, const char *body)
{
	struct browser *browser = browser_new();
	struct answer answer = browser_send(browser, "PUT",
	    text_print("%s%s", stack_setting("PROVIDER_CONTROL"), path), NULL,
	    body);

	ck_assert_msg(answer.status == 204, "PUT %s %s: %ld %s", path, body,
	    answer.status, answer.body);
	browser_free(browser);
}

void steer_fault(const char *provider, const char *endpoint, const char *kind,
    const char *value)
{
	put("/fault", text_print("{\"provider\": \"%s\", "
	    "\"endpoint\": \"%s\", \"kind\": \"%s\", \"value\": %s}",
	    provider, endpoint, kind, value));
}

void steer_key(const char *provider, int bits)
{
	put("/key", text_print("{\"provider\": \"%s\", \"bits\": %d}",
	    provider, bits));
}

void steer_tls(const char *json)
{
	put("/tls", json);
}

const char *steer_seen_text(void)
{
	struct browser *browser = browser_new();
	struct answer answer = browser_get(browser,
	    text_print("%s/requests", stack_setting("PROVIDER_CONTROL")));
	const char *text = text_copy(answer.body, answer.size);

	ck_assert_int_eq(answer.status, 200);
	browser_free(browser);
	return text;
}

size_t steer_seen(void)
{
	json_object *all = json_tokener_parse(steer_seen_text());
	size_t count;

	ck_assert(json_object_is_type(all, json_type_array));
	count = json_object_array_length(all);
	json_object_put(all);
	return count;
}

static bool says(json_object *record, const char *name, const char *text)
{
	json_object *value = NULL;

	json_object_object_get_ex(record, name, &value);
	return value != NULL &&
	    strcmp(json_object_get_string(value), text) == 0;
}

const char *steer_seen_header(const char *provider, const char *endpoint,
    const char *name)
{
	json_object *all = json_tokener_parse(steer_seen_text());
	const char *found = NULL;

	for (size_t i = json_object_array_length(all); i-- > 0;) {
		json_object *record = json_object_array_get_idx(all, i);
		json_object *headers = NULL;
		json_object *value = NULL;

		if (!says(record, "provider", provider) ||
		    !says(record, "endpoint", endpoint))
			continue;
		json_object_object_get_ex(record, "headers", &headers);
		if (json_object_object_get_ex(headers, name, &value))
			found = text_print("%s",
			    json_object_get_string(value));
		break;
	}
	json_object_put(all);
	return found;
}
