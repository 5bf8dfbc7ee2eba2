/* SPDX-License-Identifier: ISC */
/*
 * Which row of the route table answers.  A request is its parameters here,
 * without a body: nothing is handled or sent.
 */
#include "http/route.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "auth/signin.h"
#include "support/config_file.h"

#define PARAMETER_SIZE 512

static FCGX_Request fcgi;
static char method[PARAMETER_SIZE];
static char path[PARAMETER_SIZE];
static char query[PARAMETER_SIZE];
static char listener[PARAMETER_SIZE];
static char cookie[PARAMETER_SIZE];
static char *parameters[] = {method, path, query, listener, cookie, NULL};
static FCGX_Stream no_body = {.isReader = 1, .isClosed = 1};
static struct route_exchange *exchange;

static void setup(void)
{
	fcgi = (FCGX_Request){.in = &no_body, .envp = parameters};
	exchange = NULL;
	snprintf(query, sizeof(query), "QUERY_STRING=");
	snprintf(cookie, sizeof(cookie), "HTTP_COOKIE=");
}

static void end_exchange(void)
{
	if (exchange != NULL)
		request_free(exchange->request);
	exchange = NULL;
}

static void teardown(void)
{
	end_exchange();
}

/* Takes a request in, through the public listener or the local one. */
static const struct route *received(const char *verb, const char *where,
    bool local)
{
	end_exchange();
	snprintf(method, sizeof(method), "REQUEST_METHOD=%s", verb);
	snprintf(path, sizeof(path), "PATH_INFO=%s", where);
	snprintf(listener, sizeof(listener), "LATCHKEY_LISTENER=%s",
	    local ? "local" : "public");
	exchange = route_receive(&fcgi);
	ck_assert((exchange->rc == RC_OK) == (exchange->route != NULL));
	return exchange->route;
}

/* Nothing answers there, and this is why. */
static void refused(const char *verb, const char *where, enum rc rc,
    enum refusal refusal)
{
	ck_assert_msg(received(verb, where, false) == NULL, "%s %s", verb,
	    where);
	ck_assert_int_eq(exchange->rc, rc);
	ck_assert_int_eq(exchange->request->op->refusal, (int)refusal);
}

START_TEST(every_fixed_path_reaches_its_own_row)
{
	size_t fixed = 0;

	for (size_t i = 0; i < route_count; i++) {
		const struct route *route = &route_table[i];

		if (strchr(route->pattern, '{') != NULL)
			continue;
		fixed++;
		ck_assert_msg(received(route->method, route->pattern,
		    route->listener == ROUTE_LOCAL) == route, "%s %s",
		    route->method, route->pattern);
		ck_assert_str_eq(exchange->request->segment, "");
	}
	ck_assert_uint_gt(fixed, 0);
}
END_TEST

START_TEST(a_name_in_the_path_is_handed_over)
{
	const struct route *route = received("GET", "/auth/google", false);

	ck_assert_ptr_nonnull(route);
	ck_assert_str_eq(route->pattern, "/auth/{provider}");
	ck_assert_str_eq(exchange->request->segment, "google");

	route = received("GET", "/auth/discord/callback", false);
	ck_assert_ptr_nonnull(route);
	ck_assert_str_eq(route->pattern, "/auth/{provider}/callback");
	ck_assert_str_eq(exchange->request->segment, "discord");
}
END_TEST

START_TEST(a_fixed_name_is_never_taken_for_a_providers)
{
	static const char *const names[] = {"refresh", "logout", "logout-all"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char where[64];

		snprintf(where, sizeof(where), "/auth/%s", names[i]);
		refused("GET", where, RC_BAD, REFUSAL_METHOD);
	}
	ck_assert_str_eq(received("GET", "/auth/providers", false)->pattern,
	    "/auth/providers");
}
END_TEST

START_TEST(no_provider_is_called_as_a_route_below_auth)
{
	static const char below[] = "/auth/";
	size_t count = 0;

	for (size_t i = 0; i < route_count; i++) {
		const char *name = route_table[i].pattern + strlen(below);

		if (strncmp(route_table[i].pattern, below, strlen(below)) != 0 ||
		    name[0] == '{')
			continue;
		count++;
		config_file_refuses((struct config_file){
		    .providers = pool_print(config_file_pool(),
			"%.*s = { kind = \"discord\" }",
			(int)strcspn(name, "/"), name),
		}, "is a name that latchkey has for a path of its own");
	}
	ck_assert_uint_gt(count, 0);
}
END_TEST

START_TEST(a_path_is_matched_whole_and_to_the_letter)
{
	static const char *const bad[] = {"", "/", "/auth", "/auth/",
	    "/auth//callback", "/auth/google/", "/auth/google/callback/",
	    "/auth/google/callbac", "/auth/google/callbackx", "/Auth/google",
	    "auth/google", "/users/me/", "/users/meme", "/users/m",
	    "//users/me", "/api/users/me", "/users/me/../me"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused("GET", bad[i], RC_ABSENT, REFUSAL_NONE);
}
END_TEST

START_TEST(another_method_is_refused_as_such)
{
	static const char *const bad[] = {"", "HEAD", "get", "post", "PUT",
	    "GETX", "OPTIONS", "TRACE"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], "/auth/google/callback", RC_BAD,
		    REFUSAL_METHOD);
	refused("POST", "/auth/google", RC_BAD, REFUSAL_METHOD);
}
END_TEST

START_TEST(each_listener_has_its_own_routes)
{
	for (size_t i = 0; i < route_count; i++) {
		const struct route *route = &route_table[i];

		if (strchr(route->pattern, '{') != NULL)
			continue;
		ck_assert_msg(received(route->method, route->pattern,
		    route->listener == ROUTE_PUBLIC) == NULL, "%s",
		    route->pattern);
		ck_assert_str_eq(op_reason(exchange->request->op), "no route");
	}
}
END_TEST

START_TEST(every_pattern_and_method_stands_in_the_table_once)
{
	for (size_t i = 0; i < route_count; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(strcmp(route_table[i].pattern,
			    route_table[j].pattern) != 0 ||
			    strcmp(route_table[i].method,
			    route_table[j].method) != 0, "%s",
			    route_table[i].pattern);
}
END_TEST

START_TEST(only_callers_of_providers_are_told_to_be_some)
{
	ck_assert_ptr_nonnull(received("GET", "/users/me", false));
	ck_assert(!route_calls_provider(exchange));
	ck_assert_ptr_nonnull(received("GET", "/auth/google/callback", false));
	ck_assert(!route_calls_provider(exchange));
	snprintf(query, sizeof(query), "QUERY_STRING=state=s");
	ck_assert_ptr_nonnull(received("GET", "/auth/google/callback", false));
	ck_assert(!route_calls_provider(exchange));
	snprintf(cookie, sizeof(cookie), "HTTP_COOKIE=%s=1.x",
	    signin_cookie_name(exchange->request->op, "s"));
	ck_assert_ptr_nonnull(received("GET", "/auth/google/callback", false));
	ck_assert(route_calls_provider(exchange));
	received("GET", "/nowhere", false);
	ck_assert(!route_calls_provider(exchange));
	ck_assert_ptr_nonnull(received("GET", "/auth/google/callback", false));
	route_refuse(exchange);
	ck_assert_int_eq(exchange->rc, RC_LIMITED);
	ck_assert(!route_calls_provider(exchange));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("route");
	TCase *t = tcase_create("route");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_checked_fixture(t, config_file_setup, config_file_teardown);
	tcase_add_test(t, every_fixed_path_reaches_its_own_row);
	tcase_add_test(t, a_name_in_the_path_is_handed_over);
	tcase_add_test(t, a_fixed_name_is_never_taken_for_a_providers);
	tcase_add_test(t, no_provider_is_called_as_a_route_below_auth);
	tcase_add_test(t, a_path_is_matched_whole_and_to_the_letter);
	tcase_add_test(t, another_method_is_refused_as_such);
	tcase_add_test(t, each_listener_has_its_own_routes);
	tcase_add_test(t, every_pattern_and_method_stands_in_the_table_once);
	tcase_add_test(t, only_callers_of_providers_are_told_to_be_some);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
