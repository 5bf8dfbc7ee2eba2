/* SPDX-License-Identifier: ISC */
/*
 * Premium, as the administrator sets it: until when it holds, what a
 * reference is for, and that both stores say the same, whatever races.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "base/clock.h"
#include "support/admin.h"
#include "support/attempt.h"
#include "support/outage.h"
#include "support/race.h"
#include "support/ready.h"
#include "support/stack.h"
#include "support/text.h"

#define REPETITIONS  50
#define CHANGES_MOST 8

static struct browser *browser;
static struct flow_tokens tokens;
static const char *user;
static struct pool *pool;

static void setup(void)
{
	outage_begin();
	flow_reset();
	pool = pool_new();
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "patron");
	user = text_print("%s", attempt_me(browser, tokens, "id"));
}

static void teardown(void)
{
	browser_free(browser);
	pool_free(pool);
}

/* A field of the user's hash in Redis. */
static const char *in_redis(const char *id, const char *field)
{
	return stack_redis("HGET", text_print("latchkey:user:{%s}", id), field,
	    NULL);
}

static const char *in_row(const char *id, const char *what)
{
	return stack_sql(text_print("select %s from users where id = '%s'",
	    what, id));
}

/* Both stores know the same version and the same premium. */
static void assert_agreed(const char *id)
{
	ck_assert_str_eq(in_redis(id, "version"), in_row(id, "version"));
	ck_assert_str_eq(in_redis(id, "premium_until"), in_row(id, "coalesce("
	    "(extract(epoch from premium_until) * 1000)::bigint, 0)"));
	ck_assert_str_eq(in_redis(id, "state"), "active");
}

static struct answer set(const char *until)
{
	struct answer answer = admin_premium(browser, user, until, NULL);

	ck_assert_msg(answer.status == 200, "%s: %ld %s", until,
	    answer.status, answer.body);
	return answer;
}

static const char *quoted(int64_t ms)
{
	return text_print("\"%s\"", clock_rfc3339(pool, ms));
}

/* What the answer, /users/me and Redis say, at once. */
static void assert_premium(struct answer answer, bool is_premium,
    const char *until, int64_t until_ms)
{
	const char *truth = is_premium ? "true" : "false";

	ck_assert_str_eq(answer_member(browser, &answer, "is_premium"),
	    truth);
	ck_assert_str_eq(attempt_me(browser, tokens, "is_premium"), truth);
	ck_assert_pstr_eq(answer_member(browser, &answer, "premium_until"),
	    until);
	ck_assert_pstr_eq(attempt_me(browser, tokens, "premium_until"),
	    until);
	ck_assert_str_eq(in_redis(user, "premium_until"),
	    text_print("%lld", (long long)until_ms));
	assert_agreed(user);
}

START_TEST(pr_14_premium_is_over_after_its_instant)
{
	int64_t now = clock_now_ms();

	assert_premium(set(quoted(now - 1000)), false,
	    clock_rfc3339(pool, now - 1000), now - 1000);
	now = clock_now_ms();
	assert_premium(set(quoted(now)), false, clock_rfc3339(pool, now), now);
	assert_premium(set("null"), false, NULL, 0);
}
END_TEST

/* Asked again and again: never true after the instant, nor false before. */
START_TEST(pr_14_premium_is_true_exactly_until_its_instant)
{
	int64_t until = clock_now_ms() + 5000;
	int trues = 0, falses = 0;

	assert_premium(set(quoted(until)), true, clock_rfc3339(pool, until),
	    until);
	while (falses < 3) {
		int64_t asked = clock_now_ms();
		bool is = strcmp(attempt_me(browser, tokens, "is_premium"),
		    "true") == 0;

		if (clock_now_ms() < until)
			ck_assert(is);
		if (asked > until)
			ck_assert(!is);
		*(is ? &trues : &falses) += 1;
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
	ck_assert_int_gt(trues, 3);
}
END_TEST

START_TEST(pr_14_any_zone_and_any_year_will_do)
{
	assert_premium(set("\"9999-12-31T23:59:59.999Z\""), true,
	    "9999-12-31T23:59:59.999Z", 253402300799999);
	assert_premium(set("\"2040-01-01T05:30:00.25+05:30\""), true,
	    "2040-01-01T00:00:00.250Z", 2208988800250);
	assert_premium(set("\"2039-12-31T16:00:00-08:00\""), true,
	    "2040-01-01T00:00:00.000Z", 2208988800000);
	assert_premium(set("\"1970-01-01T00:00:00.001Z\""), false,
	    "1970-01-01T00:00:00.001Z", 1);
}
END_TEST

/* Those of a table: JSON and the members that are named. */
static const struct wrong {
	const char *json;
	const char *field;
	const char *other;
} wrongs[] = {
	{"{}", "premium_until", NULL},
	{"{\"premium_until\": \"tomorrow\"}", "premium_until", NULL},
	{"{\"premium_until\": \"2040-01-01\"}", "premium_until", NULL},
	{"{\"premium_until\": \"9999-12-31T23:59:59-01:00\"}",
	    "premium_until", NULL},
	{"{\"premium_until\": \"1970-01-01T00:00:00Z\"}", "premium_until",
	    NULL},
	{"{\"premium_until\": 2208988800}", "premium_until", NULL},
	{"{\"premium_until\": true}", "premium_until", NULL},
	{"{\"premium_until\": [], \"is_premium\": true}", "premium_until",
	    "is_premium"},
	{"{\"premium_until\": null, \"reference\": null}", "reference", NULL},
	{"{\"premium_until\": null, \"reference\": 7}", "reference", NULL},
	{"{\"premium_until\": null, \"reference\": \"\"}", "reference", NULL},
	{"{\"premium_until\": null, \"reference\": \"a\\nb\"}", "reference",
	    NULL},
	{"{\"premium_until\": null, \"Reference\": \"a\"}", "Reference",
	    NULL},
	{"{\"premium_until\": null, \"id\": \"a\"}", "id", NULL},
};

START_TEST(wrong_members_are_named_and_nothing_is_changed)
{
	struct attempt before = attempt_begin();
	struct answer answer = admin_ask(browser, "PUT", user, "/premium",
	    wrongs[_i].json);

	attempt_assert_refused(browser, &answer, 422, "invalid_fields",
	    &before);
	ck_assert_ptr_nonnull(strstr(answer.body, text_print(
	    "{\"field\":\"%s\",", wrongs[_i].field)));
	if (wrongs[_i].other != NULL)
		ck_assert_ptr_nonnull(strstr(answer.body, text_print(
		    "{\"field\":\"%s\",", wrongs[_i].other)));
}
END_TEST

START_TEST(a_reference_has_255_characters_at_most)
{
	char most[511];
	struct answer answer;

	/* Of two bytes each. */
	for (size_t i = 0; i < 255; i++)
		memcpy(most + 2 * i, "\u00e9", 3);
	answer = admin_premium(browser, user, "null",
	    text_print("\"%s\"", most));
	ck_assert_int_eq(answer.status, 200);
	answer = admin_premium(browser, user, "null",
	    text_print("\"%sr\"", most));
	flow_assert_problem(browser, &answer, 422, "invalid_fields");
}
END_TEST

static long grants(void)
{
	return stack_count(text_print("select count(*) from premium_grants "
	    "where user_id = '%s'", user));
}

START_TEST(the_same_reference_again_changes_nothing_and_publishes_again)
{
	const char *until = "\"2041-01-01T00:00:00Z\"";
	struct answer answer = admin_premium(browser, user, until, "\"twice\"");
	struct attempt before = attempt_begin();
	long known = grants();

	ck_assert_int_eq(answer.status, 200);
	stack_redis("HSET", text_print("latchkey:user:{%s}", user),
	    "premium_until", "0", NULL);
	answer = admin_premium(browser, user,
	    "\"2041-01-01T01:00:00+01:00\"", "\"twice\"");
	assert_premium(answer, true, "2041-01-01T00:00:00.000Z",
	    2240611200000);
	ck_assert_int_eq(grants(), known);
	ck_assert_str_eq(attempt_begin().rows, before.rows);
}
END_TEST

START_TEST(the_same_reference_for_something_else_is_refused)
{
	struct flow_tokens others = flow_sign_in(browser, "google", "another");
	const char *other = text_print("%s", attempt_me(browser, others,
	    "id"));
	struct attempt before;
	struct answer answer;

	admin_premium(browser, user, "\"2042-01-01T00:00:00Z\"", "\"once\"");
	before = attempt_begin();
	answer = admin_premium(browser, user, "\"2042-01-01T00:00:01Z\"",
	    "\"once\"");
	attempt_assert_refused(browser, &answer, 409, "reference_in_use",
	    &before);
	answer = admin_premium(browser, user, "null", "\"once\"");
	attempt_assert_refused(browser, &answer, 409, "reference_in_use",
	    &before);
	answer = admin_premium(browser, other, "\"2042-01-01T00:00:00Z\"",
	    "\"once\"");
	attempt_assert_refused(browser, &answer, 409, "reference_in_use",
	    &before);
	assert_agreed(user);
}
END_TEST

/* Sign-ins come later, so the hash may be gone by then. */
START_TEST(premium_reaches_redis_where_nothing_is_known_of_the_user)
{
	stack_redis("DEL", text_print("latchkey:user:{%s}", user), NULL);
	set("\"2043-01-01T00:00:00Z\"");
	assert_agreed(user);
	ck_assert_int_gt(strtol(stack_redis("TTL", text_print(
	    "latchkey:user:{%s}", user), NULL), NULL, 10), 0);
}
END_TEST

START_TEST(without_redis_nothing_is_taken_away_and_what_is_given_comes_later)
{
	const char *later = "\"2045-01-01T00:00:00Z\"";
	struct answer answer;

	set("\"2044-01-01T00:00:00Z\"");
	stack_service("stop", "redis");
	answer = admin_premium(browser, user, "null", "\"taken\"");
	outage_must_be_unavailable(browser, &answer);
	ck_assert_str_eq(in_row(user, "extract(year from premium_until)"),
	    "2044");
	answer = admin_premium(browser, user, later, "\"given\"");
	outage_must_be_unavailable(browser, &answer);
	stack_service("start", "redis");
	outage_is_over();

	answer = admin_premium(browser, user, later, "\"given\"");
	ck_assert_int_eq(answer.status, 200);
	assert_agreed(user);
	ck_assert_str_eq(in_row(user, "extract(year from premium_until)"),
	    "2045");
}
END_TEST

/* Changes of one user's premium, and perhaps a sign-in after them. */
struct contest {
	size_t changes;
	const char *until[CHANGES_MOST];
	struct ready ready;
	long status[CHANGES_MOST + 1];
};

static void compete(struct browser *own, size_t i, void *argument)
{
	struct contest *contest = argument;

	contest->status[i] = i < contest->changes
	    ? admin_premium(own, user, contest->until[i], NULL).status
	    : ready_finish(own, &contest->ready).status;
}

/* All succeed, and what the row says at last is what Redis says. */
static void race(struct contest *contest, size_t racers)
{
	long version = strtol(in_row(user, "version"), NULL, 10);

	race_run(racers, compete, contest);
	for (size_t i = 0; i < racers; i++)
		ck_assert_msg(contest->status[i] == 200, "%zu: %ld", i,
		    contest->status[i]);
	ck_assert_int_ge(strtol(in_row(user, "version"), NULL, 10),
	    version + (long)contest->changes);
	assert_agreed(user);
}

/* Earlier, later and none, in all orders. */
START_TEST(of_two_changes_and_a_sign_in_the_newer_change_stands_in_both_stores)
{
	static const char *const untils[] = {"\"2050-01-01T00:00:00Z\"",
		"null", "\"2046-01-01T00:00:00Z\"", "\"2047-01-01T00:00:00Z\""};

	for (size_t i = 0; i < REPETITIONS; i++) {
		struct contest contest = {
		    .changes = 2,
		    .until = {untils[i % 4], untils[(i + 1 + i / 4 % 3) % 4]},
		    .ready = ready_make(browser, "patron"),
		};

		if (i % 5 == 0)
			stack_redis("DEL", text_print("latchkey:user:{%s}",
			    user), NULL);
		race(&contest, 3);
	}
}
END_TEST

START_TEST(of_many_changes_at_once_the_newest_stands_in_both_stores)
{
	for (size_t i = 0; i < REPETITIONS; i++) {
		struct contest contest = {.changes = CHANGES_MOST};

		for (int j = 0; j < CHANGES_MOST; j++)
			contest.until[j] = text_print("\"%d-01-01T00:00:00Z\"",
			    2050 + j);
		set("null");
		race(&contest, CHANGES_MOST);
	}
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("premium");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, pr_14_premium_is_over_after_its_instant);
	tcase_add_test(t, pr_14_premium_is_true_exactly_until_its_instant);
	tcase_add_test(t, pr_14_any_zone_and_any_year_will_do);
	tcase_add_loop_test(t, wrong_members_are_named_and_nothing_is_changed,
	    0, (int)(sizeof(wrongs) / sizeof(wrongs[0])));
	tcase_add_test(t, a_reference_has_255_characters_at_most);
	tcase_add_test(t,
	    the_same_reference_again_changes_nothing_and_publishes_again);
	tcase_add_test(t, the_same_reference_for_something_else_is_refused);
	tcase_add_test(t,
	    premium_reaches_redis_where_nothing_is_known_of_the_user);
	tcase_add_test(t,
	    without_redis_nothing_is_taken_away_and_what_is_given_comes_later);
	tcase_add_test(t,
	    of_two_changes_and_a_sign_in_the_newer_change_stands_in_both_stores);
	tcase_add_test(t,
	    of_many_changes_at_once_the_newest_stands_in_both_stores);
	return t;
}

int main(void)
{
	Suite *s = suite_create("premium");
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
