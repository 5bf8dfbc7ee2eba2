/* SPDX-License-Identifier: ISC */
/*
 * Administration by HTTP: on the local listener alone, with the secret alone,
 * and everything done leaves an event.
 */
#include <string.h>

#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/program.h"
#include "support/reconfigure.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define NOBODY "01910000-0000-7000-8000-000000000009"

/* Every route there is for administrators. */
static const struct route {
	const char *method;
	const char *what;
	const char *json;
	const char *event;	/* NULL: it changes nothing */
} routes[] = {
	{"GET", "", NULL, NULL},
	{"PUT", "/premium", "{\"premium_until\": \"2040-01-01T00:00:00Z\"}",
	    "premium_changed"},
	{"DELETE", "/sessions", NULL, "sessions_ended"},
	{"POST", "/disable", NULL, "disabled"},
	{"POST", "/enable", NULL, "enabled"},
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))

static struct browser *browser;
static struct flow_tokens tokens;
static const char *user;

/* A test that failed may have left latchkey without a secret. */
static void setup(void)
{
	reconfigure_undo();
	flow_reset();
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "administered");
	user = text_print("%s", attempt_me(browser, tokens, "id"));
}

static void teardown(void)
{
	browser_free(browser);
}

static struct answer ask(const struct route *route, const char *id)
{
	return admin_ask(browser, route->method, id, route->what, route->json);
}

static struct answer ask_as(const struct route *route, const char *token)
{
	return admin_send(browser, route->method, text_print(
	    "%s/admin/users/%s%s", stack_setting("ADMIN_URL"), user,
	    route->what), token, route->json);
}

START_TEST(ad_01_the_public_listener_knows_no_administration)
{
	static const char *const ways[] = {"/api/admin", "/api/%61dmin",
		"/api//admin", "/api/./admin", "/api/auth/../admin", "/admin"};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		for (size_t j = 0; j < ROUTES; j++) {
			struct attempt before = attempt_begin();
			struct answer answer = admin_send(browser,
			    routes[j].method, stack_url(text_print(
			    "%s/users/%s%s", ways[i], user, routes[j].what)),
			    admin_secret(), routes[j].json);
			struct attempt now = attempt_begin();

			ck_assert_msg(answer.status == 404 ||
			    answer.status == 405, "%s: %ld", ways[i],
			    answer.status);
			ck_assert_str_eq(now.rows, before.rows);
			ck_assert_str_eq(now.keys, before.keys);
		}
	}
}
END_TEST

START_TEST(ad_03_every_act_leaves_an_event_and_a_line_in_the_log)
{
	for (size_t i = 1; i < ROUTES; i++) {
		struct answer answer = ask(&routes[i], user);
		const char *id = answer_header(browser, &answer,
		    "X-Request-Id", 0);
		const char *line;

		ck_assert_msg(answer.status / 100 == 2, "%s: %ld %s",
		    routes[i].what, answer.status, answer.body);
		ck_assert_ptr_nonnull(id);
		ck_assert_int_eq(stack_count(text_print("select count(*) from "
		    "events where user_id = '%s' and kind = '%s' and "
		    "actor = 'admin' and request_id = '%s'", user,
		    routes[i].event, id)), 1);
		line = strstr(stack_log(), id);
		ck_assert_ptr_nonnull(line);
		line = text_copy(line, strcspn(line, "\n"));
		ck_assert_ptr_nonnull(strstr(line, text_print(
		    "/admin/users/%s%s", user, routes[i].what)));
		ck_assert_ptr_nonnull(strstr(line, text_print("status=%ld",
		    answer.status)));
	}
}
END_TEST

START_TEST(ad_04_az_05_a_user_is_no_administrator)
{
	for (size_t i = 0; i < ROUTES; i++) {
		struct attempt before = attempt_begin();
		struct answer answer = ask_as(&routes[i], tokens.access);

		attempt_assert_refused(browser, &answer, 401,
		    "admin_secret_required", &before);
		answer = ask_as(&routes[i], tokens.refresh);
		attempt_assert_refused(browser, &answer, 401,
		    "admin_secret_required", &before);
		ck_assert_ptr_nonnull(strstr(stack_log(),
		    answer_member(browser, &answer, "request_id")));
	}
}
END_TEST

START_TEST(ad_04_the_administrator_is_no_user)
{
	static const struct route own[] = {
		{"GET", "/me", NULL, NULL},
		{"PATCH", "/me", "{\"display_name\": \"Root\"}", NULL},
		{"DELETE", "/me", NULL, NULL},
		{"GET", "/me/sessions", NULL, NULL},
		{"GET", "/me/linked-accounts", NULL, NULL},
		{"GET", "/me/export", NULL, NULL},
		{"GET", "/" NOBODY, NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		struct attempt before = attempt_begin();
		struct answer answer = admin_send(browser, own[i].method,
		    stack_url(text_print("/api/users%s", own[i].what)),
		    admin_secret(), own[i].json);

		if (own[i].what[1] == 'm')
			flow_assert_problem(browser, &answer, 401,
			    "invalid_token");
		else
			ck_assert_int_eq(answer.status, 404);
		ck_assert_str_eq(attempt_begin().rows, before.rows);
	}
}
END_TEST

/* Beside a right one, what looks like it: none is let in, none is told why. */
START_TEST(az_01_administration_needs_the_whole_secret)
{
	const char *secret = admin_secret();
	const char *const wrong[] = {NULL, "", "x", text_print("%sx", secret),
		text_print(" %s", secret),
		text_copy(secret, strlen(secret) - 1), "null"};

	for (size_t i = 0; i < ROUTES; i++) {
		struct attempt before = attempt_begin();

		for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
			struct answer answer = ask_as(&routes[i], wrong[j]);

			attempt_assert_refused(browser, &answer, 401,
			    "admin_secret_required", &before);
			ck_assert_ptr_nonnull(answer_header(browser, &answer,
			    "WWW-Authenticate", 0));
		}
	}
	ck_assert_ptr_null(strstr(stack_log(), secret));
}
END_TEST

START_TEST(az_01_no_other_scheme_and_no_other_place_will_do)
{
	const char *secret = admin_secret();
	const char *const headers[][2] = {
		{text_print("Authorization: Basic %s", secret), NULL},
		{text_print("Authorization: %s", secret), NULL},
		{text_print("Cookie: admin=%s; secret=%s", secret, secret),
		    NULL},
		{text_print("X-Admin-Secret: %s", secret), NULL},
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct answer answer = browser_send(browser, "GET",
		    stack_local_url(text_print("/admin/users/%s?secret=%s"
		    "&access_token=%s", user, secret, secret)), headers[i],
		    NULL);

		flow_assert_problem(browser, &answer, 401,
		    "admin_secret_required");
	}
	ck_assert_ptr_null(strstr(stack_log(), secret));
}
END_TEST

/* No user is an administrator, so there is no last one to keep. */
START_TEST(ad_06_whoever_is_disabled_can_be_enabled_again)
{
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(admin_ask(browser, "POST", user, "/disable",
		    NULL).status, 204);
	ck_assert(!tokens_open(browser, tokens.access));
	ck_assert_int_eq(stack_count("select count(*) from users "
	    "where disabled_at is null"), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(admin_ask(browser, "POST", user, "/enable",
		    NULL).status, 204);
	tokens = flow_sign_in(browser, "google", "administered");
	ck_assert(tokens_open(browser, tokens.access));
}
END_TEST

START_TEST(who_is_nobody_is_not_found)
{
	static const char *const ids[] = {NOBODY, "me", "1", "%00",
		"01910000-0000-7000-8000-00000000000G", "%27%20or%201=1--",
		"01910000000070008000000000000009", "*"};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		for (size_t j = 0; j < ROUTES; j++) {
			struct attempt before = attempt_begin();
			struct answer answer = ask(&routes[j], ids[i]);

			/* nginx itself refuses a NUL. */
			if (strcmp(ids[i], "%00") == 0)
				ck_assert_int_eq(answer.status, 400);
			else
				attempt_assert_refused(browser, &answer, 404,
				    "not_found", &before);
		}
	}
}
END_TEST

START_TEST(an_administrator_sees_who_it_is)
{
	struct flow_tokens second = flow_sign_in(browser, "google",
	    "administered");
	struct answer answer = ask(&routes[0], user);

	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(answer_member(browser, &answer, "id"), user);
	ck_assert_str_eq(answer_member(browser, &answer, "email"),
	    "administered@gmail.com");
	ck_assert_str_eq(answer_member(browser, &answer, "state"), "active");
	ck_assert_str_eq(answer_member(browser, &answer, "version"),
	    stack_sql(text_print("select version from users where id = '%s'",
	    user)));
	ck_assert_str_eq(answer_member(browser, &answer, "active_sessions"),
	    tokens_session_count(second.refresh));
	ck_assert_ptr_nonnull(strstr(answer.body, "\"linked_accounts\":["
	    "{\"provider\":\"google\""));
	ck_assert_ptr_null(strstr(answer.body, "token"));

	ask(&routes[3], user);
	answer = ask(&routes[0], user);
	ck_assert_str_eq(answer_member(browser, &answer, "state"), "disabled");
	ck_assert_str_eq(answer_member(browser, &answer, "active_sessions"),
	    "0");
	ask(&routes[4], user);
}
END_TEST

START_TEST(ended_sessions_are_dead_and_the_next_one_lives)
{
	ck_assert_int_eq(ask(&routes[2], user).status, 204);
	ck_assert(!tokens_open(browser, tokens.access));
	tokens_assert_dead(browser, tokens.refresh);
	ck_assert_str_eq(tokens_session_count(tokens.refresh), "0");
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "address"), "");
	tokens = flow_sign_in(browser, "google", "administered");
	ck_assert(tokens_open(browser, tokens.access));
}
END_TEST

START_TEST(without_a_secret_there_is_no_administration)
{
	const char *secret = text_print("secret_file = \"%s\"",
	    stack_setting("ADMIN_SECRET_FILE"));

	reconfigure(secret, "secret_file = \"\"");
	for (size_t i = 0; i < ROUTES; i++) {
		struct attempt before = attempt_begin();
		struct answer answer = ask(&routes[i], user);

		attempt_assert_refused(browser, &answer, 404, "not_found",
		    &before);
		answer = ask_as(&routes[i], "");
		attempt_assert_refused(browser, &answer, 404, "not_found",
		    &before);
	}
	reconfigure_back();
	ck_assert_int_eq(ask(&routes[0], user).status, 200);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("admin");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ad_01_the_public_listener_knows_no_administration);
	tcase_add_test(t,
	    ad_03_every_act_leaves_an_event_and_a_line_in_the_log);
	tcase_add_test(t, ad_04_az_05_a_user_is_no_administrator);
	tcase_add_test(t, ad_04_the_administrator_is_no_user);
	tcase_add_test(t, az_01_administration_needs_the_whole_secret);
	tcase_add_test(t, az_01_no_other_scheme_and_no_other_place_will_do);
	tcase_add_test(t, ad_06_whoever_is_disabled_can_be_enabled_again);
	tcase_add_test(t, who_is_nobody_is_not_found);
	tcase_add_test(t, an_administrator_sees_who_it_is);
	tcase_add_test(t, ended_sessions_are_dead_and_the_next_one_lives);
	tcase_add_test(t, without_a_secret_there_is_no_administration);
	return t;
}

int main(void)
{
	Suite *s = suite_create("admin");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	suite_add_tcase(s, tests());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
