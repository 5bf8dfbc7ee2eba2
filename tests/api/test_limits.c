/* SPDX-License-Identifier: ISC */
/*
 * What ends by itself: access tokens, the grace, idle sessions, old ones, the
 * least used of too many.  The stack has settings that let a test wait for
 * them; and an audience.
 */
#include <stdlib.h>
#include <time.h>

#include <check.h>

#include "base/clock.h"
#include "support/flow.h"
#include "support/forge.h"
#include "support/stack.h"
#include "support/tokens.h"

#define ACCESS_MS   4000
#define GRACE_MS    1000
#define IDLE_MS	    8000
#define ABSOLUTE_MS 12000

/* How much later than its time something surely is over. */
#define SURELY_MS 300

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const settings[] = {
	"--set", "jwt.access = \"4s\"",
	"--set", "jwt.audience = \"shop\"",
	"--set", "session.refresh_grace = \"1s\"",
	"--set", "session.idle = \"8s\"",
	"--set", "session.absolute = \"12s\"",
	"--set", "session.limit = 3",
	NULL,
};

static struct op *op;
static struct browser *browser;
static struct flow_tokens tokens;

static void setup(void)
{
	op = op_new("test", 60000);
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "alice");
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

static void wait_ms(int64_t ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000,
	    .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* The session's access token, valid for an hour: only the session can end. */
static const char *lasting(const char *access)
{
	struct forge_claims claims = forge_like(op, access);
	struct jws_key key = forge_access_key(op);

	claims.exp = forge_time(op, 3600);
	return forge_token(op, &key, &claims);
}

START_TEST(at_06_an_access_token_ends_on_time_and_a_refresh_brings_another)
{
	const char *longer = lasting(tokens.access);
	struct flow_tokens next;
	struct answer answer;

	ck_assert(tokens_open(browser, tokens.access));
	wait_ms(ACCESS_MS + SURELY_MS);
	ck_assert(!tokens_open(browser, tokens.access));
	ck_assert(tokens_open(browser, longer));

	answer = flow_refresh(browser, tokens.refresh);
	ck_assert_str_eq(answer_member(browser, &answer, "expires_in"), "4");
	next = tokens_refresh(browser, answer_member(browser, &answer,
	    "refresh_token"));
	ck_assert(tokens_open(browser, next.access));
}
END_TEST

START_TEST(at_08_a_token_for_another_audience_is_refused)
{
	static const char *const wrong[] = {NULL, "null", "\"\"",
		"\"other\"", "[\"shop\"]", "[\"shop\",\"other\"]", "\"shop2\""};
	struct forge_claims claims = forge_like(op, tokens.access);
	struct jws_key key = forge_access_key(op);

	ck_assert_str_eq(claims.aud, "\"shop\"");
	ck_assert_ptr_null(forge_like(op, tokens.refresh).aud);
	claims.exp = forge_time(op, 60);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		claims.aud = wrong[i];
		ck_assert(!tokens_open(browser,
		    forge_token(op, &key, &claims)));
	}
	claims.aud = "\"shop\"";
	ck_assert(tokens_open(browser, forge_token(op, &key, &claims)));
}
END_TEST

START_TEST(rt_02_a_token_used_after_the_grace_ends_the_whole_session)
{
	struct flow_tokens other = flow_sign_in(browser, "google", "alice");
	struct flow_tokens next = tokens_refresh(browser, tokens.refresh);

	wait_ms(GRACE_MS + SURELY_MS);
	tokens_assert_dead(browser, tokens.refresh);
	tokens_assert_dead(browser, next.refresh);
	ck_assert(!tokens_open(browser, lasting(next.access)));
	ck_assert_int_eq(tokens_events("refresh_token_reused",
	    tokens.refresh), 1);
	tokens_refresh(browser, other.refresh);
}
END_TEST

START_TEST(rt_10_an_idle_session_ends)
{
	const char *access = lasting(tokens.access);

	ck_assert(tokens_open(browser, access));
	wait_ms(IDLE_MS + SURELY_MS);
	ck_assert(!tokens_open(browser, access));
	tokens_assert_dead(browser, tokens.refresh);
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "generation"), "");
}
END_TEST

START_TEST(rt_10_refreshing_keeps_a_session_to_its_absolute_end_only)
{
	int64_t begun = strtoll(tokens_recorded(tokens.refresh, "created_at"),
	    NULL, 10);
	int64_t last = begun;
	int64_t expires;

	for (;;) {
		int64_t asked = clock_now_ms();
		struct answer answer = flow_refresh(browser, tokens.refresh);

		if (answer.status != 200)
			break;
		/* The answer may have come late. */
		last = asked;
		ck_assert_int_lt(last, begun + ABSOLUTE_MS + SURELY_MS);
		tokens.refresh = answer_member(browser, &answer,
		    "refresh_token");
		tokens.access = answer_member(browser, &answer,
		    "access_token");
		ck_assert(js_int(forge_claims_of(op, tokens.refresh), "exp",
		    &expires));
		ck_assert_int_le(expires * 1000, begun + ABSOLUTE_MS);
		ck_assert(js_int(forge_claims_of(op, tokens.access), "exp",
		    &expires));
		ck_assert_int_le(expires * 1000, begun + ABSOLUTE_MS);
		wait_ms(500);
	}

	/* Longer than idle, which so was moved. */
	ck_assert_int_gt(last, begun + IDLE_MS + SURELY_MS);
	wait_ms(begun + ABSOLUTE_MS + SURELY_MS - clock_now_ms());
	tokens_assert_dead(browser, tokens.refresh);
	ck_assert(!tokens_open(browser, lasting(tokens.access)));
}
END_TEST

START_TEST(beyond_the_limit_the_least_recently_used_session_ends)
{
	struct flow_tokens first = flow_sign_in(browser, "google", "bob");
	struct flow_tokens second = flow_sign_in(browser, "google", "bob");
	struct flow_tokens third = flow_sign_in(browser, "google", "bob");
	const char *ended = lasting(second.access);
	struct flow_tokens fourth;

	first = tokens_refresh(browser, first.refresh);
	fourth = flow_sign_in(browser, "google", "bob");
	/* Somebody else's; in use, so that it does not idle meanwhile. */
	tokens = tokens_refresh(browser, tokens.refresh);

	ck_assert(!tokens_open(browser, ended));
	tokens_assert_dead(browser, second.refresh);
	tokens_refresh(browser, first.refresh);
	tokens_refresh(browser, third.refresh);
	tokens_refresh(browser, fourth.refresh);
	ck_assert_str_eq(tokens_session_count(first.refresh), "3");
	ck_assert_str_eq(tokens_recorded(second.refresh, "generation"), "");
	tokens_refresh(browser, tokens.refresh);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("limits");
	TCase *t = tcase_create("limits");
	SRunner *r;
	int n;

	if (!stack_begin(settings))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    at_06_an_access_token_ends_on_time_and_a_refresh_brings_another);
	tcase_add_test(t, at_08_a_token_for_another_audience_is_refused);
	tcase_add_test(t,
	    rt_02_a_token_used_after_the_grace_ends_the_whole_session);
	tcase_add_test(t, rt_10_an_idle_session_ends);
	tcase_add_test(t,
	    rt_10_refreshing_keeps_a_session_to_its_absolute_end_only);
	tcase_add_test(t,
	    beyond_the_limit_the_least_recently_used_session_ends);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
