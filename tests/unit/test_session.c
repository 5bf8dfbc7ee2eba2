/* SPDX-License-Identifier: ISC */
/*
 * Sessions opened, checked and ended.  Redis and the table of events are
 * fakes, time is support/fake_clock.c's; the tokens are real.
 */
#include "auth/session.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "auth/token.h"
#include "base/uuid.h"
#include "support/fake_calls.h"
#include "support/fake_clock.h"
#include "support/fake_events.h"
#include "support/fake_sessions.h"

#define USER "01910000-0000-7000-8000-000000000001"
#define SID  "01910000-0000-7000-8000-00000000000a"
#define NOW  INT64_C(1767323045)	/* seconds */

#define SECRET(text) {(const unsigned char *)(text), sizeof(text) - 1}

static const struct session_client client = {
	.user_agent = "Browser/1.0", .address = "192.0.2.7"};
static const struct user alice = {
	.id = USER, .version = 7, .premium_until_ms = 12345};
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
		.key_id = token_refresh_key_id(), .provider = "google"},
	    .live = {.auth_time_ms = 11, .premium_until_ms = 22},
	};
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

START_TEST(a_session_is_opened_for_the_user_as_read)
{
	struct session_tokens tokens;
	struct token token;

	ck_assert_int_eq(session_open(op, &alice, "google", &client, &tokens),
	    RC_OK);
	ck_assert(uuid_is_valid(fake_sessions.sid));
	ck_assert_str_eq(fake_sessions.user_id, USER);
	ck_assert_int_eq(fake_sessions.opened.version, 7);
	ck_assert_int_eq(fake_sessions.opened.premium_until_ms, 12345);
	ck_assert_str_eq(fake_sessions.opened.key_id, token_refresh_key_id());
	ck_assert_str_eq(fake_sessions.opened.provider, "google");
	ck_assert_str_eq(fake_sessions.opened.user_agent, "Browser/1.0");
	ck_assert_str_eq(fake_sessions.opened.address, "192.0.2.7");

	ck_assert_int_eq(tokens.lifetime_s, 1800);
	ck_assert_int_eq(token_verify_access(op, tokens.access, &token),
	    RC_OK);
	ck_assert_str_eq(token.sid, fake_sessions.sid);
	ck_assert_int_eq(token_verify_refresh(op, tokens.refresh, &token),
	    RC_OK);
	ck_assert_str_eq(token.sid, fake_sessions.sid);
	ck_assert_str_eq(token.user_id, USER);
}
END_TEST

START_TEST(a_sign_in_is_told_once_its_session_is_open)
{
	struct session_tokens tokens;

	ck_assert_int_eq(session_open(op, &alice, "google", &client, &tokens),
	    RC_OK);
	ck_assert_str_eq(fake_calls_text(), "sessions_open events_add");
	ck_assert_int_eq(fake_events_last.kind, EVENT_SIGNED_IN);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.provider, "google");
	ck_assert_str_eq(fake_events_last.session_id, fake_sessions.sid);
	ck_assert_str_eq(fake_events_last.address, "192.0.2.7");
}
END_TEST

START_TEST(a_sign_in_without_a_session_is_not_told)
{
	static const enum rc failures[] = {RC_DENIED, RC_ABSENT, RC_DOWN};
	struct session_tokens tokens;

	for (size_t i = 0; i < 3; i++) {
		fake_calls_fail("sessions_open", failures[i], 1);
		ck_assert_int_ne(session_open(op, &alice, "google", &client,
		    &tokens), RC_OK);
	}
	ck_assert_int_eq(fake_calls_count("events_add"), 0);
}
END_TEST

START_TEST(each_session_has_an_id_of_its_own)
{
	struct session_tokens tokens;
	char first[64];

	ck_assert_int_eq(session_open(op, &alice, "google", &client, &tokens),
	    RC_OK);
	memcpy(first, fake_sessions.sid, sizeof(first));
	ck_assert_int_eq(session_open(op, &alice, "google", &client, &tokens),
	    RC_OK);
	ck_assert_str_ne(first, fake_sessions.sid);
}
END_TEST

START_TEST(a_browsers_name_is_made_printable_and_cut)
{
	struct session_client odd = client;
	struct session_tokens tokens;
	char agent[401];

	memset(agent, 'x', 400);
	agent[400] = '\0';
	agent[1] = '\n';
	odd.user_agent = agent;
	ck_assert_int_eq(session_open(op, &alice, "google", &odd, &tokens),
	    RC_OK);
	ck_assert_uint_eq(strlen(fake_sessions.opened.user_agent), 256);
	ck_assert_int_eq(strncmp(fake_sessions.opened.user_agent, "x?xx", 4),
	    0);

	odd.user_agent = NULL;
	ck_assert_int_eq(session_open(op, &alice, "google", &odd, &tokens),
	    RC_OK);
	ck_assert_str_eq(fake_sessions.opened.user_agent, "");
}
END_TEST

START_TEST(nobody_disabled_meanwhile_gets_a_session)
{
	struct session_tokens tokens;

	fake_calls_fail("sessions_open", RC_DENIED, 1);
	ck_assert_int_eq(session_open(op, &alice, "google", &client, &tokens),
	    RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_DISABLED);
	ck_assert_str_eq(op_reason(op), "sessions_open was told to fail");
}
END_TEST

START_TEST(an_access_token_ends_with_its_session)
{
	struct session_tokens tokens;

	fake_sessions.grant.absolute_ms = (NOW + 90) * 1000;
	ck_assert_int_eq(session_open(op, &alice, "google", &client, &tokens),
	    RC_OK);
	ck_assert_int_eq(tokens.lifetime_s, 90);
	ck_assert_int_eq(refresh(presented(), &tokens), RC_OK);
	ck_assert_int_eq(tokens.lifetime_s, 90);
}
END_TEST

START_TEST(a_live_session_is_presented_as_redis_knows_it)
{
	struct session session;

	ck_assert_int_eq(session_check(op, bearer(), &session), RC_OK);
	ck_assert_str_eq(session.user_id, USER);
	ck_assert_str_eq(session.sid, SID);
	ck_assert_int_eq(session.auth_time_ms, 11);
	ck_assert_int_eq(session.premium_until_ms, 22);
	ck_assert_str_eq(fake_sessions.user_id, USER);
	ck_assert_str_eq(fake_sessions.sid, SID);
}
END_TEST

/* The access token is denied, like any other. */
static void check_denied(const char *text)
{
	struct session session = {.sid = "untouched"};

	ck_assert_int_eq(session_check(op, text, &session), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_TOKEN);
	ck_assert_int_eq(op->rc, RC_DENIED);
	ck_assert_str_eq(session.sid, "untouched");
}

START_TEST(a_session_that_is_over_denies_its_access_token)
{
	fake_calls_fail("sessions_check", RC_ABSENT, 1);
	check_denied(bearer());
}
END_TEST

START_TEST(a_bad_access_token_does_not_reach_redis)
{
	const char *text = bearer();

	check_denied("");
	check_denied("a.b.c");
	check_denied(presented());
	fake_clock_now_ms += 61000;
	check_denied(text);
	ck_assert_int_eq(fake_calls_count("sessions_check"), 0);
}
END_TEST

START_TEST(a_redis_that_is_down_never_says_valid_nor_denied)
{
	static const enum rc outcomes[] = {RC_DOWN, RC_EXPIRED};
	struct session_tokens tokens;
	struct session session;

	for (size_t i = 0; i < 2; i++) {
		enum rc rc = outcomes[i];

		fake_calls_clear();
		fake_calls_fail("sessions_open", rc, 1);
		fake_calls_fail("sessions_check", rc, 1);
		fake_calls_fail("sessions_rotate", rc, 1);
		ck_assert_int_eq(session_open(op, &alice, "google", &client,
		    &tokens), rc);
		ck_assert_int_eq(session_check(op, bearer(), &session), rc);
		ck_assert_int_eq(refresh(presented(), NULL), rc);
		ck_assert_int_eq(op->refusal, REFUSAL_NONE);
	}
}
END_TEST

START_TEST(the_session_of_a_refresh_token_is_ended_with_an_event)
{
	ck_assert_int_eq(session_end(op, presented(), &client), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "sessions_close events_add");
	ck_assert_str_eq(fake_sessions.user_id, USER);
	ck_assert_str_eq(fake_sessions.sid, SID);
	ck_assert_int_eq(fake_events_last.kind, EVENT_SIGNED_OUT);
	ck_assert_str_eq(fake_events_last.session_id, SID);
}
END_TEST

START_TEST(ending_what_is_no_session_is_fine)
{
	const char *text = presented();

	fake_calls_fail("sessions_close", RC_ABSENT, 1);
	ck_assert_int_eq(session_end(op, text, &client), RC_OK);
	ck_assert_str_eq(op_reason(op), "");

	ck_assert_int_eq(session_end(op, "a.b.c", &client), RC_OK);
	ck_assert_int_eq(session_end(op, bearer(), &client), RC_OK);
	ck_assert_str_eq(op_reason(op), "");
	ck_assert_str_eq(fake_calls_text(), "sessions_close");
}
END_TEST

/* It was refreshed with another copy of the token, which lives. */
START_TEST(an_expired_refresh_token_ends_its_session_all_the_same)
{
	const char *text = presented();

	fake_clock_now_ms += 3600 * 1000;
	ck_assert_int_eq(session_refresh(op, text, &client,
	    &(struct session_tokens){0}), RC_DENIED);
	op_clear(op);
	ck_assert_int_eq(session_end(op, text, &client), RC_OK);
	ck_assert_str_eq(op_reason(op), "");
	ck_assert_str_eq(fake_calls_text(), "sessions_close events_add");
	ck_assert_str_eq(fake_sessions.sid, SID);
	ck_assert_int_eq(fake_events_last.kind, EVENT_SIGNED_OUT);
}
END_TEST

START_TEST(nobody_is_told_signed_out_while_redis_cannot_say)
{
	const struct session mine = {.user_id = USER, .sid = SID};

	fake_calls_fail("sessions_close", RC_DOWN, 1);
	ck_assert_int_eq(session_end(op, presented(), &client), RC_DOWN);
	fake_calls_fail("sessions_close_all", RC_EXPIRED, 1);
	ck_assert_int_eq(session_end_all(op, &mine, &client), RC_EXPIRED);
	ck_assert_int_eq(fake_calls_count("events_add"), 0);
}
END_TEST

START_TEST(all_sessions_of_a_user_are_ended_with_one_event)
{
	const struct session mine = {.user_id = USER, .sid = SID};

	ck_assert_int_eq(session_end_all(op, &mine, &client), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "sessions_close_all events_add");
	ck_assert_str_eq(fake_sessions.user_id, USER);
	ck_assert_int_eq(fake_events_last.kind, EVENT_SIGNED_OUT_EVERYWHERE);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.session_id, SID);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("session");
	TCase *t = tcase_create("session");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_session_is_opened_for_the_user_as_read);
	tcase_add_test(t, a_sign_in_is_told_once_its_session_is_open);
	tcase_add_test(t, a_sign_in_without_a_session_is_not_told);
	tcase_add_test(t, each_session_has_an_id_of_its_own);
	tcase_add_test(t, a_browsers_name_is_made_printable_and_cut);
	tcase_add_test(t, nobody_disabled_meanwhile_gets_a_session);
	tcase_add_test(t, an_access_token_ends_with_its_session);
	tcase_add_test(t, a_live_session_is_presented_as_redis_knows_it);
	tcase_add_test(t, a_session_that_is_over_denies_its_access_token);
	tcase_add_test(t, a_bad_access_token_does_not_reach_redis);
	tcase_add_test(t, a_redis_that_is_down_never_says_valid_nor_denied);
	tcase_add_test(t,
	    the_session_of_a_refresh_token_is_ended_with_an_event);
	tcase_add_test(t, ending_what_is_no_session_is_fine);
	tcase_add_test(t, an_expired_refresh_token_ends_its_session_all_the_same);
	tcase_add_test(t, nobody_is_told_signed_out_while_redis_cannot_say);
	tcase_add_test(t, all_sessions_of_a_user_are_ended_with_one_event);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
