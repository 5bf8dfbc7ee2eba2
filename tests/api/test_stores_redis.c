/* SPDX-License-Identifier: ISC */
/*
 * Redis stopped, restarted, frozen, or never there: sessions can neither be
 * checked nor made then, so nothing is "valid" and nothing "not found".
 */
#include <pthread.h>
#include <string.h>

#include <check.h>

#include "base/clock.h"
#include "support/flow.h"
#include "support/outage.h"
#include "support/stack.h"
#include "support/text.h"

/* All that one request may take while Redis hangs (redis.timeout is 2 s). */
#define HANG_MOST_MS 5000

static struct browser *browser;
static struct flow_tokens tokens;

static void setup(void)
{
	outage_begin();
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "redis-down");
}

/* Whatever a test did: the same workers serve, and the session lives on. */
static void teardown(void)
{
	outage_is_over();
	ck_assert_int_eq(browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access).status, 200);
	ck_assert_int_eq(flow_refresh(browser, tokens.refresh).status, 200);
	browser_free(browser);
}

static struct answer post_as(const char *path, const char *json)
{
	const char *const headers[] = {"Content-Type: application/json",
		text_print("Authorization: Bearer %s", tokens.access), NULL};

	return browser_send(browser, "POST", stack_url(path), headers, json);
}

/* The rows of the table in product.md 2.5 that need a session. */
static void sessions_must_be_unavailable(void)
{
	struct answer answer;

	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	outage_must_be_unavailable(browser, &answer);
	answer = flow_refresh(browser, tokens.refresh);
	outage_must_be_unavailable(browser, &answer);
	answer = post_as("/api/auth/logout", text_print(
	    "{\"refresh_token\": \"%s\"}", tokens.refresh));
	outage_must_be_unavailable(browser, &answer);
	answer = post_as("/api/auth/logout-all", "{}");
	outage_must_be_unavailable(browser, &answer);
	answer = browser_get(browser, stack_url("/api/auth/google"));
	outage_must_be_unavailable(browser, &answer);
}

/* The rows that go on. */
static void the_rest_must_work(void)
{
	struct answer answer;
	const char *redis;
	const char *postgresql;

	answer = browser_get(browser, stack_url("/api/auth/providers"));
	ck_assert_int_eq(answer.status, 200);
	answer = browser_get(browser, stack_local_url("/health/live"));
	ck_assert_int_eq(answer.status, 200);

	answer = browser_get(browser, stack_local_url("/health/ready"));
	ck_assert_int_eq(answer.status, 503);
	redis = answer_member(browser, &answer, "redis");
	postgresql = answer_member(browser, &answer, "postgresql");
	ck_assert_ptr_nonnull(redis);
	ck_assert_ptr_nonnull(postgresql);
	ck_assert_str_eq(redis, "down");
	ck_assert_str_eq(postgresql, "ok");
}

START_TEST(rs_01_redis_stopped_is_503_where_a_session_counts)
{
	stack_service("stop", "redis");
	sessions_must_be_unavailable();
	the_rest_must_work();
	stack_service("start", "redis");
	outage_is_over();
}
END_TEST

START_TEST(a_sign_in_can_be_finished_when_redis_is_back)
{
	struct browser *person = browser_new();
	const char *callback;
	struct answer answer;

	flow_next("{\"provider\": \"google\", \"subject\": \"waiting\"}");
	callback = flow_consent(person, flow_start(person, "google"));
	stack_service("stop", "redis");
	answer = browser_get(person, callback);
	outage_must_be_unavailable(browser, &answer);
	stack_service("start", "redis");
	outage_is_over();

	answer = browser_get(person, callback);
	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	browser_free(person);
}
END_TEST

START_TEST(the_first_request_after_a_restart_of_redis_succeeds)
{
	/* Every pooled connection is now a dead one, and scripts are gone. */
	stack_service("stop", "redis");
	stack_service("start", "redis");
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(browser_get_as(browser,
		    stack_url("/api/users/me"), tokens.access).status, 200);
}
END_TEST

START_TEST(rs_03_redis_that_never_answers_is_503_in_time)
{
	int64_t since;
	struct answer answer;

	stack_service("pause", "redis");
	since = clock_mono_ms();
	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	outage_must_be_unavailable(browser, &answer);
	ck_assert_int_lt(clock_mono_ms() - since, HANG_MOST_MS);

	since = clock_mono_ms();
	the_rest_must_work();
	ck_assert_int_lt(clock_mono_ms() - since, HANG_MOST_MS);

	stack_service("resume", "redis");
	outage_is_over();
}
END_TEST

struct visitor {
	pthread_t thread;
	long status;
};

static void *visit(void *argument)
{
	struct visitor *visitor = argument;
	struct browser *own = browser_new();

	visitor->status = browser_get_as(own, stack_url("/api/users/me"),
	    tokens.access).status;
	browser_free(own);
	return NULL;
}

/* More clients than threads and connections there are. */
START_TEST(rs_03_all_who_wait_for_a_frozen_redis_are_answered)
{
	struct visitor visitors[24];
	int64_t since = clock_mono_ms();

	stack_service("pause", "redis");
	for (size_t i = 0; i < 24; i++)
		ck_assert_int_eq(pthread_create(&visitors[i].thread, NULL,
		    visit, &visitors[i]), 0);
	for (size_t i = 0; i < 24; i++)
		pthread_join(visitors[i].thread, NULL);
	for (size_t i = 0; i < 24; i++)
		ck_assert_int_eq(visitors[i].status, 503);
	ck_assert_int_lt(clock_mono_ms() - since, 20000);

	stack_service("resume", "redis");
	outage_is_over();
}
END_TEST

START_TEST(rs_01_workers_start_without_redis_and_wait_for_it)
{
	stack_service("stop", "latchkey");
	stack_service("stop", "redis");
	stack_service("start", "latchkey");
	outage_new_workers();
	sessions_must_be_unavailable();
	the_rest_must_work();

	stack_service("start", "redis");
	outage_is_over();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stores_redis");
	TCase *t = tcase_create("stores_redis");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rs_01_redis_stopped_is_503_where_a_session_counts);
	tcase_add_test(t, a_sign_in_can_be_finished_when_redis_is_back);
	tcase_add_test(t,
	    the_first_request_after_a_restart_of_redis_succeeds);
	tcase_add_test(t, rs_03_redis_that_never_answers_is_503_in_time);
	tcase_add_test(t, rs_03_all_who_wait_for_a_frozen_redis_are_answered);
	tcase_add_test(t, rs_01_workers_start_without_redis_and_wait_for_it);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
