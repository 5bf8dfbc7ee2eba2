/* SPDX-License-Identifier: ISC */
/*
 * What changes the ways in asks for a recent sign-in: how long one is recent,
 * and how a session becomes it again.
 */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/link.h"
#include "support/outage.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

/* Long enough for what a recent sign-in is needed for, on a busy machine. */
static const char *const arguments[] = {"--set", "session.fresh=\"4s\"",
	NULL};

static struct browser *alice;
static struct flow_tokens tokens;
static const char *id;

/* Alice has a second way in. */
static void setup(void)
{
	struct answer answer;

	outage_begin();
	stack_sql("delete from users");
	alice = browser_new();
	tokens = flow_sign_in(alice, "google", "9300");
	id = text_print("%s", attempt_me(alice, tokens, "id"));
	answer = link_as(alice, tokens.access, "discord", "9301");
	ck_assert_int_eq(answer.status, 200);
}

static void teardown(void)
{
	browser_free(alice);
}

static void grow_stale(void)
{
	nanosleep(&(struct timespec){.tv_sec = 4, .tv_nsec = 100000000},
	    NULL);
}

/* GET /auth/{provider}?reauth=1. */
static struct answer ask_again(const char *provider, const char *access)
{
	return admin_send(alice, "GET", stack_url(text_print(
	    "/api/auth/%s?reauth=1", provider)), access, NULL);
}

/* A whole round to confirm that it is subject; any answer. */
static struct answer confirm_as(const char *provider, const char *subject)
{
	struct answer answer = ask_again(provider, tokens.access);

	ck_assert_msg(answer.status == 303, "%ld %s", answer.status,
	    answer.body);
	return browser_get(alice, flow_consent_as(alice, provider,
	    answer_header(alice, &answer, "Location", 0), subject));
}

/* Events of a confirmation at google. */
static long confirmations(void)
{
	return stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and kind = 'confirmed' and "
	    "provider = 'google'", id));
}

/* The demand says what it wants (RFC 9470 section 3). */
static void assert_stale(const struct answer *answer,
    const struct attempt *before)
{
	const char *challenge = answer_header(alice, answer,
	    "WWW-Authenticate", 0);

	attempt_assert_refused(alice, answer, 401,
	    "reauthentication_required", before);
	ck_assert_ptr_nonnull(challenge);
	ck_assert_ptr_nonnull(strstr(challenge,
	    "error=\"insufficient_user_authentication\""));
	ck_assert_ptr_nonnull(strstr(challenge, "max_age=4"));
}

static void assert_all_are_stale(void)
{
	struct attempt before = attempt_begin();
	struct answer answer;

	for (size_t i = 0; i < 2; i++) {
		answer = admin_send(alice, i == 0 ? "GET" : "POST",
		    stack_url("/api/auth/link/other"), tokens.access, NULL);
		assert_stale(&answer, &before);
	}
	answer = link_undo(alice, tokens.access, "discord");
	assert_stale(&answer, &before);
}

START_TEST(ln_17_ul_08_ways_in_change_after_a_recent_sign_in_only)
{
	grow_stale();
	assert_all_are_stale();
	ck_assert(tokens_open(alice, tokens.access));

	/* New tokens are no new sign-in. */
	tokens = tokens_refresh(alice, tokens.refresh);
	assert_all_are_stale();
	ck_assert_str_eq(link_providers(id), "discord google*");
}
END_TEST

START_TEST(confirming_makes_the_same_session_recent)
{
	struct flow_tokens old = tokens;
	const char *sessions = tokens_session_count(tokens.refresh);
	struct answer answer;

	grow_stale();
	answer = confirm_as("google", "9300");
	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	ck_assert_pstr_eq(answer_member(alice, &answer, "refresh_token"),
	    old.refresh);
	ck_assert_ptr_null(answer_member(alice, &answer, "linked"));
	ck_assert_str_eq(tokens_session_count(old.refresh), sessions);

	/* The token of before does now what it could not. */
	answer = link_undo(alice, old.access, "discord");
	ck_assert_int_eq(answer.status, 204);
	ck_assert_str_eq(link_providers(id), "google*");
	tokens_refresh(alice, old.refresh);
	ck_assert_int_eq(confirmations(), 1);
}
END_TEST

START_TEST(any_identity_of_the_user_confirms)
{
	struct answer answer;

	grow_stale();
	answer = confirm_as("discord", "9301");
	ck_assert_int_eq(answer.status, 200);
	answer = link_as(alice, tokens.access, "other", "9302");
	ck_assert_int_eq(answer.status, 200);
}
END_TEST

/* Somebody else, and somebody whom nobody knows. */
START_TEST(another_account_confirms_nothing)
{
	static const char *const subjects[] = {"9303", "9304"};
	struct browser *mallory = browser_new();
	const char *noted;

	flow_sign_in(mallory, "google", "9303");
	grow_stale();
	noted = tokens_recorded(tokens.refresh, "auth_time");
	for (size_t i = 0; i < 2; i++) {
		struct answer answer = ask_again("google", tokens.access);
		const char *callback = flow_consent_as(alice, "google",
		    answer_header(alice, &answer, "Location", 0),
		    subjects[i]);
		struct attempt before = attempt_begin();

		answer = browser_get(alice, callback);
		before.calls++;
		attempt_assert_refused(alice, &answer, 403, "wrong_account",
		    &before);
	}
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "auth_time"), noted);
	ck_assert_str_eq(link_owner("google", "9304"), "");
	assert_all_are_stale();
	browser_free(mallory);
}
END_TEST

START_TEST(only_who_is_signed_in_can_confirm)
{
	struct attempt before = attempt_begin();
	struct answer answer = ask_again("google", NULL);

	attempt_assert_refused(alice, &answer, 401,
	    "authentication_required", &before);
	answer = ask_again("google", "x");
	flow_assert_problem(alice, &answer, 401, "invalid_token");
	ck_assert_uint_eq(browser_cookie_count(alice, "__Host-lk_tx_"), 0);
}
END_TEST

START_TEST(a_reauth_other_than_1_is_400_whoever_asks)
{
	static const char *const wrong[] = {"", "0", "2", "11"};
	const char *const senders[] = {tokens.access, NULL, "x"};

	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < 3; j++) {
			struct answer answer = admin_send(alice, "GET",
			    stack_url(text_print("/api/auth/google?reauth=%s",
			    wrong[i])), senders[j], NULL);

			flow_assert_problem(alice, &answer, 400,
			    "invalid_request");
		}
	}
}
END_TEST

/* A round belongs to the session that began it. */
START_TEST(an_ended_session_is_not_confirmed)
{
	struct answer answer = ask_again("google", tokens.access);
	const char *callback = flow_consent_as(alice, "google",
	    answer_header(alice, &answer, "Location", 0), "9300");

	flow_sign_in(alice, "google", "9300");
	ck_assert_int_eq(tokens_logout(alice, tokens.refresh), 204);
	attempt_refused_at(alice, callback, 400, "state_mismatch");
	tokens_assert_dead(alice, tokens.refresh);
}
END_TEST

/* Time enough to stop Redis in; a call is given up after 6 s. */
#define HANG_MS 5000

struct opening {
	const char *callback;
	struct answer answer;
};

static void *open_callback(void *argument)
{
	struct opening *opening = argument;

	opening->answer = browser_get(alice, opening->callback);
	return NULL;
}

/* Redis goes while the provider thinks: first it is told, then the events. */
START_TEST(nothing_is_noted_as_confirmed_that_redis_has_not_heard_of)
{
	const char *noted = tokens_recorded(tokens.refresh, "auth_time");
	struct answer asked = ask_again("google", tokens.access);
	struct opening opening = {.callback = flow_consent_as(alice, "google",
	    answer_header(alice, &asked, "Location", 0), "9300")};
	size_t calls = flow_recorded("google", "token");
	pthread_t thread;

	flow_fault("{\"provider\": \"google\", \"endpoint\": \"token\", "
	    "\"kind\": \"delay\", \"value\": %d}", HANG_MS);
	ck_assert_int_eq(pthread_create(&thread, NULL, open_callback,
	    &opening), 0);
	ck_assert(flow_is_asked_within("google", "token", calls + 1,
	    HANG_MS));
	stack_service("stop", "redis");
	pthread_join(thread, NULL);
	stack_service("start", "redis");
	outage_is_over();

	outage_must_be_unavailable(alice, &opening.answer);
	ck_assert_int_eq(confirmations(), 0);
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "auth_time"), noted);
	ck_assert_int_eq(confirm_as("google", "9300").status, 200);
	ck_assert_int_eq(confirmations(), 1);
}
END_TEST

START_TEST(confirming_links_nothing)
{
	struct answer answer = ask_again("other", tokens.access);
	const char *callback = flow_consent_as(alice, "other",
	    answer_header(alice, &answer, "Location", 0), "9305");
	const char *at = strstr(callback, "/auth/other/");

	attempt_refused_at(alice, text_print("%.*s/auth/link/other/%s",
	    (int)(at - callback), callback, at + strlen("/auth/other/")),
	    400, "state_mismatch");
	answer = confirm_as("other", "9305");
	flow_assert_problem(alice, &answer, 403, "wrong_account");
	ck_assert_str_eq(link_owner("other", "9305"), "");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("reauth");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    ln_17_ul_08_ways_in_change_after_a_recent_sign_in_only);
	tcase_add_test(t, confirming_makes_the_same_session_recent);
	tcase_add_test(t, any_identity_of_the_user_confirms);
	tcase_add_test(t, another_account_confirms_nothing);
	tcase_add_test(t, only_who_is_signed_in_can_confirm);
	tcase_add_test(t, a_reauth_other_than_1_is_400_whoever_asks);
	tcase_add_test(t, an_ended_session_is_not_confirmed);
	tcase_add_test(t,
	    nothing_is_noted_as_confirmed_that_redis_has_not_heard_of);
	tcase_add_test(t, confirming_links_nothing);
	return t;
}

int main(void)
{
	Suite *s = suite_create("reauth");
	SRunner *r;
	int n;

	if (!stack_begin(arguments))
		return 0;

	suite_add_tcase(s, tests());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
