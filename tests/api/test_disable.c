/* SPDX-License-Identifier: ISC */
/*
 * Users who were disabled or deleted: every session ends at once, the way in
 * is shut only after the provider has proved who asks, and whoever comes
 * later inherits nothing.
 */
#include <string.h>
#include <sysexits.h>

#include <check.h>

#include "base/clock.h"
#include "support/admin.h"
#include "support/attempt.h"
#include "support/program.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

/* No random id of an answer holds it. */
#define BARRED_ID "1501150115011501"

static struct browser *alice;
static struct browser *mallory;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
	mallory = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(mallory);
}

/* latchkeyctl user disable or enable. */
static void turn(const char *verb, const char *id)
{
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkeyctl",
	    .arguments = {"-c", stack_setting("CONF"), "user", verb, id}});

	ck_assert_msg(end.code == EX_OK, "user %s: %d %s", verb, end.code,
	    end.err);
}

START_TEST(se_07_disabling_ends_every_session_at_once)
{
	struct flow_tokens first = flow_sign_in(alice, "google", "se-07");
	struct flow_tokens second = flow_sign_in(mallory, "google", "se-07");
	struct flow_tokens bystander = flow_sign_in(mallory, "google",
	    "bystander");
	const char *id = attempt_me(alice, first, "id");
	int64_t done;

	turn("disable", id);
	done = clock_mono_ms();
	ck_assert(!tokens_open(alice, first.access));
	ck_assert(!tokens_open(mallory, second.access));
	tokens_assert_dead(alice, first.refresh);
	tokens_assert_dead(mallory, second.refresh);
	/* Four requests; a token that nobody asks Redis about has minutes. */
	ck_assert_int_le(clock_mono_ms() - done, 5000);

	/* Nor does a session come back with the user. */
	turn("enable", id);
	ck_assert(!tokens_open(alice, first.access));
	tokens_assert_dead(mallory, second.refresh);
	ck_assert(tokens_open(mallory, bystander.access));
	ck_assert_int_eq(stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and kind in ('disabled', 'enabled') "
	    "and actor = 'latchkeyctl'", id)), 2);
}
END_TEST

/* Redis is killed before it has written down what disabling told it. */
static void disable_amid_crash(const char *id)
{
	const char *index = text_print("latchkey:sessions:{%s}", id);
	const char *user = text_print("latchkey:user:{%s}", id);
	const char *record = text_print("latchkey:refresh_token:{%s}:%s", id,
	    stack_redis("ZRANGE", index, "0", "0", NULL));

	stack_redis("COPY", user, "user", NULL);
	stack_redis("COPY", record, "record", NULL);
	turn("disable", id);
	stack_redis("RENAME", "user", user, NULL);
	stack_redis("RENAME", "record", record, NULL);
}

START_TEST(no_session_that_redis_lost_the_end_of_comes_back_with_the_user)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "crash");
	const char *id = attempt_me(alice, tokens, "id");

	disable_amid_crash(id);
	/* Redis is told of premium, too, of a user who is disabled. */
	if (_i == 1)
		admin_premium(mallory, id, "\"2040-01-01T00:00:00Z\"",
		    "\"crash\"");
	turn("enable", id);
	ck_assert(!tokens_open(alice, tokens.access));
	tokens_assert_dead(alice, tokens.refresh);

	/* Whoever is enabled once more stays signed in. */
	tokens = flow_sign_in(alice, "google", "crash");
	turn("enable", id);
	ck_assert(tokens_open(alice, tokens.access));
	stack_sql(text_print("delete from users where id = '%s'", id));
}
END_TEST

START_TEST(a_disabled_user_is_refused_once_the_provider_has_proved_who_it_is)
{
	static const char *const providers[] = {"google", "discord"};

	for (size_t i = 0; i < 2; i++) {
		struct flow_tokens tokens = flow_sign_in(alice, providers[i],
		    "5001");
		const char *id = attempt_me(alice, tokens, "id");

		turn("disable", id);
		flow_next("{\"provider\": \"%s\", \"subject\": \"5001\"}",
		    providers[i]);
		attempt_refused(alice, providers[i], 403, "account_disabled");

		turn("enable", id);
		tokens = flow_sign_in(alice, providers[i], "5001");
		ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
		/* Free for the next provider's. */
		stack_sql(text_print("delete from users where id = '%s'",
		    id));
	}
}
END_TEST

/* What a change left in Redis whose COMMIT then failed. */
START_TEST(who_is_disabled_in_redis_alone_comes_in_again)
{
	static const char *const left[] = {"disabled", "deleted", "active"};
	struct flow_tokens tokens = flow_sign_in(alice, "google", "ahead");
	const char *id = attempt_me(alice, tokens, "id");
	const char *hash = text_print("latchkey:user:{%s}", id);
	long version = stack_count(text_print("select version from users "
	    "where id = '%s'", id));

	stack_redis("HSET", hash, "version", text_print("%ld", version + 1),
	    "state", left[_i], NULL);
	if (strcmp(left[_i], "active") == 0)
		stack_redis("HSET", hash, "unlinked:google",
		    text_print("%ld", version + 1), NULL);
	else
		ck_assert(!tokens_open(alice, tokens.access));

	tokens = flow_sign_in(alice, "google", "ahead");
	ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
	tokens = tokens_refresh(alice, tokens.refresh);
	ck_assert(tokens_open(alice, tokens.access));

	/* It is the row that decides. */
	turn("disable", id);
	flow_next("{\"provider\": \"google\", \"subject\": \"ahead\"}");
	stack_redis("HINCRBY", hash, "version", "1", NULL);
	attempt_refused(alice, "google", 403, "account_disabled");
	ck_assert(!tokens_open(alice, tokens.access));
	stack_sql(text_print("delete from users where id = '%s'", id));
}
END_TEST

/* Without the provider's word nobody learns that an account is disabled. */
START_TEST(who_proves_nothing_learns_nothing)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "unproved");
	const char *callback;

	turn("disable", attempt_me(alice, tokens, "id"));
	flow_next("{\"provider\": \"google\", \"subject\": \"unproved\"}");
	callback = attempt_callback(alice, "google");
	attempt_refused_at(mallory, callback, 400, "state_mismatch");
	flow_next("{\"provider\": \"google\", \"subject\": \"unproved\", "
	    "\"sign\": \"wrong\"}");
	attempt_refused(alice, "google", 502, "provider_error");
}
END_TEST

START_TEST(disabling_stops_a_sign_in_that_has_begun)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "begun");
	const char *callback = flow_consent_as(alice, "google",
	    flow_start(alice, "google"), "begun");
	struct attempt before;
	struct answer answer;

	turn("disable", attempt_me(alice, tokens, "id"));
	before = attempt_begin();
	before.calls++;
	answer = browser_get(alice, callback);
	attempt_assert_refused(alice, &answer, 403, "account_disabled",
	    &before);
}
END_TEST

START_TEST(em_15_the_address_of_a_disabled_user_lets_nobody_in)
{
	struct flow_tokens tokens = flow_sign_in(alice, "discord", BARRED_ID);
	struct answer answer;
	struct attempt before;

	turn("disable", attempt_me(alice, tokens, "id"));
	flow_next("{\"provider\": \"google\", \"subject\": \"em-15\", "
	    "\"email\": \"" BARRED_ID "@gmail.com\", "
	    "\"email_verified\": true}");
	before = attempt_begin();
	before.calls++;
	answer = browser_get(mallory, attempt_callback(mallory, "google"));
	attempt_assert_refused(mallory, &answer, 403, "sign_in_refused",
	    &before);
	/* The general words: nothing of an account, nor of its state. */
	ck_assert_str_eq(answer_member(mallory, &answer, "detail"),
	    "You cannot sign in here with this account. Please ask the "
	    "site's administrator.");
	ck_assert_ptr_null(strstr(answer.body, "disabled"));
	ck_assert_ptr_null(strstr(answer.body, BARRED_ID));
}
END_TEST

START_TEST(em_15_nothing_is_inherited_from_a_deleted_user)
{
	struct flow_tokens tokens = flow_sign_in(alice, "discord", "1502");
	const char *id = attempt_me(alice, tokens, "id");

	stack_sql(text_print("update users set display_name = 'Heirloom', "
	    "premium_until = now() + '1 year' where id = '%s'", id));
	ck_assert_str_eq(attempt_me(alice, tokens, "display_name"),
	    "Heirloom");
	stack_sql(text_print("delete from users where id = '%s'", id));

	flow_next("{\"provider\": \"google\", \"subject\": \"em-15-heir\", "
	    "\"email\": \"1502@gmail.com\", \"email_verified\": true, "
	    "\"name\": \"Heir\"}");
	tokens = attempt_accepted(mallory, "google");
	ck_assert_str_ne(attempt_me(mallory, tokens, "id"), id);
	ck_assert_str_eq(attempt_me(mallory, tokens, "display_name"), "Heir");
	ck_assert_str_eq(attempt_me(mallory, tokens, "is_premium"), "false");
	ck_assert_str_eq(attempt_me(mallory, tokens, "email_verified"),
	    "true");

	/* And the same identity again is somebody new as well. */
	tokens = flow_sign_in(alice, "discord", "1503");
	id = attempt_me(alice, tokens, "id");
	stack_sql(text_print("delete from users where id = '%s'", id));
	tokens = flow_sign_in(alice, "discord", "1503");
	ck_assert_str_ne(attempt_me(alice, tokens, "id"), id);
}
END_TEST

/* Also where Redis has not heard of it. */
START_TEST(at_11_the_token_of_a_user_who_is_gone_is_refused_at_once)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "at-11");
	const char *id = attempt_me(alice, tokens, "id");

	stack_sql(text_print("update users set disabled_at = now() "
	    "where id = '%s'", id));
	ck_assert(!tokens_open(alice, tokens.access));
	stack_sql(text_print("update users set disabled_at = null "
	    "where id = '%s'", id));
	ck_assert(tokens_open(alice, tokens.access));
	stack_sql(text_print("delete from users where id = '%s'", id));
	ck_assert(!tokens_open(alice, tokens.access));
}
END_TEST

START_TEST(at_11_a_user_who_is_gone_reads_no_identities_either)
{
	static const char *const gone[] = {
	    "update users set disabled_at = now()", "delete from users"};
	struct flow_tokens tokens = flow_sign_in(alice, "google", "at-11");
	const char *url = stack_url("/api/users/me/linked-accounts");
	const char *id = attempt_me(alice, tokens, "id");
	struct answer answer = browser_get_as(alice, url, tokens.access);

	ck_assert_int_eq(answer.status, 200);
	for (size_t i = 0; i < 2; i++) {
		stack_sql(text_print("%s where id = '%s'", gone[i], id));
		answer = browser_get_as(alice, url, tokens.access);
		flow_assert_problem(alice, &answer, 401, "invalid_token");
	}
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("disable");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, se_07_disabling_ends_every_session_at_once);
	tcase_add_loop_test(t,
	    no_session_that_redis_lost_the_end_of_comes_back_with_the_user,
	    0, 2);
	tcase_add_test(t,
	    a_disabled_user_is_refused_once_the_provider_has_proved_who_it_is);
	tcase_add_loop_test(t,
	    who_is_disabled_in_redis_alone_comes_in_again, 0, 3);
	tcase_add_test(t, who_proves_nothing_learns_nothing);
	tcase_add_test(t, disabling_stops_a_sign_in_that_has_begun);
	tcase_add_test(t, em_15_the_address_of_a_disabled_user_lets_nobody_in);
	tcase_add_test(t, em_15_nothing_is_inherited_from_a_deleted_user);
	tcase_add_test(t,
	    at_11_the_token_of_a_user_who_is_gone_is_refused_at_once);
	tcase_add_test(t,
	    at_11_a_user_who_is_gone_reads_no_identities_either);
	return t;
}

int main(void)
{
	Suite *s = suite_create("disable");
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
