/* SPDX-License-Identifier: ISC */
/*
 * store/transactions.c and its scripts with a real Redis: who may take a
 * transaction, how long it is kept, how many are open.
 */
#include "store/transactions.h"

#include <signal.h>
#include <string.h>

#include <check.h>

#include "base/crypt.h"
#include "client/redis.h"
#include "support/beside.h"
#include "support/servers.h"

#define INDEX "t:transactions:{transactions}"
#define MOST  3

#define TTL_MS (TRANSACTIONS_TTL_S * INT64_C(1000))

static struct op *op;

static void setup(void)
{
	redis_open(&(struct redis_settings){.socket = servers_redis_socket(),
	    .pool = 1, .timeout_ms = 5000});
	beside_open();
	op = op_new("test", 20000);
	transactions_init("t:", MOST);
}

static void teardown(void)
{
	op_free(op);
	beside_close();
	redis_close();
}

static const char *key_of(const char *state)
{
	return pool_print(op->pool, "t:transaction:{transactions}:%s",
	    crypt_sha256_hex(op->pool, state));
}

static enum rc put(const char *state)
{
	op_clear(op);
	return transactions_put(op, state, "b", &(struct transaction){
	    .provider = "google", .issuer = "https://issuer.example",
	    .purpose = "link", .user_id = "u", .sid = "s", .verifier = "v",
	    .nonce = "n", .redirect_uri = "https://site.example/callback",
	    .needs_iss = "yes"});
}

static enum rc take(const char *state, const char *binding)
{
	struct transaction taken = {.provider = "untouched"};
	enum rc rc;

	op_clear(op);
	rc = transactions_take(op, state, binding, &taken);
	ck_assert((rc == RC_OK) == (strcmp(taken.provider, "untouched") != 0));
	return rc;
}

START_TEST(a_transaction_comes_back_as_it_was_noted)
{
	struct transaction taken;

	ck_assert_int_eq(put("a"), RC_OK);
	ck_assert_int_eq(transactions_take(op, "a", "b", &taken), RC_OK);
	ck_assert_str_eq(taken.provider, "google");
	ck_assert_str_eq(taken.issuer, "https://issuer.example");
	ck_assert_str_eq(taken.purpose, "link");
	ck_assert_str_eq(taken.user_id, "u");
	ck_assert_str_eq(taken.sid, "s");
	ck_assert_str_eq(taken.verifier, "v");
	ck_assert_str_eq(taken.nonce, "n");
	ck_assert_str_eq(taken.redirect_uri, "https://site.example/callback");
	ck_assert_str_eq(taken.needs_iss, "yes");
}
END_TEST

START_TEST(a_transaction_is_taken_once_and_leaves_nothing)
{
	ck_assert_int_eq(put("a"), RC_OK);
	ck_assert_int_eq(take("a", "b"), RC_OK);
	ck_assert_int_eq(take("a", "b"), RC_ABSENT);
	ck_assert_int_eq(beside_tell("DBSIZE"), 0);
}
END_TEST

START_TEST(another_browser_neither_takes_nor_burns_it)
{
	ck_assert_int_eq(put("a"), RC_OK);
	ck_assert_int_eq(take("a", "B"), RC_ABSENT);
	ck_assert_int_eq(take("a", ""), RC_ABSENT);
	ck_assert_int_eq(take("A", "b"), RC_ABSENT);
	ck_assert_int_eq(take("a", "b"), RC_OK);
}
END_TEST

START_TEST(what_nobody_takes_goes_by_itself)
{
	ck_assert_int_eq(put("a"), RC_OK);
	ck_assert_int_le(beside_tell("PTTL %s", key_of("a")), TTL_MS);
	ck_assert_int_gt(beside_tell("PTTL %s", key_of("a")), TTL_MS / 2);
	ck_assert_int_le(beside_tell("PTTL " INDEX), TTL_MS);
	ck_assert_int_gt(beside_tell("PTTL " INDEX), TTL_MS / 2);

	/* The index stays for the last that is put. */
	beside_tell("PEXPIRE " INDEX " 60000");
	ck_assert_int_eq(put("b"), RC_OK);
	ck_assert_int_gt(beside_tell("PTTL " INDEX), TTL_MS / 2);
}
END_TEST

START_TEST(no_more_than_the_most_are_open)
{
	ck_assert_int_eq(put("a"), RC_OK);
	ck_assert_int_eq(put("b"), RC_OK);
	ck_assert_int_eq(put("c"), RC_OK);
	ck_assert_int_eq(put("d"), RC_LIMITED);
	ck_assert_int_eq(beside_tell("EXISTS %s", key_of("d")), 0);
	ck_assert_int_eq(take("b", "b"), RC_OK);
	ck_assert_int_eq(put("d"), RC_OK);
	ck_assert_int_eq(put("e"), RC_LIMITED);

	/* Those that are over do not count. */
	beside_tell("ZADD " INDEX " 1 %s", crypt_sha256_hex(op->pool, "a"));
	ck_assert_int_eq(put("e"), RC_OK);
	ck_assert_int_eq(beside_tell("ZCARD " INDEX), MOST);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("transactions");
	TCase *t = tcase_create("transactions");
	SRunner *r;
	int failed;

	signal(SIGPIPE, SIG_IGN);
	if (!servers_begin(SERVERS_REDIS))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_transaction_comes_back_as_it_was_noted);
	tcase_add_test(t, a_transaction_is_taken_once_and_leaves_nothing);
	tcase_add_test(t, another_browser_neither_takes_nor_burns_it);
	tcase_add_test(t, what_nobody_takes_goes_by_itself);
	tcase_add_test(t, no_more_than_the_most_are_open);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	servers_end();
	return failed == 0 ? 0 : 1;
}
