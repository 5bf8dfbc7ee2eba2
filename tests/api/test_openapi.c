/* SPDX-License-Identifier: ISC */
/*
 * The route table, doc/openapi.yaml and what is really answered, held against
 * one another: every answer here is looked up in the file, and every status
 * that the file promises is provoked, but for those listed below.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "support/attempt.h"
#include "support/contract.h"
#include "support/promise.h"
#include "support/stack.h"
#include "support/text.h"

#define NOBODY "01910000-0000-7000-8000-000000000009"

/* Members of struct promise_try follow. */
#define TRY(method, pattern, ...)                                             \
	promise_try_at(method, pattern, (struct promise_try){__VA_ARGS__})
#define TRY_ROUTE(route, ...)                                                 \
	promise_try(route, (struct promise_try){__VA_ARGS__})
#define FINISH(pattern, provider, subject, ...)                               \
	finish(pattern, provider, subject, (struct promise_try){__VA_ARGS__})

static struct promise_asker *const asker = &promise_asker;

/* What every route refuses, whoever asks. */
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
	if (route->listener != ROUTE_LOCAL)
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
	if (route->who == ROUTE_SIGNED_IN) {
		TRY_ROUTE(route, .token = "", .status = 401,
		    .code = "authentication_required");
		TRY_ROUTE(route, .token = "x", .status = 401,
		    .code = "invalid_token");
	}
}

static void try_bodies(const struct route *route)
{
	static const char *const wrong = "{\"unknown\": 1}";
	bool names_fields = route->who == ROUTE_SIGNED_IN ||
	    route->who == ROUTE_ADMIN;

	if (!route->takes_json)
		return;
	TRY_ROUTE(route, .body = "{}", .type = "text/plain", .status = 415,
	    .code = "unsupported_media_type");
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
		    .body = route->takes_json ? "{\"premium_until\": null}"
					      : NULL,
		    .status = 404, .code = code);
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

static void try_stale(void)
{
	age_sessions();
	for (size_t i = 0; i < route_count; i++)
		if (route_table[i].fresh)
			TRY_ROUTE(&route_table[i], .status = 401,
			    .code = "reauthentication_required");
}

/*
 * A round at a provider as who is named, which ends as told; body is SQL for
 * the time between consent and callback.
 */
static void finish(const char *pattern, const char *provider,
    const char *subject, struct promise_try begun)
{
	const char *start = strncmp(pattern, "/auth/link/", 11) == 0
	    ? "/auth/link/{provider}" : "/auth/{provider}";
	struct answer answer;
	const char *url;

	answer = promise_send(promise_route("GET", start),
	    &(struct promise_try){.token = asker->tokens.access,
	    .segment = provider, .query = begun.query,
	    .accept = "application/json"});
	promise_hold(promise_route("GET", start), &answer,
	    begun.query != NULL || strcmp(start, "/auth/{provider}") != 0
		? 200 : 303, NULL);
	url = answer.status == 200
	    ? answer_member(asker->browser, &answer, "authorization_url")
	    : answer_header(asker->browser, &answer, "Location", 0);
	url = flow_consent_as(asker->browser, provider, url, subject);
	if (begun.body != NULL)
		stack_sql(begun.body);
	answer = browser_get(asker->browser, url);
	promise_hold(promise_route("GET", pattern), &answer, begun.status,
	    begun.code);
}

static void try_linking(void)
{
	static const char callback[] = "/auth/link/{provider}/callback";

	TRY("GET", "/auth/link/{provider}", .status = 303);
	TRY("POST", "/auth/link/{provider}", .status = 200);
	TRY("GET", callback, .query = "?state=x&code=y", .status = 400,
	    .code = "state_mismatch");
	TRY("DELETE", "/users/me/link/{provider}", .status = 409,
	    .code = "last_login_method");
	FINISH(callback, "google", "open-2", .status = 409,
	    .code = "identity_in_use");
	FINISH(callback, "google", "open-3", .status = 409,
	    .code = "provider_already_linked");
	FINISH(callback, "discord", "7101", .status = 200);
	FINISH(callback, "discord", "7101", .status = 401,
	    .code = "invalid_token", .body = text_print("update users set "
	    "disabled_at = now() where id = '%s'", asker->id));
	stack_sql("update users set disabled_at = null");
	TRY("GET", "/users/me/linked-accounts", .status = 200);
	TRY("DELETE", "/users/me/link/{provider}", .segment = "discord",
	    .status = 204);
}

static void try_signing_in(void)
{
	static const char callback[] = "/auth/{provider}/callback";

	TRY("GET", "/auth/providers", .status = 200);
	TRY("GET", "/auth/{provider}", .query = "?reauth=1", .status = 401,
	    .code = "authentication_required");
	TRY("GET", "/auth/{provider}", .query = "?reauth=2", .status = 400,
	    .code = "invalid_request");
	TRY("GET", callback, .query = "?state=x&code=y", .status = 400,
	    .code = "state_mismatch");
	FINISH(callback, "google", "open-4", .status = 200);
	FINISH(callback, "google", "open-2", .status = 403,
	    .query = "?reauth=1", .code = "wrong_account");
	FINISH(callback, "google", "open-1", .status = 200,
	    .query = "?reauth=1");
	stack_sql("update users set email = 'open-5@gmail.com' "
	    "where email = 'open-4@gmail.com'");
	FINISH(callback, "google", "open-5", .status = 409,
	    .code = "provider_already_linked");
}

static void try_users(void)
{
	static const char grant[] = "{\"premium_until\": "
	    "\"2040-01-01T00:00:00Z\", \"reference\": \"openapi\"}";

	TRY("GET", "/users/me", .status = 200);
	TRY("PATCH", "/users/me", .status = 200,
	    .body = "{\"display_name\": \"Ada\"}");
	TRY("GET", "/users/me/sessions", .status = 200, .query = "?limit=1");
	TRY("GET", "/users/me/sessions", .status = 400, .query = "?limit=0",
	    .code = "invalid_request");
	TRY("PUT", "/admin/users/{id}/premium", .body = grant, .status = 200);
	TRY("PUT", "/admin/users/{id}/premium",
	    .body = "{\"premium_until\": null, \"reference\": \"openapi\"}",
	    .status = 409, .code = "reference_in_use");
	TRY("GET", "/users/me/export", .status = 200);
	TRY("GET", "/admin/users/{id}", .status = 200);
	TRY("GET", "/health/live", .status = 200);
	TRY("GET", "/health/ready", .status = 200);
}

/* With Redis down: nothing that asks it is answered otherwise. */
static void try_outage(void)
{
	const char *refresh = text_print("{\"refresh_token\": \"%s\"}",
	    asker->tokens.refresh);
	const struct route *const ends[] = {
		promise_route("GET", "/auth/{provider}/callback"),
		promise_route("GET", "/auth/link/{provider}/callback")};
	struct answer answer = promise_send(promise_route("POST",
	    "/auth/link/{provider}"), &(struct promise_try){
	    .segment = "discord"});
	const char *link = flow_consent_as(asker->browser, "discord",
	    answer_member(asker->browser, &answer, "authorization_url"),
	    "7102");
	const char *enter = flow_consent_as(asker->browser, "google",
	    flow_start(asker->browser, "google"), "open-1");

	stack_service("stop", "redis");
	answer = browser_get(asker->browser, enter);
	promise_hold(ends[0], &answer, 503, "unavailable");
	answer = browser_get(asker->browser, link);
	promise_hold(ends[1], &answer, 503, "unavailable");
	for (size_t i = 0; i < route_count; i++) {
		const struct route *route = &route_table[i];
		const char *name = strrchr(route->pattern, '/') + 1;

		if (strcmp(name, "callback") != 0 &&
		    strcmp(name, "live") != 0 && strcmp(name, "providers") != 0)
			TRY_ROUTE(route, .status = 503, .code = "unavailable",
			    .body = strcmp(route->method, "PUT") == 0 ?
			    "{\"premium_until\": null}" : refresh);
	}
	stack_service("start", "redis");
	ck_assert(stack_is_ready_within(10000));
}

/* What ends something, so last. */
static void try_endings(void)
{
	const char *sid = stack_redis("ZRANGE", text_print(
	    "latchkey:sessions:{%s}", asker->id), "0", "0", NULL);
	const char *refresh = text_print("{\"refresh_token\": \"%s\"}",
	    asker->tokens.refresh);
	struct browser *second = browser_new();
	const char *other = flow_sign_in(second, "google", "open-1").refresh;

	TRY("DELETE", "/users/me/sessions/{id}", .segment = text_copy(sid,
	    strcspn(sid, "\n")), .token = asker->tokens.access, .status = 204);
	TRY("POST", "/auth/refresh", .body = refresh, .status = 401,
	    .code = "invalid_refresh_token");
	refresh = text_print("{\"refresh_token\": \"%s\"}", other);
	TRY("POST", "/auth/refresh", .body = refresh, .status = 200);
	TRY("POST", "/auth/logout", .body = refresh, .status = 204);
	asker->tokens = flow_sign_in(second, "google", "open-1");
	TRY("POST", "/auth/logout-all", .status = 204);
	TRY("DELETE", "/admin/users/{id}/sessions", .status = 204);
	TRY("POST", "/admin/users/{id}/disable", .status = 204);
	TRY("POST", "/admin/users/{id}/enable", .status = 204);
	asker->tokens = flow_sign_in(second, "google", "open-1");
	TRY("DELETE", "/users/me", .status = 204);
	browser_free(second);
}

/*
 * What needs another configuration or a broken network: the tests of limits,
 * provider faults, peers and claims have these.
 */
static bool is_provoked_elsewhere(const struct route *route, long status)
{
	return status == 429 || status == 502 || status == 504 ||
	    (status == 403 && strncmp(route->pattern, "/auth/link/", 11) == 0);
}

static void assert_all_seen(const struct route *route)
{
	long statuses[32];
	size_t count = contract_statuses(route->method, route->pattern,
	    statuses, 32);

	ck_assert_uint_ge(count, 2);
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(is_provoked_elsewhere(route, statuses[i]) ||
		    promise_seen(route, statuses[i]), "%s %s never answered %ld",
		    route->method, route->pattern, statuses[i]);
}

START_TEST(each_answer_is_as_the_file_says_and_each_promise_is_kept)
{
	struct browser *other = browser_new();

	asker->browser = browser_new();
	flow_sign_in(other, "google", "open-2");
	asker->tokens = flow_sign_in(asker->browser, "google", "open-1");
	asker->id = attempt_me(asker->browser, asker->tokens, "id");

	for (size_t i = 0; i < route_count; i++) {
		try_malformed(&route_table[i]);
		try_unproved(&route_table[i]);
		try_bodies(&route_table[i]);
		try_unknown(&route_table[i]);
	}
	try_stale();
	try_signing_in();
	try_linking();
	try_users();
	try_outage();
	try_endings();
	for (size_t i = 0; i < route_count; i++)
		assert_all_seen(&route_table[i]);
	browser_free(asker->browser);
	browser_free(other);
}
END_TEST

START_TEST(the_file_has_the_routes_of_the_table_and_no_others)
{
	for (size_t i = 0; i < route_count; i++)
		ck_assert_msg(contract_has(route_table[i].method,
		    route_table[i].pattern), "%s %s", route_table[i].method,
		    route_table[i].pattern);
	ck_assert_uint_eq(contract_count(), route_count);
}
END_TEST

START_TEST(what_the_file_does_not_say_is_a_flaw)
{
	static const char json[] = "application/json";
	static const struct {
		long status;
		const char *type;
		const char *body;
		bool is_sound;
	} answers[] = {
		{200, json, "{\"status\": \"ok\"}", true},
		{201, json, "{\"status\": \"ok\"}", false},
		{200, "text/html", "{\"status\": \"ok\"}", false},
		{200, json, "", false},
		{200, json, "{}", false},
		{200, json, "{\"status\": \"no\"}", false},
		{200, json, "{\"status\": 1}", false},
		{200, json, "{\"status\": null}", false},
		{200, json, "{\"status\": \"ok\", \"more\": 1}", false},
		{400, json, "{\"status\": \"ok\"}", false},
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const char *flaw = contract_flaw(&(struct contract_exchange){
		    .method = "GET", .path = "/health/live",
		    .status = answers[i].status, .type = answers[i].type,
		    .body = answers[i].body,
		    .size = strlen(answers[i].body)});

		ck_assert_msg((flaw == NULL) == answers[i].is_sound,
		    "%ld %s: %s", answers[i].status, answers[i].body,
		    flaw != NULL ? flaw : "no flaw");
	}
}
END_TEST

int main(void)
{
	const char *top = getenv("srcdir");
	Suite *s = suite_create("openapi");
	TCase *t = tcase_create("openapi");
	SRunner *r;
	int n;

	if (!contract_read(text_print("%s/doc/openapi.yaml",
	    top != NULL ? top : ".")))
		return 1;
	if (!stack_begin(NULL))
		return 0;
	tcase_add_test(t, the_file_has_the_routes_of_the_table_and_no_others);
	tcase_add_test(t, what_the_file_does_not_say_is_a_flaw);
	tcase_add_test(t,
	    each_answer_is_as_the_file_says_and_each_promise_is_kept);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
