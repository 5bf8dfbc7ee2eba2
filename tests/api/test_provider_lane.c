/* SPDX-License-Identifier: ISC */
/*
 * A provider that hangs, fails or is gone costs those who sign in with it,
 * and nobody else.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "base/clock.h"
#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

/* The one worker's: so many requests fill threads and queue. */
#define THREADS 2
#define QUEUE	2
#define FULL	(THREADS + QUEUE)

/* Once these are refused, the lane is full, however slow the machine is. */
#define EXTRA 2

#define VISITS (FULL + EXTRA)

/*
 * How long the provider hangs where a test needs it for a while: those who
 * come must all have come by then, and who waits in the queue that long must
 * not be refused for it.
 */
#define HANG_MS 3000

/* Far below HANG_MS, far above what a busy machine needs. */
#define QUICK_MS 1000

/* One request in a thread of its own. */
struct visit {
	struct browser *browser;
	const char *url;
	pthread_t thread;
	struct answer answer;
	int64_t ms;
	atomic_bool done;
};

static void *open_url(void *argument)
{
	struct visit *visit = argument;
	int64_t since = clock_mono_ms();

	visit->answer = browser_get(visit->browser, visit->url);
	visit->ms = clock_mono_ms() - since;
	atomic_store(&visit->done, true);
	return NULL;
}

static void begin_visit(struct visit *visit)
{
	ck_assert_int_eq(pthread_create(&visit->thread, NULL, open_url,
	    visit), 0);
}

/* A sign-in up to its callback, which is not opened yet. */
static struct visit prepared_at(const char *provider, const char *subject)
{
	struct visit visit = {.browser = browser_new()};

	visit.url = flow_consent_as(visit.browser, provider,
	    flow_start(visit.browser, provider), subject);
	return visit;
}

static struct visit prepared(const char *subject)
{
	return prepared_at("google", subject);
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){
	    .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* So many of the next answers come late. */
static void hang(const char *provider, const char *endpoint, int ms, int times)
{
	flow_fault("{\"provider\": \"%s\", \"endpoint\": \"%s\", "
	    "\"kind\": \"delay\", \"value\": %d, \"times\": %d}", provider,
	    endpoint, ms, times);
}

/* Begins visits until every thread of the lane is at the endpoint. */
static void occupy_threads(struct visit *visits, const char *provider,
    const char *endpoint)
{
	size_t wanted = flow_recorded(provider, endpoint) + THREADS;

	for (int i = 0; i < THREADS; i++)
		begin_visit(&visits[i]);
	ck_assert(flow_is_asked_within(provider, endpoint, wanted, HANG_MS));
}

/* Then the others, and waits until those who found no room are refused. */
static void fill(struct visit visits[VISITS], const char *provider,
    const char *endpoint)
{
	int64_t until = clock_mono_ms() + HANG_MS;
	int refused = 0;

	/* As many as the lane may ask for. */
	hang(provider, endpoint, HANG_MS, FULL);
	occupy_threads(visits, provider, endpoint);
	for (int i = THREADS; i < VISITS; i++)
		begin_visit(&visits[i]);
	while (refused < EXTRA) {
		ck_assert_msg(clock_mono_ms() < until, "nobody is refused");
		pause_ms(10);
		refused = 0;
		for (int i = 0; i < VISITS; i++)
			refused += atomic_load(&visits[i].done);
	}
}

/* Fills the lane with callbacks that hang. */
static void fill_with_callbacks(struct visit visits[VISITS])
{
	for (int i = 0; i < VISITS; i++)
		visits[i] = prepared(text_print("hung-%d", i));
	fill(visits, "google", "token");
}

/* A refusal is quick, says when to come again and takes nothing away. */
static void must_be_refused(struct visit *visit)
{
	flow_assert_problem(visit->browser, &visit->answer, 503, "busy");
	ck_assert_ptr_nonnull(answer_header(visit->browser, &visit->answer,
	    "Retry-After", 0));
	ck_assert_ptr_null(answer_header(visit->browser, &visit->answer,
	    "Set-Cookie", 0));
	ck_assert_int_lt(visit->ms, HANG_MS);
}

/* Waits for all visits: the lane's get status, after the hang. */
static void drain(struct visit visits[VISITS], long status)
{
	int served = 0;

	for (int i = 0; i < VISITS; i++) {
		struct visit *visit = &visits[i];

		pthread_join(visit->thread, NULL);
		if (visit->answer.status == 503) {
			must_be_refused(visit);
			continue;
		}
		ck_assert_msg(visit->answer.status == status, "%ld %s",
		    visit->answer.status, visit->answer.body);
		served++;
	}
	/* Those that had a thread did hang. */
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_ge(visits[i].ms, HANG_MS);
	ck_assert_int_eq(served, FULL);
}

static void free_visits(struct visit visits[VISITS])
{
	for (int i = 0; i < VISITS; i++)
		browser_free(visits[i].browser);
}

static void must_be_quick(int64_t since_ms, const char *what)
{
	int64_t ms = clock_mono_ms() - since_ms;

	ck_assert_msg(ms < QUICK_MS, "%s took %d ms", what, (int)ms);
}

START_TEST(pf_01_a_hanging_provider_leaves_the_signed_in_untouched)
{
	struct browser *browser = browser_new();
	struct flow_tokens tokens = flow_sign_in(browser, "google", "bystander");
	struct visit visits[VISITS];

	fill_with_callbacks(visits);
	for (int i = 0; i < 20; i++) {
		int64_t since = clock_mono_ms();
		struct answer answer = browser_get_as(browser,
		    stack_url("/api/users/me"), tokens.access);

		ck_assert_int_eq(answer.status, 200);
		must_be_quick(since, "users/me");

		since = clock_mono_ms();
		answer = flow_refresh(browser, tokens.refresh);
		ck_assert_int_eq(answer.status, 200);
		tokens.refresh = answer_member(browser, &answer,
		    "refresh_token");
		must_be_quick(since, "refresh");

		since = clock_mono_ms();
		flow_start(browser, "google");
		must_be_quick(since, "a start that calls nobody");
	}
	/* They do hang: none of the above was luck. */
	drain(visits, 200);
	free_visits(visits);
	browser_free(browser);
}
END_TEST

START_TEST(beyond_the_queue_a_callback_is_busy_and_keeps_its_state)
{
	struct visit visits[VISITS];

	fill_with_callbacks(visits);
	drain(visits, 200);

	/* The very same callback finishes the sign-in. */
	for (int i = 0; i < VISITS; i++) {
		struct visit *visit = &visits[i];

		if (visit->answer.status != 503)
			continue;
		visit->answer = browser_get(visit->browser, visit->url);
		ck_assert_msg(visit->answer.status == 200, "%ld %s",
		    visit->answer.status, visit->answer.body);
	}
	free_visits(visits);
}
END_TEST

/*
 * Half of a request's time is over when a thread is free again.  discord is
 * called twice: in one call nobody is waited for that long.
 */
START_TEST(who_waited_too_long_is_busy_and_keeps_its_state)
{
	struct visit visits[FULL];
	int late = 0;

	for (int i = 0; i < FULL; i++)
		visits[i] = prepared_at("discord", text_print("520%d", i));
	hang("discord", "token", 3500, THREADS);
	hang("discord", "userinfo", 3500, THREADS);
	occupy_threads(visits, "discord", "token");
	for (int i = THREADS; i < FULL; i++)
		begin_visit(&visits[i]);
	for (int i = 0; i < FULL; i++) {
		struct visit *visit = &visits[i];

		pthread_join(visit->thread, NULL);
		if (visit->answer.status == 503) {
			flow_assert_problem(visit->browser, &visit->answer,
			    503, "busy");
			late++;
			visit->answer = browser_get(visit->browser, visit->url);
		}
		ck_assert_int_eq(visit->answer.status, 200);
		browser_free(visit->browser);
	}
	ck_assert_int_eq(late, QUEUE);
}
END_TEST

START_TEST(discovery_goes_through_the_lane)
{
	struct browser *browser = browser_new();
	struct visit starts[VISITS];
	int64_t since;

	/* Forgets what the worker has discovered. */
	stack_service("stop", "latchkey");
	stack_service("start", "latchkey");
	ck_assert(stack_is_ready_within(5000));
	for (int i = 0; i < VISITS; i++)
		starts[i] = (struct visit){.browser = browser_new(),
		    .url = stack_url("/api/auth/other")};
	fill(starts, "other", "discovery");

	since = clock_mono_ms();
	flow_start(browser, "google");
	must_be_quick(since, "another provider's start");
	drain(starts, 303);
	free_visits(starts);

	/* Once discovered, no start calls anybody. */
	since = clock_mono_ms();
	flow_start(browser, "other");
	must_be_quick(since, "a start after discovery");
	browser_free(browser);
}
END_TEST

START_TEST(pf_01_a_provider_that_never_answers_is_given_up_within_10_s)
{
	struct visit visit = prepared("patient");
	const char *code;

	hang("google", "token", 15000, 1);
	begin_visit(&visit);
	pthread_join(visit.thread, NULL);

	ck_assert_int_lt(visit.ms, 10000);
	flow_assert_problem(visit.browser, &visit.answer, 504,
	    "provider_timeout");
	code = flow_parameter(visit.browser, visit.url, "code");
	ck_assert_ptr_nonnull(code);
	ck_assert_msg(strstr(stack_log(), code) == NULL,
	    "the code is in the log");
	browser_free(visit.browser);
}
END_TEST

START_TEST(a_provider_that_is_down_is_502)
{
	struct visit visit = prepared("unlucky");
	struct answer answer;

	stack_service("stop", "provider");
	visit.answer = browser_get(visit.browser, visit.url);
	flow_assert_problem(visit.browser, &visit.answer, 502,
	    "provider_error");
	answer = browser_get(visit.browser, stack_url("/api/auth/providers"));
	ck_assert_int_eq(answer.status, 200);
	ck_assert(stack_is_ready_within(1000));
	ck_assert_int_eq(stack_count("select count(*) from "
	    "oauth_linked_accounts where oauth_id = 'unlucky'"), 0);
	browser_free(visit.browser);

	/* The stand-in comes back with new certificates: nobody keeps old. */
	stack_service("start", "provider");
	stack_service("stop", "latchkey");
	stack_service("start", "latchkey");
}
END_TEST

START_TEST(a_provider_that_hangs_up_is_502_until_it_answers_again)
{
	struct visit visit = prepared("unlucky-too");
	struct browser *browser = browser_new();

	flow_fault("{\"provider\": \"google\", \"endpoint\": \"token\", "
	    "\"kind\": \"cut\", \"value\": -1}");
	visit.answer = browser_get(visit.browser, visit.url);
	flow_assert_problem(visit.browser, &visit.answer, 502,
	    "provider_error");
	flow_sign_in(browser, "google", "lucky");
	browser_free(browser);
	browser_free(visit.browser);
}
END_TEST

int main(void)
{
	static const char *const arguments[] = {
		"--set", "provider_threads=2",
		"--set", "provider_queue=2",
		/* Fewer than hang: they must not be those who answer. */
		"--set", "threads=2", NULL};
	Suite *s = suite_create("provider_lane");
	TCase *t = tcase_create("provider_lane");
	SRunner *r;
	int n;

	setenv("WORKERS", "1", 1);
	if (!stack_begin(arguments))
		return 0;

	tcase_add_checked_fixture(t, flow_reset, NULL);
	tcase_add_test(t, who_waited_too_long_is_busy_and_keeps_its_state);
	tcase_add_test(t, discovery_goes_through_the_lane);
	tcase_add_test(t,
	    pf_01_a_hanging_provider_leaves_the_signed_in_untouched);
	tcase_add_test(t,
	    beyond_the_queue_a_callback_is_busy_and_keeps_its_state);
	tcase_add_test(t,
	    pf_01_a_provider_that_never_answers_is_given_up_within_10_s);
	tcase_add_test(t,
	    a_provider_that_hangs_up_is_502_until_it_answers_again);
	tcase_add_test(t, a_provider_that_is_down_is_502);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
