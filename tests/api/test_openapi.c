/* SPDX-License-Identifier: ISC */
/*
 * The route table, doc/openapi.yaml and what is really answered, held against
 * one another: every answer here is looked up in the file, and every status
 * and code that the file promises is provoked, but for those listed below.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "support/attempt.h"
#include "support/contract.h"
#include "support/provoke.h"
#include "support/race.h"
#include "support/reconfigure.h"
#include "support/stack.h"
#include "support/steer.h"
#include "support/text.h"

#define PROBLEM(code)                                                         \
	"{\"type\": \"x\", \"title\": \"x\", \"status\": 400, "               \
	"\"detail\": \"x\", \"code\": \"" code "\", \"request_id\": \"x\"}"

static struct promise_asker *const asker = &promise_asker;

static const char enter[] = "/auth/{provider}/callback";
static const char join[] = "/auth/link/{provider}/callback";

static void try_linking(void)
{
	TRY("GET", "/auth/link/{provider}", .status = 303);
	TRY("POST", "/auth/link/{provider}", .status = 200);
	TRY("GET", join, .query = "?state=x&code=y", .status = 400,
	    .code = "state_mismatch");
	TRY("POST", join, .body = "state=x&code=y", .status = 303);
	provoke_cancelled(join, "discord");
	TRY("DELETE", "/users/me/link/{provider}", .status = 409,
	    .code = "last_login_method");
	ROUND(join, "google", "open-2", .status = 409,
	    .code = "identity_in_use");
	ROUND(join, "google", "open-3", .status = 409,
	    .code = "provider_already_linked");
	ROUND(join, "discord", "7101", .status = 200);
	ROUND(join, "discord", "7101", .status = 401,
	    .code = "invalid_token", .body = text_print("update users set "
	    "disabled_at = now() where id = '%s'", asker->id));
	stack_sql("update users set disabled_at = null");
	TRY("GET", "/users/me/linked-accounts", .status = 200);
	TRY("DELETE", "/users/me/link/{provider}", .segment = "discord",
	    .status = 204);
}

static void try_signing_in(void)
{
	TRY("GET", "/auth/providers", .status = 200);
	TRY("GET", "/auth/{provider}", .query = "?reauth=2", .status = 400,
	    .token = asker->tokens.access, .code = "invalid_request");
	TRY("GET", enter, .query = "?state=x&code=y", .status = 400,
	    .code = "state_mismatch");
	TRY("POST", enter, .body = "state=x&code=y", .status = 303);
	provoke_cancelled(enter, "discord");
	ROUND(enter, "google", "open-4", .status = 200);
	ROUND(enter, "google", "open-2", .status = 403,
	    .query = "?reauth=1", .code = "wrong_account");
	ROUND(enter, "google", "open-1", .status = 200,
	    .query = "?reauth=1");
	stack_sql("update users set email = 'open-5@gmail.com' "
	    "where email = 'open-4@gmail.com'");
	ROUND(enter, "google", "open-5", .status = 409,
	    .code = "provider_already_linked");
	stack_sql("update users set email = '7106@gmail.com' "
	    "where email = 'open-2@gmail.com'");
	ROUND(enter, "discord", "7106", .status = 409,
	    .code = "account_link_required");
	ROUND(enter, "google", "open-2", .status = 403,
	    .code = "account_disabled", .body =
	    "update users set disabled_at = now() where oauth_id = 'open-2'");
	stack_sql("update users set disabled_at = null");
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

/* One fault of a provider, at a start and at a callback. */
static void try_fault(const char *status, struct promise_try end)
{
	const struct route *const starts[] = {
		promise_route("GET", "/auth/{provider}"),
		promise_route("GET", "/auth/link/{provider}"),
		promise_route("POST", "/auth/link/{provider}")};

	end.segment = "other";
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		steer_fault("other", "discovery", "status", status);
		promise_try(starts[i], end);
	}
	steer_fault("discord", "token", "status", status);
	provoke_round(enter, "discord", "7107", end);
	steer_fault("discord", "token", "status", status);
	provoke_round(join, "discord", "7107", end);
}

/* Workers that have just started have discovered nothing yet. */
static void try_other_configurations(void)
{
	reconfigure("development = true\n",
	    "development = true\nsign_up = \"closed\"\n");
	try_fault("500", (struct promise_try){.status = 502,
	    .code = "provider_error"});
	try_fault("429", (struct promise_try){.status = 503,
	    .code = "provider_busy"});
	ROUND(enter, "discord", "7108", .status = 403,
	    .code = "sign_up_closed");

	reconfigure("client_id = \"test-other\"\n",
	    "client_id = \"test-other\"\n"
	    "hosted_domain = \"corp.example\"\n");
	ROUND(enter, "other", "open-6", .status = 403,
	    .code = "sign_in_refused");
	ROUND(join, "other", "open-6", .status = 403,
	    .code = "sign_in_refused");
}

/* With Redis down: nothing that asks it is answered otherwise. */
static void try_outage(void)
{
	const char *refresh = text_print("{\"refresh_token\": \"%s\"}",
	    asker->tokens.refresh);
	struct answer answer = promise_send(asker->browser,
	    promise_route("POST", "/auth/link/{provider}"),
	    &(struct promise_try){.segment = "discord"});
	const char *link = flow_consent_as(asker->browser, "discord",
	    answer_member(asker->browser, &answer, "authorization_url"),
	    "7102");
	const char *sign_in = flow_consent_as(asker->browser, "google",
	    flow_start(asker->browser, "google"), "open-1");

	stack_service("stop", "redis");
	answer = browser_get(asker->browser, sign_in);
	promise_hold(promise_route("GET", enter), &answer, 503, "unavailable");
	answer = browser_get(asker->browser, link);
	promise_hold(promise_route("GET", join), &answer, 503, "unavailable");
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
	asker->tokens = flow_sign_in(asker->browser, "google", "open-1");
	TRY("POST", "/auth/logout-all", .status = 204);
	TRY("DELETE", "/admin/users/{id}/sessions", .status = 204);
	TRY("POST", "/admin/users/{id}/disable", .status = 204);
	TRY("POST", "/admin/users/{id}/enable", .status = 204);
	asker->tokens = flow_sign_in(asker->browser, "google", "open-1");
	TRY("DELETE", "/users/me", .status = 204);
	browser_free(second);
}

static void try_no_worker(void)
{
	stack_service("stop", "latchkey");
	for (size_t i = 0; i < route_count; i++)
		TRY_ROUTE(&route_table[i], .status = 502,
		    .code = "unavailable");
	stack_service("start", "latchkey");
	ck_assert(stack_is_ready_within(10000));
}

static void ask_frozen(struct browser *browser, size_t i, void *given)
{
	struct answer *answers = given;
	struct answer answer = promise_send(browser, &route_table[i],
	    &(struct promise_try){.token = NULL});

	answers[i] = answer_keep(&answer);
}

/* All at once, because nginx waits long; last, as they are done later. */
static void try_frozen_workers(void)
{
	struct answer *answers = calloc(route_count, sizeof(*answers));

	ck_assert_ptr_nonnull(answers);
	stack_service("pause", "latchkey");
	race_run(route_count, ask_frozen, answers);
	stack_service("resume", "latchkey");
	for (size_t i = 0; i < route_count; i++)
		promise_hold(&route_table[i], &answers[i], 504, "unavailable");
	free(answers);
}

/* What takes a stack of its own, and the test that has it. */
static const struct {
	long status;
	const char *code;
	const char *test;
} elsewhere[] = {
	{429, "rate_limited",
	    "test_rate_limit:one_network_may_ask_only_so_often"},
	{503, "busy",
	    "test_provider_lane:beyond_the_queue_a_callback_is_busy_and_keeps_"
	    "its_state"},
	{504, "provider_timeout",
	    "test_provider_lane:pf_01_a_provider_that_never_answers_is_given_"
	    "up_within_10_s"},
};

/* The test that provokes an answer, NULL when it is this one. */
static const char *other_test(const struct contract_answer *answer)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (elsewhere[i].status == answer->status &&
		    answer->code != NULL &&
		    strcmp(elsewhere[i].code, answer->code) == 0)
			return elsewhere[i].test;
	return NULL;
}

static void assert_all_seen(const struct route *route)
{
	struct contract_answer answers[64];
	size_t count = contract_answers(route->method, route->pattern,
	    answers, 64);

	ck_assert_uint_ge(count, 2);
	for (size_t i = 0; i < count; i++) {
		const char *test = other_test(&answers[i]);

		ck_assert_msg(promise_seen(route, answers[i].status,
		    answers[i].code) == (test == NULL), "%s %s: %ld %s is %s",
		    route->method, route->pattern, answers[i].status,
		    answers[i].code != NULL ? answers[i].code : "",
		    test == NULL ? "never answered" : "no longer rare");
	}
}

START_TEST(each_answer_is_as_the_file_says_and_each_promise_is_kept)
{
	struct browser *other = browser_new();

	asker->browser = browser_new();
	flow_sign_in(other, "google", "open-2");
	asker->tokens = flow_sign_in(asker->browser, "google", "open-1");
	asker->id = attempt_me(asker->browser, asker->tokens, "id");

	for (size_t i = 0; i < route_count; i++)
		provoke_refusals(&route_table[i]);
	provoke_stale();
	try_signing_in();
	try_linking();
	try_users();
	try_other_configurations();
	try_outage();
	try_no_worker();
	try_endings();
	try_frozen_workers();
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
	static const char problem[] = "application/problem+json";
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
		{400, problem, PROBLEM("invalid_request"), true},
		{400, problem, PROBLEM("not_found"), false},
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
