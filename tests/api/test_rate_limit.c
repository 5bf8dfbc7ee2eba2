/* SPDX-License-Identifier: ISC */
/*
 * nginx's limits on what one network may ask: whoever goes beyond is told so
 * as the OpenAPI file says, and may ask again soon.
 */
#include <stdlib.h>
#include <time.h>

#include <check.h>

#include "support/contract.h"
#include "support/promise.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"

/*
 * More than the burst below /auth/ and what comes back in a second.  They come
 * at once: one after another they may be slower than what comes back.
 */
#define REQUESTS 60

static struct browser *browser;

static void setup(void)
{
	browser = promise_asker.browser = browser_new();
}

static void teardown(void)
{
	browser_free(browser);
}

static struct answer ask(struct browser *who)
{
	return promise_send(who, promise_route("GET", "/auth/providers"),
	    &(struct promise_try){.token = ""});
}

static void ask_one(struct browser *own, size_t i, void *given)
{
	struct answer *answers = given;
	struct answer answer = ask(own);

	answers[i] = answer_keep(&answer);
}

START_TEST(one_network_may_ask_only_so_often)
{
	const struct route *route = promise_route("GET", "/auth/providers");
	struct answer answers[REQUESTS];
	size_t refused = 0;

	race_run(REQUESTS, ask_one, answers);
	for (int i = 0; i < REQUESTS; i++) {
		const struct answer *answer = &answers[i];

		promise_hold(route, answer,
		    answer->status == 429 ? 429 : 200,
		    answer->status == 429 ? "rate_limited" : NULL);
		if (answer->status != 429)
			continue;
		refused++;
		ck_assert_ptr_nonnull(answer_header(browser, answer,
		    "Retry-After", 0));
	}
	ck_assert_uint_gt(refused, 0);
	ck_assert_uint_lt(refused, REQUESTS - 25);
}
END_TEST

START_TEST(who_waited_may_ask_again)
{
	struct answer answers[REQUESTS];
	size_t refused = 0;

	race_run(REQUESTS, ask_one, answers);
	for (int i = 0; i < REQUESTS; i++)
		refused += answers[i].status == 429;
	ck_assert_uint_gt(refused, 0);
	nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	ck_assert_int_eq(ask(browser).status, 200);
}
END_TEST

int main(void)
{
	static const char *const arguments[] = {"--limits", NULL};
	const char *top = getenv("srcdir");
	Suite *s = suite_create("rate_limit");
	TCase *t = tcase_create("rate_limit");
	SRunner *r;
	int n;

	if (!contract_read(text_print("%s/doc/openapi.yaml",
	    top != NULL ? top : ".")))
		return 1;
	if (!stack_begin(arguments))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, one_network_may_ask_only_so_often);
	tcase_add_test(t, who_waited_may_ask_again);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
