/* SPDX-License-Identifier: ISC */
/*
 * Users who leave: everything is dead at once, nothing of them remains in
 * either store, and nobody inherits anything.
 */
#include <string.h>

#include <check.h>

#include "support/admin.h"
#include "support/attempt.h"
#include "support/facts.h"
#include "support/link.h"
#include "support/outage.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

/* What no other text holds by chance. */
#define DISCORD_ID "7002700270027002"

static struct browser *browser;
static struct flow_tokens tokens;
static const char *user;

static void setup(void)
{
	outage_begin();
	flow_reset();
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "leaver");
	user = text_print("%s", attempt_me(browser, tokens, "id"));
}

static void teardown(void)
{
	browser_free(browser);
}

static struct answer ask_to_leave(const char *access)
{
	return admin_send(browser, "DELETE", stack_url("/api/users/me"),
	    access, NULL);
}

static void leave(void)
{
	struct answer answer = ask_to_leave(tokens.access);

	ck_assert_msg(answer.status == 204, "%ld %s", answer.status,
	    answer.body);
}

static long rows_of(const char *id)
{
	return stack_count(text_print("select count(*) from users "
	    "where id = '%s'", id));
}

START_TEST(at_11_rt_13_every_token_of_a_deleted_user_is_dead_at_once)
{
	struct browser *elsewhere = browser_new();
	struct flow_tokens second = flow_sign_in(elsewhere, "google",
	    "leaver");
	struct flow_tokens older = tokens;
	struct answer answer;

	tokens = tokens_refresh(browser, tokens.refresh);
	leave();
	ck_assert(!tokens_open(browser, older.access));
	ck_assert(!tokens_open(browser, tokens.access));
	ck_assert(!tokens_open(elsewhere, second.access));
	tokens_assert_dead(browser, older.refresh);
	tokens_assert_dead(browser, tokens.refresh);
	tokens_assert_dead(elsewhere, second.refresh);
	answer = ask_to_leave(second.access);
	flow_assert_problem(browser, &answer, 401, "invalid_token");
	browser_free(elsewhere);
}
END_TEST

START_TEST(em_15_a_deleted_user_who_comes_back_is_somebody_new)
{
	struct answer answer;

	admin_premium(browser, user, "\"2040-01-01T00:00:00Z\"", "\"gift\"");
	answer = admin_send(browser, "PATCH", stack_url("/api/users/me"),
	    tokens.access, "{\"display_name\": \"Heirloom\"}");
	ck_assert_int_eq(answer.status, 200);
	leave();

	tokens = flow_sign_in(browser, "google", "leaver");
	ck_assert_str_ne(attempt_me(browser, tokens, "id"), user);
	ck_assert_str_eq(attempt_me(browser, tokens, "is_premium"), "false");
	ck_assert_pstr_eq(attempt_me(browser, tokens, "premium_until"), NULL);
	ck_assert_pstr_ne(attempt_me(browser, tokens, "display_name"),
	    "Heirloom");
	ck_assert_str_eq(attempt_me(browser, tokens, "email_verified"),
	    "true");
	ck_assert_str_eq(tokens_session_count(tokens.refresh), "1");

	/* What the reference was given for is gone with the user, too. */
	user = text_print("%s", attempt_me(browser, tokens, "id"));
	answer = admin_premium(browser, user, "\"2041-01-01T00:00:00Z\"",
	    "\"gift\"");
	ck_assert_int_eq(answer.status, 200);
}
END_TEST

/* The address is free for another identity, which inherits nothing either. */
START_TEST(em_15_the_address_of_a_deleted_user_is_free)
{
	leave();
	flow_next("{\"provider\": \"discord\", \"subject\": \"7001\", "
	    "\"email\": \"leaver@gmail.com\", \"email_verified\": true}");
	tokens = attempt_accepted(browser, "discord");
	ck_assert_str_ne(attempt_me(browser, tokens, "id"), user);
	ck_assert_str_eq(attempt_me(browser, tokens, "email"),
	    "leaver@gmail.com");
	ck_assert_str_eq(attempt_me(browser, tokens, "email_verified"),
	    "true");
	leave();
}
END_TEST

static void assert_nothing_of(const char *word)
{
	const char *tables = facts_tables_with(word);
	const char *keys = facts_keys_with(word);

	ck_assert_msg(tables[0] == '\0', "%s: tables %s", word, tables);
	ck_assert_msg(keys[0] == '\0', "%s: keys %s", word, keys);
}

/* Has ended sessions all ways, each of which leaves a record to forget. */
static void live_a_little(const char *hash)
{
	struct answer answer;

	answer = admin_send(browser, "PATCH", stack_url("/api/users/me"),
	    tokens.access, "{\"display_name\": \"Zaphod Leaver\"}");
	ck_assert_int_eq(answer.status, 200);
	admin_premium(browser, user, "\"2040-01-01T00:00:00Z\"",
	    "\"invoice-leaver\"");
	answer = admin_send(browser, "POST",
	    stack_url("/api/auth/logout-all"), tokens.access, "{}");
	ck_assert_int_eq(answer.status, 204);
	flow_sign_in(browser, "google", "leaver");
	admin_ask(browser, "DELETE", user, "/sessions", NULL);
	flow_sign_in(browser, "google", "leaver");
	admin_ask(browser, "POST", user, "/disable", NULL);
	admin_ask(browser, "POST", user, "/enable", NULL);
	tokens = flow_sign_in(browser, "google", "leaver");
	answer = link_as(browser, tokens.access, "discord", DISCORD_ID);
	ck_assert_int_eq(answer.status, 200);
	answer = link_undo(browser, tokens.access, "discord");
	ck_assert_int_eq(answer.status, 204);
	ck_assert_str_eq(stack_redis("HEXISTS", hash, "unlinked:discord",
	    NULL), "1");
	for (int i = 0; i < 3; i++)
		tokens = flow_sign_in(browser, "google", "leaver");
	tokens = tokens_refresh(browser, tokens.refresh);
}

START_TEST(nothing_of_a_deleted_user_remains_but_one_event_without_a_name)
{
	long events = stack_count("select count(*) from events "
	    "where user_id is null");
	const char *hash = text_print("latchkey:user:{%s}", user);

	live_a_little(hash);
	/* The search finds what there is. */
	ck_assert_str_ne(facts_tables_with(user), "");
	ck_assert_str_ne(facts_tables_with("leaver"), "");
	ck_assert_ptr_nonnull(strstr(facts_keys_with(user), "refresh_token"));
	leave();

	ck_assert_str_eq(facts_tables_with(user), "");
	assert_nothing_of("leaver");
	assert_nothing_of("Zaphod");
	assert_nothing_of(DISCORD_ID);
	/* This alone says "deleted" to requests that are under way. */
	ck_assert_str_eq(facts_keys_with(user), hash);
	ck_assert_str_eq(stack_redis("HKEYS", hash, NULL),
	    "epoch\nstate\npremium_until\nversion");
	ck_assert_str_eq(stack_redis("HGET", hash, "state", NULL), "deleted");
	ck_assert_str_eq(stack_redis("HGET", hash, "premium_until", NULL),
	    "0");
	ck_assert_str_ne(stack_redis("TTL", hash, NULL), "-1");

	ck_assert_int_eq(stack_count("select count(*) from events "
	    "where user_id is null"), events + 1);
	ck_assert_int_eq(stack_count("select count(*) from events "
	    "where kind = 'deleted' and actor = 'user' and num_nonnulls("
	    "user_id, provider, session_id, address, request_id) = 0"),
	    stack_count("select count(*) from events where user_id is null"));
}
END_TEST

START_TEST(deleting_needs_a_recent_sign_in)
{
	static const char script[] =
	    "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do "
	    "redis.call('HSET', key, 'auth_time', '1') end return {}";
	struct answer answer;

	stack_redis("EVAL", script, "0", text_print(
	    "latchkey:refresh_token:{%s}:*", user), NULL);
	answer = ask_to_leave(tokens.access);
	flow_assert_problem(browser, &answer, 401,
	    "reauthentication_required");
	ck_assert_int_eq(rows_of(user), 1);
	ck_assert(tokens_open(browser, tokens.access));

	/* Nor does a refresh make it recent. */
	tokens = tokens_refresh(browser, tokens.refresh);
	answer = ask_to_leave(tokens.access);
	flow_assert_problem(browser, &answer, 401,
	    "reauthentication_required");
}
END_TEST

START_TEST(nothing_is_deleted_while_a_store_is_down)
{
	static const char *const stores[] = {"redis", "postgres"};

	for (size_t i = 0; i < 2; i++) {
		struct answer answer;

		stack_service("stop", stores[i]);
		answer = ask_to_leave(tokens.access);
		outage_must_be_unavailable(browser, &answer);
		stack_service("start", stores[i]);
		outage_is_over();
		ck_assert_int_eq(rows_of(user), 1);
		ck_assert(tokens_open(browser, tokens.access));
		tokens = tokens_refresh(browser, tokens.refresh);
	}
	leave();
	ck_assert_int_eq(rows_of(user), 0);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("delete");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    at_11_rt_13_every_token_of_a_deleted_user_is_dead_at_once);
	tcase_add_test(t,
	    em_15_a_deleted_user_who_comes_back_is_somebody_new);
	tcase_add_test(t, em_15_the_address_of_a_deleted_user_is_free);
	tcase_add_test(t,
	    nothing_of_a_deleted_user_remains_but_one_event_without_a_name);
	tcase_add_test(t, deleting_needs_a_recent_sign_in);
	tcase_add_test(t, nothing_is_deleted_while_a_store_is_down);
	return t;
}

int main(void)
{
	Suite *s = suite_create("delete");
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
