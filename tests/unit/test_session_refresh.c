/* SPDX-License-Identifier: ISC */
/*
 * Refresh tokens exchanged, and what is noted of it.  Redis and the table of
 * events are fakes, time is support/fake_clock.c's; the tokens are real.
 */
#include "auth/session.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "auth/token.h"
#include "support/fake_calls.h"
#include "support/fake_clock.h"
#include "support/fake_events.h"
#include "support/fake_sessions.h"
#include "support/fake_stderr.h"

#define USER "01910000-0000-7000-8000-000000000001"
#define SID  "01910000-0000-7000-8000-00000000000a"
#define NOW  INT64_C(1767323045)	/* seconds */

#define SECRET(text) {(const unsigned char *)(text), sizeof(text) - 1}

static const struct session_client client = {
	.user_agent = "Browser/1.0", .address = "192.0.2.7"};
static struct config config;
static struct op *op;

static void setup(void)
{
	fake_clock_now_ms = NOW * 1000;
	op = op_new("test-request", 10000);
	config = (struct config){
	    .base_url = "https://www.example.org",
	    .secret = SECRET("our own secret of at least 32 bytes"),
	    .jwt_secret = SECRET("the shared secret of at least 32 bytes"),
	    .jwt_access_ms = 1800000,
	    .jwt_issuer = "https://www.example.org",
	    .jwt_audience = "",
	};
	token_init(&config);
	fake_calls_clear();
	fake_sessions = (struct fake_sessions){
	    .grant = {.generation = 4, .issued_ms = NOW * 1000,
		.expires_ms = (NOW + 3600) * 1000,
		.absolute_ms = (NOW + 86400) * 1000,
		.key_id = token_refresh_key_id(), .provider = "google"}};
	fake_events_last = (struct event){.kind = EVENT_NONE};
}

static void teardown(void)
{
	token_release();
	op_free(op);
}

/* The refresh token of generation 3, good for an hour. */
static const char *presented(void)
{
	const struct token token = {.user_id = USER, .sid = SID};
	struct sessions_grant grant = fake_sessions.grant;

	grant.generation = 3;
	return token_issue_refresh(op, &token, &grant);
}

static const char *bearer(void)
{
	const struct token token = {.user_id = USER, .sid = SID};
	int64_t lifetime_s;

	return token_issue_access(op, &token, (NOW + 60) * 1000, &lifetime_s);
}

/* The outcome of a refresh; *tokens must stay untouched on failure. */
static enum rc refresh(const char *text, struct session_tokens *tokens)
{
	struct session_tokens got = {.refresh = "untouched"};
	enum rc rc = session_refresh(op, text, &client, &got);

	ck_assert((rc == RC_OK) == (strcmp(got.refresh, "untouched") != 0));
	if (tokens != NULL)
		*tokens = got;
	return rc;
}

/* The refresh is denied, like any other. */
static void refresh_denied(const char *text)
{
	ck_assert_int_eq(refresh(text, NULL), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_REFRESH_TOKEN);
	ck_assert_int_eq(op->rc, RC_DENIED);
	ck_assert_str_ne(op_reason(op), "");
}

START_TEST(a_refresh_presents_the_tokens_generation)
{
	struct session_tokens tokens;
	struct token token;

	ck_assert_int_eq(refresh(presented(), &tokens), RC_OK);
	ck_assert_str_eq(fake_sessions.user_id, USER);
	ck_assert_str_eq(fake_sessions.sid, SID);
	ck_assert_int_eq(fake_sessions.presented_generation, 3);
	ck_assert_str_eq(fake_sessions.presented_key_id,
	    token_refresh_key_id());

	ck_assert_int_eq(token_verify_refresh(op, tokens.refresh, &token),
	    RC_OK);
	ck_assert_int_eq(token.generation, 4);
	ck_assert_str_eq(token.sid, SID);
	ck_assert_int_eq(token_verify_access(op, tokens.access, &token),
	    RC_OK);
	ck_assert_str_eq(token.sid, SID);
	ck_assert_int_eq(fake_calls_count("events_add"), 0);
}
END_TEST

START_TEST(a_repeated_refresh_yields_the_same_successor_without_an_event)
{
	const char *text = presented();
	struct session_tokens one;
	struct session_tokens two;

	ck_assert_int_eq(refresh(text, &one), RC_OK);
	fake_sessions.rotation = SESSIONS_REPEATED;
	fake_clock_now_ms += 5000;
	ck_assert_int_eq(refresh(text, &two), RC_OK);
	ck_assert_str_eq(one.refresh, two.refresh);
	ck_assert_int_eq(fake_calls_count("events_add"), 0);
}
END_TEST

START_TEST(a_reused_token_is_denied_and_noted)
{
	fake_sessions.rotation = SESSIONS_REUSED;
	refresh_denied(presented());
	ck_assert_int_eq(fake_calls_count("events_add"), 1);
	ck_assert_int_eq(fake_events_last.kind, EVENT_REFRESH_TOKEN_REUSED);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.session_id, SID);
	ck_assert_str_eq(fake_events_last.provider, "google");
	ck_assert_str_eq(fake_events_last.address, "192.0.2.7");
}
END_TEST

START_TEST(a_store_that_rolled_back_goes_on_and_is_noted)
{
	fake_sessions.rotation = SESSIONS_ROLLED_BACK;
	ck_assert_int_eq(refresh(presented(), NULL), RC_OK);
	ck_assert_int_eq(fake_calls_count("events_add"), 1);
	ck_assert_int_eq(fake_events_last.kind, EVENT_STORE_ROLLED_BACK);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.session_id, SID);
}
END_TEST

START_TEST(a_refresh_of_a_session_that_is_over_is_denied)
{
	fake_calls_fail("sessions_rotate", RC_ABSENT, 1);
	refresh_denied(presented());
}
END_TEST

START_TEST(a_bad_refresh_token_does_not_reach_redis)
{
	const char *text = presented();

	refresh_denied("");
	refresh_denied("a.b.c");
	refresh_denied(bearer());
	fake_clock_now_ms += 3600 * 1000;
	refresh_denied(text);
	ck_assert_int_eq(fake_calls_count("sessions_rotate"), 0);
}
END_TEST

START_TEST(an_event_that_cannot_be_stored_is_logged_and_fails_nothing)
{
	const char *log;

	fake_sessions.rotation = SESSIONS_ROLLED_BACK;
	fake_calls_fail("events_add", RC_DOWN, 1);
	fake_stderr_begin();
	ck_assert_int_eq(refresh(presented(), NULL), RC_OK);
	log = fake_stderr_end();

	ck_assert_ptr_nonnull(strstr(log, "event=unstored_event"));
	ck_assert_ptr_nonnull(strstr(log, "kind=store_rolled_back"));
	ck_assert_ptr_nonnull(strstr(log, "user=" USER));
	ck_assert_ptr_nonnull(strstr(log, "session=" SID));
	ck_assert_ptr_nonnull(strstr(log, "provider=google"));
	ck_assert_ptr_nonnull(strstr(log, "address=192.0.2.7"));
	ck_assert_ptr_nonnull(strstr(log, "request_id=test-request"));
	ck_assert_ptr_nonnull(strstr(log, "reason=\"events_add was told"));
	ck_assert_ptr_eq(strchr(log, '\n'), log + strlen(log) - 1);
	ck_assert_str_eq(op_reason(op), "");
}
END_TEST

START_TEST(reuse_is_denied_though_its_event_cannot_be_stored)
{
	fake_sessions.rotation = SESSIONS_REUSED;
	fake_calls_fail("events_add", RC_DOWN, 1);
	fake_stderr_begin();
	refresh_denied(presented());
	ck_assert_ptr_nonnull(strstr(fake_stderr_end(),
	    "kind=refresh_token_reused"));
}
END_TEST

START_TEST(an_event_may_take_a_second_of_what_is_left)
{
	int64_t deadline = op->deadline_ms;

	fake_sessions.rotation = SESSIONS_ROLLED_BACK;
	ck_assert_int_eq(refresh(presented(), NULL), RC_OK);
	ck_assert_int_eq(fake_events_left_ms, 1000);
	ck_assert_int_eq(op->deadline_ms, deadline);

	op->deadline_ms = fake_clock_mono_ms + 300;
	ck_assert_int_eq(refresh(presented(), NULL), RC_OK);
	ck_assert_int_eq(fake_events_left_ms, 300);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("session_refresh");
	TCase *t = tcase_create("session_refresh");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_refresh_presents_the_tokens_generation);
	tcase_add_test(t,
	    a_repeated_refresh_yields_the_same_successor_without_an_event);
	tcase_add_test(t, a_reused_token_is_denied_and_noted);
	tcase_add_test(t, a_store_that_rolled_back_goes_on_and_is_noted);
	tcase_add_test(t, a_refresh_of_a_session_that_is_over_is_denied);
	tcase_add_test(t, a_bad_refresh_token_does_not_reach_redis);
	tcase_add_test(t,
	    an_event_that_cannot_be_stored_is_logged_and_fails_nothing);
	tcase_add_test(t, reuse_is_denied_though_its_event_cannot_be_stored);
	tcase_add_test(t, an_event_may_take_a_second_of_what_is_left);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
