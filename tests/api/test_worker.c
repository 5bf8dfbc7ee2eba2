/* SPDX-License-Identifier: ISC */
/*
 * Workers that are killed, stopped and replaced while clients keep them busy:
 * what a deploy and a crash cost.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "base/pool.h"
#include "base/str.h"
#include "support/fcgi_client.h"
#include "support/flow.h"
#include "support/load.h"
#include "support/stack.h"
#include "support/text.h"

#define WORKERS 2
#define CLIENTS 8

/* Threads per worker: what one of them can take with it when it is killed. */
#define THREADS 8

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){
	    .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Waits until the clients have made so many requests more. */
static void await_requests(struct load *load, size_t more)
{
	size_t wanted = load_sent(load) + more;
	int64_t until = clock_mono_ms() + 20000;

	while (load_sent(load) < wanted) {
		ck_assert_msg(clock_mono_ms() < until, "the clients stand still");
		pause_ms(10);
	}
}

static bool is_there(pid_t pid)
{
	pid_t pids[WORKERS + 1];
	size_t count = stack_workers(pids, WORKERS + 1);

	for (size_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* Waits until pid is gone and the supervisor has put another in its place. */
static void await_replacement(pid_t pid)
{
	int64_t until = clock_mono_ms() + 20000;
	pid_t pids[WORKERS + 1];

	while (is_there(pid) || stack_workers(pids, WORKERS + 1) < WORKERS) {
		ck_assert_msg(clock_mono_ms() < until,
		    "worker %d was not replaced", (int)pid);
		pause_ms(10);
	}
}

/* Sends each worker in turn the signal; awaits each before the next. */
static void signal_each(int signal)
{
	pid_t pids[WORKERS + 1];

	ck_assert_uint_eq(stack_workers(pids, WORKERS + 1), WORKERS);
	for (size_t i = 0; i < WORKERS; i++) {
		ck_assert_int_eq(kill(pids[i], signal), 0);
		await_replacement(pids[i]);
	}
}

/* Every user has its identity, every session on the list its record. */
static void must_be_whole(void)
{
	static const char script[] =
	    "local odd = 0 "
	    "for _, list in ipairs(redis.call('KEYS', 'latchkey:sessions:*')) do "
	    "local user = list:match('{.*}') "
	    "for _, sid in ipairs(redis.call('ZRANGE', list, 0, -1)) do "
	    "local record = 'latchkey:refresh_token:' .. user .. ':' .. sid "
	    "if redis.call('HEXISTS', record, 'generation') == 0 then "
	    "odd = odd + 1 end end "
	    "if redis.call('EXISTS', 'latchkey:user:' .. user) == 0 then "
	    "odd = odd + 1 end end "
	    "return odd .. '/' .. #redis.call('KEYS', 'latchkey:sessions:*')";
	const char *odd = stack_redis("EVAL", script, "0", NULL);

	ck_assert_msg(strncmp(odd, "0/", 2) == 0 && strcmp(odd, "0/0") != 0,
	    "half-made sessions: %s", odd);
	ck_assert_int_eq(stack_count("select count(*) from users u where "
	    "not exists (select from oauth_linked_accounts a "
	    "where a.user_id = u.id)"), 0);
	ck_assert_int_eq(stack_count("select count(*) from users where "
	    "last_login_at is null"), 0);
}

START_TEST(rs_12_workers_stopped_in_turn_under_load_fail_no_request)
{
	struct load *load = load_begin(CLIENTS);
	struct load_result result;

	for (int round = 0; round < 3; round++) {
		await_requests(load, 300);
		signal_each(SIGTERM);
	}
	await_requests(load, 300);
	result = load_end(load);

	ck_assert_msg(result.failed == 0, "%zu of %zu failed, first: %s",
	    result.failed, result.sent, result.first);
	ck_assert_uint_ge(result.sent, 1200);
	must_be_whole();
}
END_TEST

START_TEST(a_killed_worker_costs_only_the_requests_in_it)
{
	struct load *load = load_begin(CLIENTS);
	pid_t pids[WORKERS + 1];
	struct load_result result;

	for (int round = 0; round < 3; round++) {
		await_requests(load, 200);
		ck_assert_uint_eq(stack_workers(pids, WORKERS + 1), WORKERS);
		ck_assert_int_eq(kill(pids[round % WORKERS], SIGKILL), 0);
		await_replacement(pids[round % WORKERS]);
	}
	await_requests(load, 300);
	/* It also checks that no client was signed out. */
	result = load_end(load);

	ck_assert_msg(result.failed <= 3 * THREADS,
	    "%zu of %zu failed, first: %s", result.failed, result.sent,
	    result.first);
	must_be_whole();
}
END_TEST

/* A first sign-in, by one of several threads, that may fail half way. */
static void *sign_in_tolerantly(void *argument)
{
	struct browser *browser = browser_new();
	const char *url = stack_url("/api/auth/discord");

	/* Start, consent, callback: each sends to the next. */
	for (int step = 0; step < 3 && url != NULL; step++) {
		struct answer answer = browser_get(browser, url);

		url = answer_header(browser, &answer, "Location", 0);
		if (step == 2 && answer.status == 200)
			*(bool *)argument = true;
	}
	browser_free(browser);
	return NULL;
}

START_TEST(workers_killed_amid_first_sign_ins_leave_nothing_half_made)
{
	pthread_t threads[CLIENTS];
	bool done[CLIENTS] = {false};
	int answered = 0;
	pid_t pids[WORKERS + 1];

	for (int i = 0; i < CLIENTS; i++)
		flow_next("{\"provider\": \"discord\", \"subject\": "
		    "\"9000000000000%04d\"}", i);
	flow_fault("{\"provider\": \"discord\", \"endpoint\": \"userinfo\", "
	    "\"kind\": \"delay\", \"value\": 300, \"sticky\": true}");
	for (size_t i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
		    sign_in_tolerantly, &done[i]), 0);

	/* Two rounds: callbacks begin and end all the while. */
	for (int round = 0; round < 2; round++) {
		pause_ms(250);
		if (stack_workers(pids, WORKERS + 1) > 0)
			kill(pids[0], SIGKILL);
	}
	for (size_t i = 0; i < CLIENTS; i++)
		pthread_join(threads[i], NULL);

	ck_assert(stack_is_ready_within(5000));
	must_be_whole();
	for (size_t i = 0; i < CLIENTS; i++)
		answered += done[i];
	ck_assert_int_ge(stack_count("select count(*) from "
	    "oauth_linked_accounts where provider = 'discord' and "
	    "oauth_id like '9000000000000%'"), answered);
}
END_TEST

struct callback {
	const char *url;
	struct browser *browser;
	long status;
};

static void *open_callback(void *argument)
{
	struct callback *callback = argument;

	callback->status = browser_get(callback->browser,
	    callback->url).status;
	return NULL;
}

START_TEST(rs_12_a_callback_in_flight_is_finished_by_a_stopping_worker)
{
	struct callback callback = {.browser = browser_new()};
	pid_t pids[WORKERS + 1];
	pthread_t thread;

	flow_next("{\"provider\": \"google\", \"subject\": \"in-flight\"}");
	flow_fault("{\"provider\": \"google\", \"endpoint\": \"token\", "
	    "\"kind\": \"delay\", \"value\": 1500}");
	callback.url = flow_consent(callback.browser,
	    flow_start(callback.browser, "google"));
	ck_assert_int_eq(pthread_create(&thread, NULL, open_callback,
	    &callback), 0);

	/* All of them are told while the provider still thinks. */
	pause_ms(500);
	ck_assert_uint_eq(stack_workers(pids, WORKERS + 1), WORKERS);
	for (size_t i = 0; i < WORKERS; i++)
		ck_assert_int_eq(kill(pids[i], SIGTERM), 0);
	pthread_join(thread, NULL);

	ck_assert_int_eq(callback.status, 200);
	for (size_t i = 0; i < WORKERS; i++)
		await_replacement(pids[i]);
	browser_free(callback.browser);
}
END_TEST

START_TEST(every_stopping_signal_is_a_clean_end_under_the_supervisor)
{
	static const int signals[] = {SIGINT, SIGQUIT, SIGUSR1};
	struct load *load = load_begin(2);
	struct load_result result;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		signal_each(signals[i]);
		await_requests(load, 50);
	}
	result = load_end(load);
	ck_assert_msg(result.failed == 0, "%zu of %zu failed, first: %s",
	    result.failed, result.sent, result.first);
	ck_assert_ptr_null(strstr(stack_log(), "did not end within"));
}
END_TEST

/* Sends a request, whole or not, and is gone before the answer. */
static void hang_up_early(struct pool *pool, bool whole)
{
	int fd = fcgi_client_open();
	struct str out;

	str_init(&out, pool);
	fcgi_client_head(&out, "GET", "/auth/providers", NULL);
	if (whole)
		fcgi_client_body(&out, "");
	else
		out.len -= 10;
	ck_assert(fcgi_client_write(fd, &out));
	close(fd);
}

START_TEST(rs_13_peers_that_hang_up_early_kill_no_worker)
{
	struct browser *browser = browser_new();
	struct pool *pool = pool_new();
	pid_t before[WORKERS + 1];

	ck_assert_uint_eq(stack_workers(before, WORKERS + 1), WORKERS);
	for (int i = 0; i < 200; i++)
		hang_up_early(pool, i % 2 == 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(browser_get(browser,
		    stack_url("/api/auth/providers")).status, 200);
	for (size_t i = 0; i < WORKERS; i++)
		ck_assert(is_there(before[i]));
	pool_free(pool);
	browser_free(browser);
}
END_TEST

START_TEST(rs_13_a_reload_of_nginx_leaves_the_workers_alone)
{
	struct browser *browser = browser_new();
	const char *text = text_of_file(text_print("%s/tmp/nginx.pid",
	    stack_dir()));
	struct flow_tokens tokens = flow_sign_in(browser, "google", "reload");
	pid_t before[WORKERS + 1];
	int nginx;

	ck_assert_uint_eq(stack_workers(before, WORKERS + 1), WORKERS);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(sscanf(text, "%d", &nginx), 1);
	ck_assert_int_eq(kill(nginx, SIGHUP), 0);
	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(browser_get_as(browser,
		    stack_url("/api/users/me"), tokens.access).status, 200);
	for (size_t i = 0; i < WORKERS; i++)
		ck_assert(is_there(before[i]));
	browser_free(browser);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("worker");
	TCase *t = tcase_create("worker");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, flow_reset, NULL);
	tcase_add_test(t,
	    rs_12_workers_stopped_in_turn_under_load_fail_no_request);
	tcase_add_test(t, a_killed_worker_costs_only_the_requests_in_it);
	tcase_add_test(t,
	    workers_killed_amid_first_sign_ins_leave_nothing_half_made);
	tcase_add_test(t,
	    rs_12_a_callback_in_flight_is_finished_by_a_stopping_worker);
	tcase_add_test(t,
	    every_stopping_signal_is_a_clean_end_under_the_supervisor);
	tcase_add_test(t, rs_13_peers_that_hang_up_early_kill_no_worker);
	tcase_add_test(t, rs_13_a_reload_of_nginx_leaves_the_workers_alone);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
