/* SPDX-License-Identifier: ISC */
/*
 * How recent a sign-in is, sessions renewed by another one, and single
 * sessions ended by their owner.  Redis and the table of events are fakes,
 * time is support/fake_clock.c's; the tokens are real.
 */
#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "auth/session.h"
#include "auth/token.h"
#include "support/fake_calls.h"
#include "support/fake_clock.h"
#include "support/fake_events.h"
#include "support/fake_sessions.h"

#define USER  "01910000-0000-7000-8000-000000000001"
#define SID   "01910000-0000-7000-8000-00000000000a"
#define OTHER "01910000-0000-7000-8000-00000000000b"
#define NOW   INT64_C(1767323045)	/* seconds */

#define SECRET(text) {(const unsigned char *)(text), sizeof(text) - 1}

static const struct session_client client = {
	.user_agent = "Browser/1.0", .address = "192.0.2.7"};
static const struct session mine = {.user_id = USER, .sid = SID};
static struct config config;
static struct op *op;

static const struct session_confirmed confirmed = {.user_id = USER,
    .sid = SID, .provider = "google", .address = "192.0.2.7"};

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
	    .session_fresh_ms = 600000,
	};
	token_init(&config);
	session_init(&config);
	fake_calls_clear();
	fake_sessions = (struct fake_sessions){
	    .grant = {.generation = 4, .issued_ms = NOW * 1000,
		.expires_ms = (NOW + 3600) * 1000,
		.absolute_ms = (NOW + 86400) * 1000,
		.key_id = token_refresh_key_id(), .provider = "google"},
	    .rotation = SESSIONS_REPEATED,
	};
	fake_events_last = (struct event){.kind = EVENT_NONE};
}

static void teardown(void)
{
	token_release();
	op_free(op);
}

/* Whether a sign-in of that age is fresh; else it must be refused as stale. */
static bool is_fresh(int64_t age_ms)
{
	struct session session = mine;
	enum rc rc;

	op_clear(op);
	session.auth_time_ms = fake_clock_now_ms - age_ms;
	rc = session_check_fresh(op, &session);
	ck_assert_int_eq(rc, rc == RC_OK ? RC_OK : RC_DENIED);
	ck_assert_int_eq(op->refusal, rc == RC_OK ? REFUSAL_NONE
						  : REFUSAL_STALE);
	return rc == RC_OK;
}

/* The option as it would be configured. */
static void fresh_is(int64_t ms)
{
	config.session_fresh_ms = ms;
	session_init(&config);
}

START_TEST(a_sign_in_is_fresh_until_it_is_as_old_as_configured)
{
	ck_assert(is_fresh(0));
	ck_assert(is_fresh(599999));
	ck_assert(!is_fresh(600000));
	ck_assert(!is_fresh(86400000));

	fresh_is(1);
	ck_assert(is_fresh(0));
	ck_assert(!is_fresh(1));
}
END_TEST

START_TEST(a_clock_that_is_somewhat_behind_asks_nobody_again)
{
	ck_assert(is_fresh(-1));
	ck_assert(is_fresh(-599999));
	ck_assert(!is_fresh(-600000));
}
END_TEST

START_TEST(whoever_configures_zero_is_never_asked)
{
	fresh_is(0);
	ck_assert(is_fresh(0));
	ck_assert(is_fresh(INT64_C(1000) * 86400000));
	ck_assert(is_fresh(INT64_C(-1000) * 86400000));
	ck_assert_int_eq(session_fresh_s(), 0);
}
END_TEST

START_TEST(what_is_fresh_is_told_in_seconds)
{
	ck_assert_int_eq(session_fresh_s(), 600);
	fresh_is(1999);
	ck_assert_int_eq(session_fresh_s(), 1);
}
END_TEST

START_TEST(a_renewed_session_keeps_its_refresh_token)
{
	struct session_tokens before;
	struct session_tokens tokens;
	struct sessions_grant third = fake_sessions.grant;
	const struct token token = {.user_id = USER, .sid = SID};
	const char *presented;

	third.generation = 3;
	presented = token_issue_refresh(op, &token, &third);
	ck_assert_int_eq(session_refresh(op, presented, &client, &before),
	    RC_OK);
	ck_assert_int_eq(session_renew(op, &confirmed, &tokens), RC_OK);
	ck_assert_str_eq(tokens.refresh, before.refresh);
	ck_assert_int_eq(tokens.lifetime_s, 1800);
	ck_assert_ptr_null(tokens.linked);
	ck_assert_str_eq(fake_calls_text(), "sessions_rotate sessions_renew "
	    "events_add");
	ck_assert_int_eq(fake_events_last.kind, EVENT_CONFIRMED);
	ck_assert_str_eq(fake_events_last.provider, "google");
	ck_assert_str_eq(fake_sessions.user_id, USER);
	ck_assert_str_eq(fake_sessions.sid, SID);
}
END_TEST

START_TEST(a_session_that_is_over_cannot_finish_what_it_began)
{
	static const enum rc outcomes[] = {RC_ABSENT, RC_DOWN, RC_EXPIRED};
	static const enum rc expected[] = {RC_DENIED, RC_DOWN, RC_EXPIRED};
	struct session_tokens tokens = {.refresh = "untouched"};

	ck_assert_int_eq(session_check_alive(op, USER, SID), RC_OK);
	for (size_t i = 0; i < 3; i++) {
		int refusal = i == 0 ? REFUSAL_TRANSACTION : REFUSAL_NONE;

		op_clear(op);
		fake_calls_clear();
		fake_calls_fail("sessions_renew", outcomes[i], 1);
		fake_calls_fail("sessions_check", outcomes[i], 1);
		ck_assert_int_eq(session_renew(op, &confirmed, &tokens),
		    expected[i]);
		ck_assert_int_eq(op->refusal, refusal);
		ck_assert_int_eq(session_check_alive(op, USER, SID),
		    expected[i]);
		ck_assert_int_eq(op->refusal, refusal);
	}
	ck_assert_str_eq(tokens.refresh, "untouched");
}
END_TEST

/* The account is fine: the words for one that is disabled would be wrong. */
START_TEST(a_provider_unlinked_meanwhile_opens_no_session)
{
	static const struct user alice = {.id = USER, .version = 7};
	struct session_tokens tokens;

	fake_calls_fail("sessions_open", RC_ABSENT, 1);
	ck_assert_int_eq(session_open(op, &alice, "google", &client, &tokens),
	    RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_TRANSACTION);
	ck_assert_int_eq(session_open(op, &alice, "google", &client, &tokens),
	    RC_OK);
	ck_assert_ptr_null(tokens.linked);
}
END_TEST

START_TEST(one_session_is_ended_with_an_event)
{
	ck_assert_int_eq(session_end_one(op, &mine, OTHER, &client), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "sessions_close events_add");
	ck_assert_str_eq(fake_sessions.user_id, USER);
	ck_assert_str_eq(fake_sessions.sid, OTHER);
	ck_assert_int_eq(fake_events_last.kind, EVENT_SESSION_ENDED);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.session_id, OTHER);
	ck_assert_str_eq(fake_events_last.address, "192.0.2.7");
}
END_TEST

START_TEST(what_an_administrator_ends_is_told_with_their_name)
{
	ck_assert_int_eq(session_revoke(op, USER, OTHER, "admin"), RC_OK);
	ck_assert_str_eq(fake_sessions.sid, OTHER);
	ck_assert_int_eq(fake_events_last.kind, EVENT_SESSION_ENDED);
	ck_assert_str_eq(fake_events_last.session_id, OTHER);
	ck_assert_str_eq(fake_events_last.actor, "admin");
	ck_assert_int_eq(session_revoke(op, USER, "x", "admin"), RC_ABSENT);

	ck_assert_int_eq(session_revoke_all(op, USER, "admin"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "sessions_close events_add "
	    "sessions_close_all events_add");
	ck_assert_int_eq(fake_events_last.kind, EVENT_SESSIONS_ENDED);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.actor, "admin");
}
END_TEST

START_TEST(what_is_no_session_of_the_users_is_absent)
{
	static const char *const bad[] = {"", "x", "*", SID "0", "../" SID,
	    "01910000-0000-7000-8000-00000000000A", "{" USER "}:" SID};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(session_end_one(op, &mine, bad[i], &client),
		    RC_ABSENT);
		ck_assert_int_eq(op->refusal, REFUSAL_NONE);
	}
	ck_assert_str_eq(fake_calls_text(), "");

	fake_calls_fail("sessions_close", RC_ABSENT, 1);
	ck_assert_int_eq(session_end_one(op, &mine, OTHER, &client),
	    RC_ABSENT);
	fake_calls_fail("sessions_close", RC_DOWN, 1);
	ck_assert_int_eq(session_end_one(op, &mine, OTHER, &client), RC_DOWN);
	ck_assert_int_eq(fake_calls_count("events_add"), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("session_fresh");
	TCase *t = tcase_create("session_fresh");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    a_sign_in_is_fresh_until_it_is_as_old_as_configured);
	tcase_add_test(t, a_clock_that_is_somewhat_behind_asks_nobody_again);
	tcase_add_test(t, whoever_configures_zero_is_never_asked);
	tcase_add_test(t, what_is_fresh_is_told_in_seconds);
	tcase_add_test(t, a_renewed_session_keeps_its_refresh_token);
	tcase_add_test(t, a_session_that_is_over_cannot_finish_what_it_began);
	tcase_add_test(t, a_provider_unlinked_meanwhile_opens_no_session);
	tcase_add_test(t, one_session_is_ended_with_an_event);
	tcase_add_test(t, what_an_administrator_ends_is_told_with_their_name);
	tcase_add_test(t, what_is_no_session_of_the_users_is_absent);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
