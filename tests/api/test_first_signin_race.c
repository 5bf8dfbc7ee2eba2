/* SPDX-License-Identifier: ISC */
/*
 * Sign-ins at the very same time: one person stays one user, and one
 * callback is worth one session, however often it comes.
 */
#include <string.h>
#include <time.h>

#include <check.h>

#include "auth/signin.h"
#include "base/crypt.h"
#include "support/facts.h"
#include "support/flow.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define NEWCOMERS   50
#define REPETITIONS 50

/* Sessions that one user cannot have at once: the limit is 50. */
#define OVER_LIMIT 60

/* Who is refused has waited for half of a request's time. */
#define TRIES_MOST 6

/* Two workers with a pool of four each. */
#define CONNECTIONS 8

/* A sign-in that needs its callback only, for any browser. */
struct ready {
	const char *callback;
	const char *cookie_name;
	const char *cookie;
	long status;		/* of the answer, filled in by the race */
	const char *code;	/* of a problem, "" for none */
};

/* The queue for the providers holds all of them at once. */
static const char *const arguments[] = {"--set", "provider_queue=100", NULL};

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

/*
 * A sign-in of subject, or of who is queued when that is NULL.  Takes the
 * cookie out of the jar, which would not hold so many.
 */
static struct ready make_ready(const char *provider, const char *subject)
{
	const char *consent = flow_start(browser, provider);
	struct pool *pool = pool_new();
	const char *name = crypt_sha256_hex(pool, flow_parameter(browser,
	    consent, "state"));
	struct ready ready = {
	    .callback = subject == NULL ? flow_consent(browser, consent) :
		flow_consent_as(browser, provider, consent, subject),
	    .cookie_name = text_print(SIGNIN_COOKIE "%.8s", name),
	};
	const char *cookie = browser_cookie(browser, ready.cookie_name);

	ck_assert_ptr_nonnull(cookie);
	ready.cookie = text_print("%s", cookie);
	browser_drop_cookies(browser);
	pool_free(pool);
	return ready;
}

static void open_once(struct browser *own, struct ready *ready)
{
	struct answer answer = browser_get(own, ready->callback);
	const char *code = answer_member(own, &answer, "code");

	ready->status = answer.status;
	ready->code = code != NULL ? text_print("%s", code) : "";
}

/* On a slow machine some wait too long for a thread: they keep their state. */
static void finish(struct browser *own, struct ready *ready)
{
	int tries = 0;

	browser_set_cookie(own, ready->cookie_name, ready->cookie);
	do
		open_once(own, ready);
	while (ready->status == 503 && strcmp(ready->code, "busy") == 0 &&
	    ++tries < TRIES_MOST);
}

static void finish_one(struct browser *own, size_t i, void *argument)
{
	struct ready *all = argument;

	finish(own, &all[i]);
}

/*
 * Nobody can write users, though everybody can look: all who come find that
 * there is no such user, and then go on together.
 */
static void race_behind_lock(size_t count, struct ready *all)
{
	/* More have no connection. */
	size_t waiting = count < CONNECTIONS ? count : CONNECTIONS;

	race_run_behind("lock table users in share mode", waiting, count,
	    finish_one, all);
}

START_TEST(cc_01_a_first_sign_in_50_times_at_once_makes_one_user)
{
	struct ready all[NEWCOMERS];
	struct facts before = facts_now();

	for (size_t i = 0; i < NEWCOMERS; i++)
		all[i] = make_ready("google", "newcomer");
	race_behind_lock(NEWCOMERS, all);

	for (size_t i = 0; i < NEWCOMERS; i++)
		ck_assert_msg(all[i].status == 200, "number %zu: %ld %s", i,
		    all[i].status, all[i].code);
	before.users++;
	before.identities++;
	before.sessions += NEWCOMERS;
	before.calls += NEWCOMERS;
	facts_assert_same(&before);
	ck_assert_int_eq(stack_count("select count(*) from events where "
	    "kind = 'signed_up' and user_id = (select id from users where "
	    "email = 'newcomer@gmail.com')"), 1);
}
END_TEST

START_TEST(cc_01_two_codes_of_one_new_identity_at_once_make_one_user)
{
	struct facts before = facts_now();

	for (int i = 0; i < REPETITIONS; i++) {
		struct ready pair[2];

		for (int j = 0; j < 2; j++)
			pair[j] = make_ready("google", text_print("codes-%d",
			    i));
		if (i % 2 == 0)
			race_behind_lock(2, pair);
		else
			race_run(2, finish_one, pair);
		ck_assert_msg(pair[0].status == 200 && pair[1].status == 200,
		    "repetition %d: %ld %s, %ld %s", i, pair[0].status,
		    pair[0].code, pair[1].status, pair[1].code);
	}
	before.users += REPETITIONS;
	before.identities += REPETITIONS;
	before.sessions += 2 * REPETITIONS;
	before.calls += 2 * REPETITIONS;
	facts_assert_same(&before);
	/* One of the two made the user, and both signed in. */
	ck_assert_int_eq(stack_count("select count(*) from users u where "
	    "email like 'codes-%' and array['signed_in', 'signed_in', "
	    "'signed_up'] = (select array_agg(kind order by kind) "
	    "from events where user_id = u.id)"), REPETITIONS);
}
END_TEST

/* One answer of each pair is the tokens, the other the usual refusal. */
static void assert_one_winner(const struct ready *pair, int repetition)
{
	const struct ready *loser = &pair[pair[0].status == 200];

	ck_assert_msg(pair[0].status + pair[1].status == 600 &&
	    loser->status == 400 && strcmp(loser->code,
	    "state_mismatch") == 0, "repetition %d: %ld %s, %ld %s",
	    repetition, pair[0].status, pair[0].code, pair[1].status,
	    pair[1].code);
}

/* The same callback twice, as act goes about it: one session each time. */
static void assert_each_counts_once(const char *name,
    void (*act)(struct browser *, size_t, void *))
{
	struct facts before = facts_now();

	for (int i = 0; i < REPETITIONS; i++) {
		struct ready pair[2];

		pair[0] = pair[1] = make_ready("google",
		    text_print("%s-%d", name, i));
		race_run(2, act, pair);
		assert_one_winner(pair, i);
	}
	before.users += REPETITIONS;
	before.identities += REPETITIONS;
	before.sessions += REPETITIONS;
	before.calls += REPETITIONS;
	facts_assert_same(&before);
}

START_TEST(rp_01_a_callback_twice_at_once_opens_one_session)
{
	assert_each_counts_once("twice", finish_one);
}
END_TEST

/* The second comes while the first is still with the provider. */
static void finish_one_by_one(struct browser *own, size_t i, void *argument)
{
	nanosleep(&(struct timespec){.tv_nsec = (long)i * 20000000}, NULL);
	finish_one(own, i, argument);
}

START_TEST(rp_01_a_callback_again_20_ms_later_opens_one_session)
{
	flow_fault("{\"provider\": \"google\", \"endpoint\": \"token\", "
	    "\"kind\": \"delay\", \"value\": 30, \"sticky\": true}");
	assert_each_counts_once("again", finish_one_by_one);
}
END_TEST

/* Two people with one verified address, each at a provider of theirs. */
START_TEST(racing_newcomers_do_not_share_an_address)
{
	struct ready pair[2];
	struct facts before = facts_now();

	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 2; j++) {
			flow_next("{\"provider\": \"google\", \"subject\": "
			    "\"address-%d-%d\", \"email\": \"address-%d@"
			    "gmail.com\", \"email_verified\": true}", i, j,
			    i);
			pair[j] = make_ready("google", NULL);
		}
		race_behind_lock(2, pair);
		ck_assert_msg(pair[0].status + pair[1].status == 200 + 409,
		    "%ld %s, %ld %s", pair[0].status, pair[0].code,
		    pair[1].status, pair[1].code);
	}
	before.users += 3;
	before.identities += 3;
	before.sessions += 3;
	before.calls += 6;
	facts_assert_same(&before);
}
END_TEST

/* Neither finds a user: who is second joins what the first has made. */
START_TEST(newcomers_from_two_providers_with_one_address_become_one_user)
{
	struct facts before = facts_now();

	for (int i = 0; i < REPETITIONS; i++) {
		const char *subject = text_print("95700%02d", i);
		struct ready pair[2] = {make_ready("google", subject),
			make_ready("discord", subject)};

		race_behind_lock(2, pair);
		ck_assert_msg(pair[0].status == 200 && pair[1].status == 200,
		    "repetition %d: %ld %s, %ld %s", i, pair[0].status,
		    pair[0].code, pair[1].status, pair[1].code);
	}
	before.users += REPETITIONS;
	before.identities += 2 * REPETITIONS;
	before.sessions += 2 * REPETITIONS;
	before.calls += 2 * REPETITIONS;
	facts_assert_same(&before);
	ck_assert_int_eq(stack_count("select count(*) from users u where "
	    "email_verified and email like '95700%' and "
	    "array['linked', 'signed_in', 'signed_in', 'signed_up'] = (select "
	    "array_agg(kind order by kind) from events where user_id = u.id) "
	    "and array['discord', 'google'] = (select array_agg(provider "
	    "order by provider) from oauth_linked_accounts where user_id = "
	    "u.id)"), REPETITIONS);
}
END_TEST

START_TEST(racing_sign_ins_do_not_pass_the_limit)
{
	struct flow_tokens first = flow_sign_in(browser, "google", "regular");
	struct ready all[OVER_LIMIT];

	for (size_t i = 0; i < OVER_LIMIT; i++)
		all[i] = make_ready("google", "regular");
	race_run(OVER_LIMIT, finish_one, all);

	for (size_t i = 0; i < OVER_LIMIT; i++)
		ck_assert_msg(all[i].status == 200, "number %zu: %ld %s", i,
		    all[i].status, all[i].code);
	ck_assert_str_eq(tokens_session_count(first.refresh), "50");
	ck_assert_str_eq(tokens_current_count(first.refresh), "50");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("first_signin_race");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    cc_01_a_first_sign_in_50_times_at_once_makes_one_user);
	tcase_add_test(t,
	    cc_01_two_codes_of_one_new_identity_at_once_make_one_user);
	tcase_add_test(t, rp_01_a_callback_twice_at_once_opens_one_session);
	tcase_add_test(t, rp_01_a_callback_again_20_ms_later_opens_one_session);
	tcase_add_test(t, racing_newcomers_do_not_share_an_address);
	tcase_add_test(t,
	    newcomers_from_two_providers_with_one_address_become_one_user);
	tcase_add_test(t, racing_sign_ins_do_not_pass_the_limit);
	return t;
}

int main(void)
{
	Suite *s = suite_create("first_signin_race");
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
