/* SPDX-License-Identifier: ISC */
/*
 * One store has forgotten what the other knows: PostgreSQL was restored from
 * a backup, or Redis has lost an index of sessions.  What takes rights away
 * does so all the same, and who may come in does.
 */
#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/link.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

/* A version of the year 2286. */
#define FAR_AHEAD "9999999999999"

static struct browser *alice;
static struct browser *elsewhere;
static struct flow_tokens tokens;
static const char *id;
static const char *hash;

static void setup(void)
{
	stack_sql("delete from users");
	flow_reset();
	alice = browser_new();
	elsewhere = browser_new();
	tokens = flow_sign_in(alice, "google", "9600");
	id = text_print("%s", attempt_me(alice, tokens, "id"));
	hash = text_print("latchkey:user:{%s}", id);
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(elsewhere);
}

static void administer(const char *method, const char *what)
{
	struct answer answer = admin_ask(alice, method, id, what, NULL);

	ck_assert_msg(answer.status == 204, "%s: %ld %s", what, answer.status,
	    answer.body);
}

static struct answer leave(void)
{
	return admin_send(alice, "DELETE", stack_url("/api/users/me"),
	    tokens.access, NULL);
}

/*
 * The row as a backup has it that was made when the user was new.  Redis
 * still knows of the versions since then.
 */
static void restore(void)
{
	stack_sql(text_print("update users set version = 1, "
	    "disabled_at = null, premium_until = null where id = '%s'", id));
}

/* Redis was told newer versions of a user who then came in again. */
static void live_a_little(void)
{
	administer("POST", "/disable");
	administer("POST", "/enable");
	tokens = flow_sign_in(alice, "google", "9600");
}

static void assert_ended(const char *state)
{
	ck_assert(!tokens_open(alice, tokens.access));
	tokens_assert_dead(alice, tokens.refresh);
	ck_assert_str_eq(tokens_current_count(tokens.refresh), "0");
	ck_assert_str_eq(stack_redis("HGET", hash, "state", NULL), state);
}

START_TEST(after_a_restore_disabling_still_ends_every_session)
{
	live_a_little();
	restore();
	ck_assert(tokens_open(alice, tokens.access));
	administer("POST", "/disable");
	assert_ended("disabled");
}
END_TEST

START_TEST(after_a_restore_deleting_still_ends_every_session)
{
	live_a_little();
	restore();
	ck_assert_int_eq(leave().status, 204);
	assert_ended("deleted");
}
END_TEST

/* Given after the backup, it is known to Redis alone. */
START_TEST(after_a_restore_premium_reaches_redis_again)
{
	static const char *const untils[] = {"\"2042-01-01T00:00:00Z\"",
		"null"};
	static const char *const known[] = {"2272147200000", "0"};

	for (size_t i = 0; i < 2; i++) {
		admin_premium(alice, id, "\"2040-01-01T00:00:00Z\"", NULL);
		ck_assert_str_eq(stack_redis("HGET", hash, "premium_until",
		    NULL), "2208988800000");
		restore();
		ck_assert_int_eq(admin_premium(alice, id, untils[i],
		    NULL).status, 200);
		ck_assert_str_eq(stack_redis("HGET", hash, "premium_until",
		    NULL), known[i]);
	}
}
END_TEST

/* Disabled after the backup, and so in Redis alone: the row decides. */
START_TEST(after_a_restore_who_was_disabled_since_comes_in)
{
	live_a_little();
	administer("POST", "/disable");
	restore();
	ck_assert(!tokens_open(alice, tokens.access));

	tokens = flow_sign_in(alice, "google", "9600");
	ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
	tokens = tokens_refresh(alice, tokens.refresh);
	administer("POST", "/disable");
	assert_ended("disabled");
}
END_TEST

START_TEST(after_a_restore_an_identity_that_was_unlinked_since_lets_in)
{
	struct flow_tokens through;
	const char *row;

	live_a_little();
	ck_assert_int_eq(link_as(alice, tokens.access, "discord",
	    "9602").status, 200);
	row = stack_sql("select a::text from oauth_linked_accounts a "
	    "where oauth_id = '9602'");
	ck_assert_int_eq(link_undo(alice, tokens.access, "discord").status,
	    204);
	restore();
	stack_sql(text_print("insert into oauth_linked_accounts select "
	    "('%s'::oauth_linked_accounts).*", row));

	through = flow_sign_in(elsewhere, "discord", "9602");
	ck_assert_str_eq(attempt_me(elsewhere, through, "id"), id);
}
END_TEST

/* A clock that went wrong: then it is not said that anything has ended. */
START_TEST(what_redis_knows_of_the_future_is_not_said_to_have_ended)
{
	const char *version = stack_redis("HGET", hash, "version", NULL);
	struct attempt before = attempt_begin();
	struct answer answer;

	stack_redis("HSET", hash, "version", FAR_AHEAD, NULL);
	answer = admin_ask(alice, "POST", id, "/disable", NULL);
	attempt_assert_refused(alice, &answer, 503, "unavailable", &before);
	answer = leave();
	attempt_assert_refused(alice, &answer, 503, "unavailable", &before);
	ck_assert(tokens_open(alice, tokens.access));
	tokens = tokens_refresh(alice, tokens.refresh);

	stack_redis("HSET", hash, "version", version, NULL);
	administer("POST", "/disable");
	assert_ended("disabled");
}
END_TEST

/* The clock was ahead when the row was written, and is no longer. */
START_TEST(after_a_clock_that_was_ahead_each_version_is_one_newer)
{
	stack_sql(text_print("update users set version = " FAR_AHEAD
	    " where id = '%s'", id));
	administer("POST", "/disable");
	ck_assert_str_eq(stack_redis("HGET", hash, "version", NULL),
	    "10000000000000");
	assert_ended("disabled");

	administer("POST", "/enable");
	ck_assert_str_eq(stack_redis("HGET", hash, "version", NULL),
	    "10000000000001");
	tokens = flow_sign_in(alice, "google", "9600");
	ck_assert(tokens_open(alice, tokens.access));
}
END_TEST

static void lose_the_index(void)
{
	ck_assert_str_eq(stack_redis("DEL", text_print(
	    "latchkey:sessions:{%s}", id), NULL), "1");
}

/* How many sessions the list shows. */
static const char *listed(void)
{
	struct answer answer = browser_get_as(alice,
	    stack_url("/api/users/me/sessions"), tokens.access);

	ck_assert_int_eq(answer.status, 200);
	return answer_member(alice, &answer, "active_sessions");
}

START_TEST(a_lost_index_costs_no_session_and_refreshing_refills_it)
{
	struct flow_tokens second = flow_sign_in(elsewhere, "google", "9600");

	ck_assert_str_eq(listed(), "2");
	lose_the_index();
	ck_assert(tokens_open(alice, tokens.access));
	ck_assert(tokens_open(elsewhere, second.access));

	tokens = tokens_refresh(alice, tokens.refresh);
	ck_assert_str_eq(listed(), "1");
	second = tokens_refresh(elsewhere, second.refresh);
	ck_assert_str_eq(listed(), "2");
	/* It outlives its sessions again, and not for ever. */
	ck_assert_str_ne(stack_redis("TTL", text_print(
	    "latchkey:sessions:{%s}", id), NULL), "-1");
}
END_TEST

/* Logging out everywhere, and what the administrator does to the user. */
static const struct way {
	const char *method;
	const char *what;	/* NULL for the user's own */
} ways[] = {
	{"POST", NULL}, {"DELETE", "/sessions"}, {"POST", "/disable"},
};

START_TEST(without_its_index_every_session_ends_all_the_same)
{
	const struct way *way = &ways[_i];
	struct flow_tokens second = flow_sign_in(elsewhere, "google", "9600");

	lose_the_index();
	if (way->what != NULL)
		administer(way->method, way->what);
	else
		ck_assert_int_eq(admin_send(alice, way->method,
		    stack_url("/api/auth/logout-all"), tokens.access,
		    NULL).status, 204);

	ck_assert(!tokens_open(alice, tokens.access));
	ck_assert(!tokens_open(elsewhere, second.access));
	tokens_assert_dead(alice, tokens.refresh);
	tokens_assert_dead(elsewhere, second.refresh);
	ck_assert_str_eq(tokens_current_count(second.refresh), "0");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("restore");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, after_a_restore_disabling_still_ends_every_session);
	tcase_add_test(t, after_a_restore_deleting_still_ends_every_session);
	tcase_add_test(t, after_a_restore_premium_reaches_redis_again);
	tcase_add_test(t, after_a_restore_who_was_disabled_since_comes_in);
	tcase_add_test(t,
	    after_a_restore_an_identity_that_was_unlinked_since_lets_in);
	tcase_add_test(t,
	    what_redis_knows_of_the_future_is_not_said_to_have_ended);
	tcase_add_test(t,
	    after_a_clock_that_was_ahead_each_version_is_one_newer);
	tcase_add_test(t,
	    a_lost_index_costs_no_session_and_refreshing_refills_it);
	tcase_add_loop_test(t,
	    without_its_index_every_session_ends_all_the_same, 0,
	    (int)(sizeof(ways) / sizeof(ways[0])));
	return t;
}

int main(void)
{
	Suite *s = suite_create("restore");
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
