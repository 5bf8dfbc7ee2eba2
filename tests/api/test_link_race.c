/* SPDX-License-Identifier: ISC */
/*
 * Ways in that come and go at the very same time: an identity is never of two
 * users, nobody loses the last one, and nothing outlives its user.
 */
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/link.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define REPETITIONS 50

static struct browser *alice;
static struct browser *bob;

static void setup(void)
{
	stack_sql("delete from users");
	flow_reset();
	alice = browser_new();
	bob = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(bob);
}

enum deed { FINISH, UNLINK, LEAVE };

/* One of two who race, and what came of it. */
struct side {
	enum deed deed;
	struct ready ready;	/* of FINISH */
	const char *access;	/* of the others */
	const char *provider;	/* of UNLINK */
	long wait_ms;
	long status;
	const char *code;	/* of a problem, "" for none */
	const char *token;	/* the access token, "" for none */
};

static const char *member(struct browser *own, const struct answer *answer,
    const char *name)
{
	const char *text = answer_member(own, answer, name);

	return text != NULL ? text_print("%s", text) : "";
}

static void act(struct browser *own, size_t i, void *argument)
{
	struct side *side = (struct side *)argument + i;
	struct answer answer;

	nanosleep(&(struct timespec){.tv_nsec = side->wait_ms * 1000000},
	    NULL);
	switch (side->deed) {
	case FINISH:
		answer = ready_finish(own, &side->ready);
		break;
	case UNLINK:
		answer = link_undo(own, side->access, side->provider);
		break;
	default:
		answer = admin_send(own, "DELETE",
		    stack_url("/api/users/me"), side->access, NULL);
	}
	side->status = answer.status;
	side->code = member(own, &answer, "code");
	side->token = member(own, &answer, "access_token");
}

/*
 * Lets both go.  Who finishes a round asks the provider first: the other one
 * waits a little longer each time, and so meets the moments after that.
 */
static void fight(struct side *sides, int repetition)
{
	if (sides[0].deed != FINISH && sides[1].deed == FINISH)
		sides[0].wait_ms = repetition % 10 * 4;
	race_run(2, act, sides);
}

/* The two statuses are these, whichever came first. */
static void assert_statuses(const struct side *sides, long one, long other)
{
	ck_assert_msg((sides[0].status == one && sides[1].status == other) ||
	    (sides[0].status == other && sides[1].status == one),
	    "%ld %s, %ld %s", sides[0].status, sides[0].code,
	    sides[1].status, sides[1].code);
}

static const char *id_of(struct browser *browser, const char *access)
{
	return text_print("%s", attempt_me(browser,
	    (struct flow_tokens){.access = access}, "id"));
}

/* An identity as if it had been linked the usual way. */
static void give(const char *user, const char *provider, const char *subject)
{
	stack_sql(text_print("insert into oauth_linked_accounts (id, user_id, "
	    "provider, oauth_id, email_verified) values (gen_random_uuid(), "
	    "'%s', '%s', '%s', false) on conflict do nothing", user, provider,
	    subject));
}

/*
 * Users whose ways in are google and discord, and whose session was begun
 * through neither, so that it does not end.
 */
static const char *make_pair(const char **access)
{
	const char *user;

	*access = flow_sign_in(alice, "other", "9500").access;
	user = id_of(alice, *access);
	give(user, "google", "9501");
	give(user, "discord", "9502");
	return user;
}

static void unlink_both(const char *access, int i)
{
	struct side sides[] = {
		{.deed = UNLINK, .access = access, .provider = "google"},
		{.deed = UNLINK, .access = access, .provider = "discord"}};

	fight(sides, i);
	assert_statuses(sides, 204, 409);
	ck_assert_str_eq(sides[sides[0].status == 204].code,
	    "last_login_method");
}

START_TEST(ul_03_of_the_two_last_ways_in_one_stays)
{
	const char *access;
	const char *user = make_pair(&access);
	const char *again = text_print("update users set "
	    "oauth_provider = 'google', oauth_id = '9501' where id = '%s'; "
	    "delete from oauth_linked_accounts where provider = 'other'",
	    user);

	for (int i = 0; i < REPETITIONS; i++) {
		const char *left;

		stack_sql(again);
		unlink_both(access, i);
		left = link_providers(user);
		ck_assert_msg(strcmp(left, "google*") == 0 ||
		    strcmp(left, "discord*") == 0, "%s", left);
		give(user, "google", "9501");
		give(user, "discord", "9502");
	}
}
END_TEST

/* Here no foreign key stands in for the lock. */
START_TEST(ul_03_of_the_two_last_ways_in_one_stays_beside_a_dead_primary)
{
	const char *access;
	const char *user = make_pair(&access);

	stack_sql(text_print("update oauth_linked_accounts set "
	    "provider = 'bygone' where provider = 'other'; update users set "
	    "oauth_provider = 'bygone' where id = '%s'", user));
	for (int i = 0; i < REPETITIONS; i++) {
		const char *left;

		unlink_both(access, i);
		left = link_providers(user);
		ck_assert_msg(strcmp(left, "bygone* google") == 0 ||
		    strcmp(left, "bygone* discord") == 0, "%s", left);
		give(user, "google", "9501");
		give(user, "discord", "9502");
	}
}
END_TEST

START_TEST(an_identity_that_two_link_at_once_is_of_one)
{
	const char *access[] = {flow_sign_in(alice, "google", "9510").access,
		flow_sign_in(bob, "google", "9511").access};
	const char *users[] = {id_of(alice, access[0]),
		id_of(bob, access[1])};

	for (int i = 0; i < REPETITIONS; i++) {
		const char *subject = text_print("95200%d", i);
		struct side sides[2] = {
			{.ready = link_ready(alice, access[0], "discord",
			    subject)},
			{.ready = link_ready(bob, access[1], "discord",
			    subject)}};

		fight(sides, i);
		assert_statuses(sides, 200, 409);
		ck_assert_str_eq(sides[sides[0].status == 200].code,
		    "identity_in_use");
		ck_assert_str_eq(link_owner("discord", subject),
		    users[sides[0].status != 200]);
		stack_sql("delete from oauth_linked_accounts "
		    "where provider = 'discord'");
	}
}
END_TEST

START_TEST(an_identity_linked_and_unlinked_at_once_is_there_or_not)
{
	const char *access = flow_sign_in(alice, "google", "9530").access;
	const char *user = id_of(alice, access);
	size_t stayed = 0;

	for (int i = 0; i < REPETITIONS; i++) {
		struct side sides[2] = {
			{.deed = UNLINK, .access = access,
			    .provider = "discord"},
			{.deed = FINISH}};
		const char *left;

		give(user, "discord", "9531");
		sides[1].ready = link_ready(alice, access, "discord",
		    "9531");
		fight(sides, i);
		assert_statuses(sides, 204, 200);
		left = link_providers(user);
		stayed += strcmp(left, "discord google*") == 0;
		ck_assert_msg(strcmp(left, "discord google*") == 0 ||
		    strcmp(left, "google*") == 0, "%s", left);
	}
	/* Where it came last; such a one lets its user in. */
	ck_assert_uint_gt(stayed, 0);
	give(user, "discord", "9531");
	ck_assert_str_eq(id_of(bob, flow_sign_in(bob, "discord",
	    "9531").access), user);
}
END_TEST

/* A session through it is dead, or another user's. */
START_TEST(no_sign_in_in_flight_outlives_the_unlinking)
{
	const char *access = flow_sign_in(alice, "google", "9540").access;
	const char *user = id_of(alice, access);

	for (int i = 0; i < REPETITIONS; i++) {
		struct side sides[2] = {
			{.deed = UNLINK, .access = access,
			    .provider = "discord"},
			{.ready = ready_from(bob, "discord",
			    flow_start(bob, "discord"), "9541")}};

		give(user, "discord", "9541");
		fight(sides, i);
		ck_assert_int_eq(sides[0].status, 204);
		ck_assert_msg(sides[1].status == 200 ||
		    strcmp(sides[1].code, "state_mismatch") == 0, "%ld %s",
		    sides[1].status, sides[1].code);
		if (sides[1].status == 200 &&
		    tokens_open(bob, sides[1].token))
			ck_assert_str_ne(id_of(bob, sides[1].token), user);
		ck_assert_str_eq(link_providers(user), "google*");
		ck_assert_str_eq(tokens_session_count(access), "1");
		stack_sql("delete from users where oauth_id = '9541'");
	}
}
END_TEST

static void assert_gone(const char *user)
{
	ck_assert_int_eq(stack_count(text_print("select count(*) from users "
	    "where id = '%s'", user)), 0);
	ck_assert_str_eq(stack_redis("KEYS", text_print(
	    "latchkey:refresh_token:{%s}:*", user), NULL), "");
}

/* The identity has its own user then, or nobody. */
START_TEST(nobody_joins_an_account_that_is_being_deleted)
{
	for (int i = 0; i < REPETITIONS; i++) {
		const char *subject = text_print("95500%d", i);
		struct side sides[2] = {{.deed = LEAVE}, {.deed = FINISH}};
		const char *user;

		sides[0].access = flow_sign_in(alice, "google",
		    subject).access;
		user = id_of(alice, sides[0].access);
		sides[1].ready = ready_from(bob, "discord",
		    flow_start(bob, "discord"), subject);
		fight(sides, i);
		ck_assert_int_eq(sides[0].status, 204);
		ck_assert_msg(sides[1].status == 200 ||
		    sides[1].status == 403, "%ld %s", sides[1].status,
		    sides[1].code);
		assert_gone(user);
		if (sides[1].status == 200 &&
		    tokens_open(bob, sides[1].token))
			ck_assert_str_eq(id_of(bob, sides[1].token),
			    link_owner("discord", subject));
	}
}
END_TEST

START_TEST(nothing_is_linked_to_an_account_that_is_being_deleted)
{
	for (int i = 0; i < REPETITIONS; i++) {
		struct side sides[2] = {{.deed = LEAVE}, {.deed = FINISH}};
		const char *user;

		sides[0].access = flow_sign_in(alice, "google",
		    "9560").access;
		user = id_of(alice, sides[0].access);
		sides[1].ready = link_ready(alice, sides[0].access,
		    "discord", "9561");
		fight(sides, i);
		ck_assert_int_eq(sides[0].status, 204);
		ck_assert_msg(sides[1].status == 200 ||
		    sides[1].status == 400 || sides[1].status == 401,
		    "%ld %s", sides[1].status, sides[1].code);
		assert_gone(user);
		ck_assert_str_eq(link_owner("discord", "9561"), "");
	}
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("link_race");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, ul_03_of_the_two_last_ways_in_one_stays);
	tcase_add_test(t,
	    ul_03_of_the_two_last_ways_in_one_stays_beside_a_dead_primary);
	tcase_add_test(t, an_identity_that_two_link_at_once_is_of_one);
	tcase_add_test(t,
	    an_identity_linked_and_unlinked_at_once_is_there_or_not);
	tcase_add_test(t, no_sign_in_in_flight_outlives_the_unlinking);
	tcase_add_test(t, nobody_joins_an_account_that_is_being_deleted);
	tcase_add_test(t,
	    nothing_is_linked_to_an_account_that_is_being_deleted);
	return t;
}

int main(void)
{
	Suite *s = suite_create("link_race");
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
