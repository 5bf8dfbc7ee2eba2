/* SPDX-License-Identifier: ISC */
/*
 * Users who leave while a request of theirs is under way: whichever is first,
 * nothing lives afterwards that has no user.
 */
#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/facts.h"
#include "support/race.h"
#include "support/ready.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define REPETITIONS 50

static struct browser *browser;

static void setup(void)
{
	flow_reset();
	browser = browser_new();
}

static void teardown(void)
{
	browser_free(browser);
}

/* What a race does with one user, and what came of it. */
struct contest {
	const char *id;
	struct flow_tokens tokens;
	struct ready ready;
	bool has_ready;		/* a sign-in races, else a refresh */
	long status[2];
	const char *access;	/* "" where the racer got nothing */
	const char *refresh;
};

static struct contest contest_new(void)
{
	struct contest contest = {
	    .tokens = flow_sign_in(browser, "google", "racer")};

	contest.id = text_print("%s", attempt_me(browser, contest.tokens,
	    "id"));
	return contest;
}

static const char *member(struct browser *own, const struct answer *answer,
    const char *name)
{
	const char *text = answer_member(own, answer, name);

	return text != NULL ? text_print("%s", text) : "";
}

static void compete(struct browser *own, size_t i, void *argument)
{
	struct contest *contest = argument;
	struct answer answer;

	if (i == 0) {
		answer = admin_send(own, "DELETE", stack_url("/api/users/me"),
		    contest->tokens.access, NULL);
	} else {
		answer = contest->has_ready ?
		    ready_finish(own, &contest->ready) :
		    flow_refresh(own, contest->tokens.refresh);
		contest->access = member(own, &answer, "access_token");
		contest->refresh = member(own, &answer, "refresh_token");
	}
	contest->status[i] = answer.status;
}

/* No row, and of the keys only the one that says so. */
static void assert_gone(const char *id)
{
	ck_assert_str_eq(facts_tables_with(id), "");
	ck_assert_str_eq(facts_keys_with(id),
	    text_print("latchkey:user:{%s}", id));
}

START_TEST(after_a_deletion_and_a_refresh_at_once_nothing_lives)
{
	for (int i = 0; i < REPETITIONS; i++) {
		struct contest contest = contest_new();

		race_run(2, compete, &contest);
		ck_assert_int_eq(contest.status[0], 204);
		ck_assert(contest.status[1] == 200 ||
		    contest.status[1] == 401);
		if (contest.status[1] == 200) {
			ck_assert(!tokens_open(browser, contest.access));
			tokens_assert_dead(browser, contest.refresh);
		}
		tokens_assert_dead(browser, contest.tokens.refresh);
		assert_gone(contest.id);
	}
}
END_TEST

/* The sign-in comes too late for the old user, or is a new one's. */
START_TEST(after_a_deletion_and_a_sign_in_at_once_no_session_has_no_user)
{
	for (int i = 0; i < REPETITIONS; i++) {
		struct contest contest = contest_new();

		contest.ready = ready_make(browser, "racer");
		contest.has_ready = true;
		race_run(2, compete, &contest);
		ck_assert_int_eq(contest.status[0], 204);
		ck_assert_msg(contest.status[1] == 200 ||
		    contest.status[1] == 403, "repetition %d: %ld", i,
		    contest.status[1]);
		assert_gone(contest.id);
		if (contest.status[1] == 200 &&
		    tokens_open(browser, contest.access))
			ck_assert_str_ne(attempt_me(browser,
			    (struct flow_tokens){.access = contest.access},
			    "id"), contest.id);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("delete_race");
	TCase *t = tcase_create("delete_race");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    after_a_deletion_and_a_refresh_at_once_nothing_lives);
	tcase_add_test(t,
	    after_a_deletion_and_a_sign_in_at_once_no_session_has_no_user);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
