/* SPDX-License-Identifier: ISC */
/* Changes the answer; what concerns the connection is done when writing. */
#include "support/provider_fault.h"

#include <string.h>

#include "support/provider_gzip.h"
#include "support/provider_json.h"
#include "support/provider_state.h"

typedef void (*apply_fn)(struct provider_http *http, json_object *value);

static void apply_delay(struct provider_http *http, json_object *value)
{
	http->delay_ms += json_object_get_int(value);
}

static void apply_status(struct provider_http *http, json_object *value)
{
	http->status = json_object_get_int(value);
}

static void apply_cut(struct provider_http *http, json_object *value)
{
	http->cut_at = json_object_get_int(value);
	http->drop = http->cut_at < 0;
}

static void apply_drip(struct provider_http *http, json_object *value)
{
	http->drip_ms = json_object_get_int(value);
}

static void apply_bloat(struct provider_http *http, json_object *value)
{
	http->fill_to = (size_t)json_object_get_int(value);
}

static void apply_bloat_unknown(struct provider_http *http,
    json_object *value)
{
	apply_bloat(http, value);
	http->no_length = true;
}

static void apply_gzip(struct provider_http *http, json_object *value)
{
	struct str packed;

	str_init(&packed, http->pool);
	provider_gzip(&packed, &http->answer,
	    (size_t)json_object_get_int(value));
	http->answer = packed;
	str_add(&http->head, "Content-Encoding: gzip\r\n");
}

static void apply_body(struct provider_http *http, json_object *value)
{
	str_init(&http->answer, http->pool);
	str_add_n(&http->answer, json_object_get_string(value),
	    (size_t)json_object_get_string_len(value));
}

static void apply_content_type(struct provider_http *http,
    json_object *value)
{
	const char *type = json_object_get_string(value);

	http->content_type = type[0] != '\0' ? pool_text(http->pool, type) :
					       NULL;
}

static void apply_header(struct provider_http *http, json_object *value)
{
	str_print(&http->head, "%s\r\n", json_object_get_string(value));
}

static void apply_redirect(struct provider_http *http, json_object *value)
{
	provider_http_redirect(http, json_object_get_string(value));
	http->status = 302;
}

static void set_answer(struct provider_http *http, json_object *body)
{
	str_init(&http->answer, http->pool);
	str_add(&http->answer, provider_json_print(body));
	json_object_put(body);
}

static void apply_member(struct provider_http *http, json_object *value)
{
	json_object *body = json_tokener_parse(http->answer.text);

	provider_json_merge(body, value);
	set_answer(http, body);
}

/* The keys of the key set that body is; NULL where it is none. */
static json_object *keys_of(json_object *body)
{
	json_object *keys = NULL;

	json_object_object_get_ex(body, "keys", &keys);
	return keys;
}

static void apply_key(struct provider_http *http, json_object *value)
{
	json_object *body = json_tokener_parse(http->answer.text);

	provider_json_merge(json_object_array_get_idx(keys_of(body), 0),
	    value);
	set_answer(http, body);
}

static void apply_key_again(struct provider_http *http, json_object *value)
{
	json_object *body = json_tokener_parse(http->answer.text);
	json_object *keys = keys_of(body);
	json_object *key = json_object_new_object();

	provider_json_merge(key, json_object_array_get_idx(keys, 0));
	provider_json_merge(key, value);
	json_object_array_add(keys, key);
	set_answer(http, body);
}

static void apply_keys(struct provider_http *http, json_object *value)
{
	json_object *body = json_tokener_parse(http->answer.text);
	json_object *keys = keys_of(body);

	for (int i = 0; i < json_object_get_int(value); i++) {
		json_object *key = json_object_new_object();

		provider_json_put(key, "kid", pool_print(http->pool, "%d", i));
		json_object_array_add(keys, key);
	}
	set_answer(http, body);
}

static const struct {
	const char *name;
	json_type type;
	apply_fn apply;
} kinds[] = {
	{"delay", json_type_int, apply_delay},
	{"status", json_type_int, apply_status},
	{"cut", json_type_int, apply_cut},
	{"drip", json_type_int, apply_drip},
	{"bloat", json_type_int, apply_bloat},
	{"bloat_unknown", json_type_int, apply_bloat_unknown},
	{"gzip", json_type_int, apply_gzip},
	{"body", json_type_string, apply_body},
	{"content_type", json_type_string, apply_content_type},
	{"header", json_type_string, apply_header},
	{"redirect", json_type_string, apply_redirect},
	{"member", json_type_object, apply_member},
	{"key", json_type_object, apply_key},
	{"key_again", json_type_object, apply_key_again},
	{"keys", json_type_int, apply_keys},
};

/* The function of a fault's kind, NULL where kind or value are wrong. */
static apply_fn find(json_object *fault, json_object **value)
{
	const char *kind = provider_json_text(fault, "kind");

	*value = NULL;
	json_object_object_get_ex(fault, "value", value);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kind != NULL && strcmp(kinds[i].name, kind) == 0 &&
		    json_object_is_type(*value, kinds[i].type))
			return kinds[i].apply;

	return NULL;
}

bool provider_fault_is_valid(json_object *fault)
{
	const char *provider = provider_json_text(fault, "provider");
	json_object *value;

	return (provider == NULL || provider_find(provider) != NULL) &&
	    provider_json_text(fault, "endpoint") != NULL &&
	    find(fault, &value) != NULL;
}

void provider_fault_apply(const struct provider *provider,
    const char *endpoint, struct provider_http *http)
{
	json_object *faults = provider_state_faults();
	size_t i = 0;

	while (i < json_object_array_length(faults)) {
		json_object *fault = json_object_array_get_idx(faults, i);
		const char *whose = provider_json_text(fault, "provider");
		size_t before = json_object_array_length(faults);
		json_object *value;

		if ((whose != NULL && strcmp(whose, provider->name) != 0) ||
		    strcmp(provider_json_text(fault, "endpoint"),
			endpoint) != 0) {
			i++;
			continue;
		}
		find(fault, &value)(http, value);
		provider_state_use(faults, i);
		i += json_object_array_length(faults) == before;
	}
}
