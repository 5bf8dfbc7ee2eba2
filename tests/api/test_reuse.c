/* SPDX-License-Identifier: ISC */
/*
 * A refresh token used once too often ends its session, and only that one;
 * what Redis lost is told apart from it; what Redis holds is no token.
 */
#include <ftw.h>
#include <string.h>

#include <check.h>

#include "base/clock.h"
#include "support/flow.h"
#include "support/forge.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"
#include "support/wait.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

START_TEST(rt_03_the_grace_is_30_seconds_and_does_not_slide)
{
	const char *key = forge_record_key(op, tokens.refresh);
	struct flow_tokens next = tokens_refresh(browser, tokens.refresh);
	const char *issued = tokens_recorded(next.refresh, "issued_at");

	/* Instead of waiting: it was issued 25 s, then 31 s earlier. */
	stack_redis("HINCRBY", key, "issued_at", "-25000", NULL);
	ck_assert_int_eq(flow_refresh(browser, tokens.refresh).status, 200);
	ck_assert_str_ne(tokens_recorded(next.refresh, "issued_at"), issued);
	stack_redis("HINCRBY", key, "issued_at", "-6000", NULL);
	tokens_assert_dead(browser, tokens.refresh);
	tokens_assert_dead(browser, next.refresh);
}
END_TEST

START_TEST(an_older_token_ends_its_session_and_no_other)
{
	struct flow_tokens other = flow_sign_in(browser, "google", "alice");
	struct flow_tokens second = tokens_refresh(browser, tokens.refresh);
	struct flow_tokens third = tokens_refresh(browser, second.refresh);
	struct answer answer;

	ck_assert(tokens_open(browser, third.access));
	tokens_assert_dead(browser, tokens.refresh);

	tokens_assert_dead(browser, third.refresh);
	tokens_assert_dead(browser, second.refresh);
	ck_assert(!tokens_open(browser, tokens.access));
	ck_assert(!tokens_open(browser, third.access));
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "generation"), "");
	ck_assert_int_eq(tokens_events("refresh_token_reused",
	    tokens.refresh), 1);

	ck_assert(tokens_open(browser, other.access));
	tokens_refresh(browser, other.refresh);
	ck_assert_int_eq(tokens_events("refresh_token_reused",
	    other.refresh), 0);
	answer = browser_get(browser, stack_url("/api/auth/providers"));
	ck_assert_int_eq(answer.status, 200);
}
END_TEST

START_TEST(a_generation_from_the_future_ends_the_session)
{
	struct jws_key key = forge_refresh_key(op);
	struct forge_claims claims = forge_like(op, tokens.refresh);

	claims.jti = text_print("\"%s.3\"",
	    forge_claim(op, tokens.refresh, "sid"));
	tokens_assert_dead(browser, forge_token(op, &key, &claims));
	tokens_assert_dead(browser, tokens.refresh);
	ck_assert_int_eq(tokens_events("refresh_token_reused",
	    tokens.refresh), 1);
}
END_TEST

START_TEST(a_store_that_lost_its_last_write_costs_nobody_the_session)
{
	struct flow_tokens newest = tokens_refresh(browser, tokens.refresh);
	struct flow_tokens next;

	stack_redis("HINCRBY", forge_record_key(op, tokens.refresh),
	    "generation", "-1", NULL);
	next = tokens_refresh(browser, newest.refresh);

	ck_assert_str_eq(forge_claim(op, next.refresh, "jti"),
	    text_print("%s.3", forge_claim(op, next.refresh, "sid")));
	ck_assert(tokens_open(browser, next.access));
	ck_assert_str_eq(tokens_refresh(browser, newest.refresh).refresh,
	    next.refresh);
	tokens_refresh(browser, next.refresh);
	ck_assert_int_eq(tokens_events("store_rolled_back", next.refresh), 1);
	ck_assert_int_eq(tokens_events("refresh_token_reused",
	    next.refresh), 0);
}
END_TEST

START_TEST(the_session_of_a_user_who_is_gone_from_redis_is_dead)
{
	stack_redis("DEL", text_print("latchkey:user:{%s}",
	    forge_claim(op, tokens.access, "sub")), NULL);
	ck_assert(!tokens_open(browser, tokens.access));
	tokens_assert_dead(browser, tokens.refresh);

	/* A new sign-in does not wake it. */
	ck_assert(tokens_open(browser,
	    flow_sign_in(browser, "google", "alice").access));
	ck_assert(!tokens_open(browser, tokens.access));
	tokens_assert_dead(browser, tokens.refresh);
}
END_TEST

/* What is looked for in Redis's files, and how often each was found. */
static const char *needles[5];
static size_t found[COUNT(needles)];

static int search(const char *path, const struct stat *status, int kind,
    struct FTW *place)
{
	const char *text;
	const char *end;

	(void)place;
	if (kind != FTW_F)
		return 0;
	text = text_of_file(path);
	if (text == NULL)
		return -1;
	end = text + status->st_size;
	for (size_t i = 0; i < COUNT(needles); i++)
		if (memmem(text, (size_t)(end - text), needles[i],
		    strlen(needles[i])) != NULL)
			found[i]++;
	return 0;
}

START_TEST(rt_18_redis_holds_no_token)
{
	struct flow_tokens next = tokens_refresh(browser, tokens.refresh);
	int64_t until = clock_mono_ms() + 10000;

	needles[0] = "the last word";
	needles[1] = forge_claim(op, tokens.refresh, "sid");
	needles[2] = strrchr(tokens.refresh, '.') + 1;
	needles[3] = strrchr(next.refresh, '.') + 1;
	needles[4] = strrchr(next.access, '.') + 1;

	/* Redis may write seconds later, but in order. */
	stack_redis("SET", "last", needles[0], NULL);
	do {
		memset(found, 0, sizeof(found));
		ck_assert_int_eq(nftw(text_print("%s/redis", stack_dir()),
		    search, 8, FTW_PHYS), 0);
	} while (found[0] == 0 && wait_more(until));
	ck_assert_uint_gt(found[0], 0);

	/* The session is there: it was looked for at the right place. */
	ck_assert_uint_gt(found[1], 0);
	for (size_t i = 2; i < COUNT(needles); i++)
		ck_assert_uint_eq(found[i], 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("reuse");
	TCase *t = tcase_create("reuse");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rt_03_the_grace_is_30_seconds_and_does_not_slide);
	tcase_add_test(t, an_older_token_ends_its_session_and_no_other);
	tcase_add_test(t, a_generation_from_the_future_ends_the_session);
	tcase_add_test(t,
	    a_store_that_lost_its_last_write_costs_nobody_the_session);
	tcase_add_test(t, the_session_of_a_user_who_is_gone_from_redis_is_dead);
	tcase_add_test(t, rt_18_redis_holds_no_token);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
