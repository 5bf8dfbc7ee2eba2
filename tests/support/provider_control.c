/* SPDX-License-Identifier: ISC */
/* Refuses what it does not understand: a test must not steer into the void. */
#include "support/provider_control.h"

#include <string.h>

#include "support/provider_fault.h"
#include "support/provider_json.h"
#include "support/provider_oidc.h"
#include "support/provider_state.h"
#include "support/provider_tls.h"

static void answer_empty(struct provider_http *http)
{
	http->status = 204;
	http->content_type = NULL;
}

static void answer_error(struct provider_http *http, const char *what)
{
	json_object *object = json_object_new_object();

	provider_json_put(object, "error", what);
	provider_http_json(http, 400, object);
}

static struct provider *named_in(json_object *object)
{
	const char *name = provider_json_text(object, "provider");

	return name != NULL ? provider_find(name) : NULL;
}

static void put_next(struct provider_http *http, json_object *next)
{
	struct provider *provider = named_in(next);

	if (provider == NULL) {
		answer_error(http, "provider: google, discord or other");
		return;
	}

	provider_state_queue(provider->name, json_object_get(next));
	answer_empty(http);
}

static void put_fault(struct provider_http *http, json_object *fault)
{
	if (!provider_fault_is_valid(fault)) {
		answer_error(http, "not a fault; see provider_fault.h");
		return;
	}

	provider_state_fault(json_object_get(fault));
	answer_empty(http);
}

static void put_key(struct provider_http *http, json_object *object)
{
	struct provider *provider = named_in(object);
	json_object *bits;
	int count = 2048;

	if (json_object_object_get_ex(object, "bits", &bits))
		count = json_object_get_int(bits);
	if (provider == NULL || provider->key == NULL || count < 512) {
		answer_error(http, "provider: google or other; bits: 512 on");
		return;
	}

	provider_oidc_new_key(provider, (unsigned)count);
	answer_empty(http);
}

static void put_tls(struct provider_http *http, json_object *object)
{
	if (provider_tls_use(object))
		answer_empty(http);
	else
		answer_error(http, "not a way of TLS; see provider_tls.h");
}

static void get_requests(struct provider_http *http, json_object *object)
{
	(void)object;
	provider_http_json(http, 200,
	    json_object_get(provider_state_records()));
}

static void get_health(struct provider_http *http, json_object *object)
{
	(void)object;
	provider_http_json(http, 200, json_object_new_object());
}

static void forget(struct provider_http *http, json_object *object)
{
	(void)object;
	provider_state_reset();
	answer_empty(http);
}

static const struct {
	const char *method;
	const char *path;
	void (*answer)(struct provider_http *http, json_object *object);
} routes[] = {
	{"PUT", "/next", put_next},
	{"PUT", "/fault", put_fault},
	{"PUT", "/key", put_key},
	{"PUT", "/tls", put_tls},
	{"GET", "/requests", get_requests},
	{"GET", "/health", get_health},
	{"DELETE", "/", forget},
};

bool provider_control(struct provider_http *http)
{
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		json_object *object;

		if (strcmp(http->method, routes[i].method) != 0 ||
		    strcmp(http->path, routes[i].path) != 0)
			continue;

		object = json_tokener_parse(http->body);
		if (strcmp(http->method, "PUT") == 0 &&
		    !json_object_is_type(object, json_type_object))
			answer_error(http, "the body is no JSON object");
		else
			routes[i].answer(http, object);
		json_object_put(object);
		return true;
	}

	return false;
}

static void add_pairs(json_object *object, const struct provider_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		provider_json_put(object, pairs->items[i].name,
		    pairs->items[i].value);
}

void provider_control_record(const struct provider *provider,
    const char *endpoint, const struct provider_http *http)
{
	json_object *record = json_object_new_object();
	json_object *headers = json_object_new_object();
	json_object *parameters = json_object_new_object();
	const char *repeated = provider_http_repeated(&http->query);

	if (repeated == NULL)
		repeated = provider_http_repeated(&http->form);
	add_pairs(headers, &http->headers);
	add_pairs(parameters, &http->query);
	add_pairs(parameters, &http->form);
	provider_json_put(record, "provider", provider->name);
	provider_json_put(record, "endpoint", endpoint);
	provider_json_put(record, "method", http->method);
	provider_json_put(record, "path", http->path);
	json_object_object_add(record, "headers", headers);
	json_object_object_add(record, "parameters", parameters);
	provider_json_put(record, "repeated", repeated);
	provider_json_put(record, "body", http->body);
	provider_state_record(record);
}
