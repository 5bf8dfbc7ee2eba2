/* SPDX-License-Identifier: ISC */
/* Who asks is promise_asker, who was signed in before. */
#include "support/provoke.h"

#include <string.h>

#include "support/stack.h"
#include "support/text.h"

#define NOBODY "01910000-0000-7000-8000-000000000009"

static struct promise_asker *const asker = &promise_asker;

static void try_malformed(const struct route *route)
{
	bool has_put = strcmp(route->method, "PUT") == 0;

	TRY_ROUTE(route, .query = "?a=1&a=2", .status = 400,
	    .code = "invalid_request");
	TRY_ROUTE(route, .method = has_put ? "POST" : "PUT", .status = 405,
	    .code = "method_not_allowed");
	if (route->is_flow)
		TRY_ROUTE(route, .query = "?a=1&a=2", .accept = "text/html",
		    .status = 400);
	TRY_ROUTE(route, .status = 413, .code = "too_large",
	    .body = text_print("%17000d", 1));
}

static void try_unproved(const struct route *route)
{
	if (route->who == ROUTE_ADMIN) {
		TRY_ROUTE(route, .token = "", .status = 401,
		    .code = "admin_secret_required");
		TRY_ROUTE(route, .token = asker->tokens.access, .status = 401,
		    .code = "admin_secret_required");
	}
	if (route->who == ROUTE_SIGNED_IN || route->who == ROUTE_REAUTH) {
		TRY_ROUTE(route, .token = "", .query = "?reauth=1",
		    .status = 401, .code = "authentication_required");
		TRY_ROUTE(route, .token = "x", .query = "?reauth=1",
		    .status = 401, .code = "invalid_token");
	}
}

static void try_bodies(const struct route *route)
{
	static const char *const wrong = "{\"unknown\": 1}";
	bool names_fields = route->who == ROUTE_SIGNED_IN ||
	    route->who == ROUTE_ADMIN;

	if (route->takes == ROUTE_NOTHING)
		return;
	TRY_ROUTE(route, .body = "{}", .type = "text/plain", .status = 415,
	    .code = "unsupported_media_type");
	if (route->takes == ROUTE_FORM) {
		TRY_ROUTE(route, .body = "a=1&a=2", .status = 400,
		    .code = "invalid_request");
		return;
	}
	TRY_ROUTE(route, .body = "{", .status = 400, .code = "invalid_json");
	TRY_ROUTE(route, .body = "[]", .status = 400,
	    .code = "invalid_request");
	TRY_ROUTE(route, .body = wrong, .status = names_fields ? 422 : 400,
	    .code = names_fields ? "invalid_fields" : "invalid_request");
}

static void try_unknown(const struct route *route)
{
	bool is_id = strstr(route->pattern, "{id}") != NULL;

	const char *code = is_id ? "not_found" :
	    strcmp(route->method, "DELETE") == 0 ? "not_linked" :
	    "provider_not_configured";

	if (strchr(route->pattern, '{') != NULL)
		TRY_ROUTE(route, .segment = is_id ? NOBODY : "nobody",
		    .body = route->takes == ROUTE_JSON ?
			"{\"premium_until\": null}" : NULL,
		    .status = 404, .code = code);
}

void provoke_refusals(const struct route *route)
{
	try_malformed(route);
	try_unproved(route);
	try_bodies(route);
	try_unknown(route);
}

/* The sign-in of every session of the user was long ago. */
static void age_sessions(void)
{
	const char *keys = stack_redis("KEYS", text_print(
	    "*refresh_token:{%s}:*", asker->id), NULL);

	while (*keys != '\0') {
		size_t len = strcspn(keys, "\n");

		stack_redis("HSET", text_copy(keys, len), "auth_time",
		    "1000", NULL);
		keys += len + (keys[len] == '\n');
	}
}

void provoke_stale(void)
{
	age_sessions();
	for (size_t i = 0; i < route_count; i++)
		if (route_table[i].fresh)
			TRY_ROUTE(&route_table[i], .status = 401,
			    .code = "reauthentication_required");
}

/* Begins a round for a callback's pattern: the consent screen's URL. */
static const char *begin(const char *pattern, const char *provider,
    const char *query)
{
	bool enters = strncmp(pattern, "/auth/link/", 11) != 0;
	const struct route *start = promise_route("GET",
	    enters ? "/auth/{provider}" : "/auth/link/{provider}");
	struct answer answer = promise_send(asker->browser, start,
	    &(struct promise_try){.token = asker->tokens.access,
	    .segment = provider, .query = query,
	    .accept = "application/json"});

	promise_hold(start, &answer, enters && query == NULL ? 303 : 200,
	    NULL);
	return answer.status == 200
	    ? answer_member(asker->browser, &answer, "authorization_url")
	    : answer_header(asker->browser, &answer, "Location", 0);
}

void provoke_round(const char *pattern, const char *provider,
    const char *subject, struct promise_try end)
{
	const char *url = flow_consent_as(asker->browser, provider,
	    begin(pattern, provider, end.query), subject);
	struct answer answer;

	if (end.body != NULL)
		stack_sql(end.body);
	answer = browser_get(asker->browser, url);
	promise_hold(promise_route("GET", pattern), &answer, end.status,
	    end.code);
}

void provoke_cancelled(const char *pattern, const char *provider)
{
	const char *state = flow_parameter(asker->browser,
	    begin(pattern, provider, NULL), "state");

	TRY("GET", pattern, .segment = provider, .query = text_print(
	    "?error=access_denied&state=%s", state), .status = 400,
	    .code = "sign_in_cancelled");
}
