/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl user premium: until when, for which payment, and that of two at
 * once neither is lost nor counts twice.
 */
#include <string.h>
#include <sysexits.h>

#include <check.h>

#include "base/clock.h"
#include "base/op.h"
#include "client/js.h"
#include "support/attempt.h"
#include "support/ctl.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"

#define DAY_MS	    INT64_C(86400000)
#define REPETITIONS 20

static struct browser *alice;
static struct op *op;

static void setup(void)
{
	flow_reset();
	ctl_use(NULL);
	alice = browser_new();
	op = op_new(NULL, 60000);
}

static void teardown(void)
{
	op_free(op);
	browser_free(alice);
}

/* A new user, signed in at google. */
static const char *sign_up(const char *subject)
{
	return attempt_me(alice, flow_sign_in(alice, "google", subject), "id");
}

static int64_t until_of(const char *id)
{
	const char *text = ctl_says("user", "show", "--json", id, NULL);
	const struct js *user;
	int64_t ms = 0;

	ck_assert_int_eq(js_parse(op, text, strlen(text), &user), RC_OK);
	text = js_text(user, "premium_until");
	ck_assert(text == NULL || clock_from_rfc3339(text, &ms));
	return ms;
}

static void assert_near(int64_t ms, int64_t expected)
{
	ck_assert_int_ge(ms, expected - 60000);
	ck_assert_int_le(ms, expected + 60000);
}

START_TEST(premium_is_set_extended_and_cleared)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "paying");
	const char *id = attempt_me(alice, tokens, "id");
	int64_t end;

	ctl_says("user", "premium", id, "+30d", NULL);
	assert_near(until_of(id), clock_now_ms() + 30 * DAY_MS);
	ck_assert_str_eq(attempt_me(alice, tokens, "is_premium"), "true");

	/* From the present end on; an end in the past gives nothing. */
	end = until_of(id);
	ctl_says("user", "premium", id, "+12h", NULL);
	ck_assert_int_eq(until_of(id), end + DAY_MS / 2);
	ctl_says("user", "premium", id, "2020-01-01T00:00:00Z", NULL);
	ck_assert_str_eq(attempt_me(alice, tokens, "is_premium"), "false");
	ctl_says("user", "premium", id, "+1d", NULL);
	assert_near(until_of(id), clock_now_ms() + DAY_MS);

	ck_assert_ptr_nonnull(strstr(ctl_says("user", "premium", id,
	    "2030-01-01T02:00:00+02:00", NULL), "2030-01-01T00:00:00.000Z"));
	ctl_says("user", "premium", "google:paying", "clear", NULL);
	ck_assert_int_eq(until_of(id), 0);
	ck_assert_str_eq(attempt_me(alice, tokens, "is_premium"), "false");
	ck_assert_int_ge(stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and actor = 'latchkeyctl' and kind = "
	    "'premium_changed'", id)), 5);
}
END_TEST

START_TEST(a_reference_counts_once)
{
	const char *id = sign_up("refers");
	const char *when = "2031-01-01T00:00:00Z";

	ctl_says("user", "premium", id, when, "--reference", "order 1", NULL);
	ctl_says("user", "premium", id, "clear", NULL);
	ctl_says("user", "premium", id, when, "--reference=order 1", NULL);
	ck_assert_int_eq(until_of(id), 0);
	ctl_fails(EX_CANTCREAT, "reference", "user", "premium", id,
	    "2032-01-01T00:00:00Z", "--reference", "order 1", NULL);
	/* Of an extension the answer may have been lost, too. */
	for (int i = 0; i < 2; i++) {
		ctl_says("user", "premium", id, "+30d", "--reference",
		    "order 2", NULL);
		assert_near(until_of(id), clock_now_ms() + 30 * DAY_MS);
	}
	ctl_says("user", "premium", id, "clear", NULL);
	ctl_fails(EX_USAGE, "--reference", "user", "premium", id, when,
	    "--reference", "", NULL);
	ctl_fails(EX_USAGE, "--reference", "user", "premium", id, when,
	    "--reference", text_print("%0256d", 1), NULL);
	ck_assert_int_eq(until_of(id), 0);
}
END_TEST

/* The reference that an error says to try again with. */
static const char *reference_of(const char *error)
{
	static const char before[] = "--reference \"";
	const char *found = strstr(error, before);

	ck_assert_msg(found != NULL, "no reference in %s", error);
	found += strlen(before);
	return pool_text_n(op->pool, found, strcspn(found, "\""));
}

START_TEST(an_extension_that_may_have_been_given_is_repeated_by_its_reference)
{
	const char *id = sign_up("unheard");
	struct program_end end;
	const char *reference;

	/* PostgreSQL keeps it before Redis, which is down, hears of it. */
	stack_service("stop", "redis");
	end = ctl_run("user", "premium", id, "+30d", NULL);
	ck_assert_int_eq(end.code, EX_UNAVAILABLE);
	reference = reference_of(end.err);
	stack_service("start", "redis");
	ck_assert(stack_is_ready_within(5000));
	assert_near(until_of(id), clock_now_ms() + 30 * DAY_MS);

	ctl_says("user", "premium", id, "+30d", "--reference", reference,
	    NULL);
	assert_near(until_of(id), clock_now_ms() + 30 * DAY_MS);
	ctl_says("user", "premium", id, "+30d", NULL);
	assert_near(until_of(id), clock_now_ms() + 60 * DAY_MS);
}
END_TEST

/* Cut to what an error has room for it would be another one. */
START_TEST(a_reference_that_was_given_is_not_named_in_part)
{
	const char *id = sign_up("long-winded");
	const char *reference = text_print("%0255d", 1);
	struct program_end end;

	stack_service("stop", "redis");
	end = ctl_run("user", "premium", id, "+30d", "--reference", reference,
	    NULL);
	stack_service("start", "redis");
	ck_assert(stack_is_ready_within(5000));
	ck_assert_int_eq(end.code, EX_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(end.err, "the same --reference"));
	ck_assert_ptr_null(strstr(end.err, "0000"));

	ctl_says("user", "premium", id, "+30d", "--reference", reference,
	    NULL);
	assert_near(until_of(id), clock_now_ms() + 30 * DAY_MS);
}
END_TEST

START_TEST(what_is_no_end_of_premium_is_refused)
{
	const char *id = sign_up("no-end");
	static const char *const wrong[] = {"", "+", "+0", "+1y", "+-1d", "30d",
		"2030-01-01", "2030-13-01T00:00:00Z", "0", "never",
		"1960-01-01T00:00:00Z", "9999-12-31T23:59:59.9999Z1"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ctl_fails(EX_USAGE, "no end of premium", "user", "premium",
		    id, wrong[i], NULL);
	ck_assert_int_eq(until_of(id), 0);
}
END_TEST

/* Two payments for one user, and how the commands ended. */
struct payments {
	const char *id;
	const char *references[2];
	int codes[2];
};

static void extend(struct browser *own, size_t i, void *argument)
{
	struct payments *payments = argument;

	(void)own;
	payments->codes[i] = program_run(&(struct program_plan){
	    .name = "latchkeyctl",
	    .arguments = {"-c", stack_setting("CONF"), "user", "premium",
		payments->id, "+30d", "--reference",
		payments->references[i]}}).code;
}

/* Both wait for the user's row. */
static void pay_at_once(const char *id, const char *one, const char *other)
{
	struct payments payments = {.id = id, .references = {one, other}};

	race_run_behind(text_print("perform 1 from users where id = '%s' "
	    "for update", id), 2, 2, extend, &payments);
	ck_assert_int_eq(payments.codes[0], EX_OK);
	ck_assert_int_eq(payments.codes[1], EX_OK);
}

START_TEST(of_two_extensions_at_once_each_counts_once)
{
	const char *id = sign_up("extends");
	int64_t end;

	ctl_says("user", "premium", id, "+1d", NULL);
	end = until_of(id);
	for (int i = 0; i < REPETITIONS; i++) {
		pay_at_once(id, text_print("%d", i),
		    text_print("%d other", i));
		end += 60 * DAY_MS;
		ck_assert_int_eq(until_of(id), end);
	}
	pay_at_once(id, "twice", "twice");
	ck_assert_int_eq(until_of(id), end + 30 * DAY_MS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ctl_premium");
	TCase *t = tcase_create("ctl_premium");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, premium_is_set_extended_and_cleared);
	tcase_add_test(t, a_reference_counts_once);
	tcase_add_test(t,
	    an_extension_that_may_have_been_given_is_repeated_by_its_reference);
	tcase_add_test(t, a_reference_that_was_given_is_not_named_in_part);
	tcase_add_test(t, what_is_no_end_of_premium_is_refused);
	tcase_add_test(t, of_two_extensions_at_once_each_counts_once);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
