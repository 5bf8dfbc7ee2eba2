/* SPDX-License-Identifier: ISC */
/*
 * client/redis.c with a real Redis: answers of each kind, errors, a server
 * that dies, hangs and restarts, more threads than connections.
 */
#include "client/redis.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "base/str.h"
#include "client/slots.h"
#include "support/beside.h"
#include "support/servers.h"

#define THREADS	   16
#define ROUNDS	   300
#define TIMEOUT_MS 2000

static struct op *op;

static void open_pool(size_t pool, const char *user, const char *password)
{
	redis_close();
	redis_open(&(struct redis_settings){
	    .socket = servers_redis_socket(),
	    .user = user,
	    .password = password,
	    .pool = pool,
	    .timeout_ms = TIMEOUT_MS,
	});
}

static void setup(void)
{
	open_pool(1, NULL, NULL);
	op = op_new(NULL, 20000);
}

static void teardown(void)
{
	op_free(op);
	redis_close();
}

/* Empties the server and says a command to it, beside the pool under test. */
static void tell(const char *command)
{
	beside_open();
	beside_tell(command);
	beside_close();
}

static enum rc ask(enum script script, const char *word,
    const struct reply **reply)
{
	return redis_script(op, script, REDIS_NONE, REDIS_WORDS(word), reply);
}

/* What script says when given word; it must answer. */
static const char *answer(enum script script, const char *word)
{
	const struct reply *reply;

	ck_assert_int_eq(ask(script, word, &reply), RC_OK);
	return redis_text(reply, 0);
}

/* How many connections the server has ever accepted. */
static int64_t accepted(void)
{
	const struct reply *reply;

	ck_assert_int_eq(ask(SCRIPT_CONNECTIONS, "", &reply), RC_OK);
	return redis_int(reply, 0, -1);
}

START_TEST(keys_and_arguments_arrive_in_order)
{
	const struct reply *reply;

	ck_assert_int_eq(redis_script(op, SCRIPT_ECHO, REDIS_WORDS("a", "b"),
	    REDIS_WORDS("c c", "", "\r\n"), &reply), RC_OK);
	ck_assert_uint_eq(redis_count(reply), 5);
	ck_assert_str_eq(redis_text(reply, 0), "a");
	ck_assert_str_eq(redis_text(reply, 1), "b");
	ck_assert_str_eq(redis_text(reply, 2), "c c");
	ck_assert_str_eq(redis_text(reply, 3), "");
	ck_assert_str_eq(redis_text(reply, 4), "\r\n");

	ck_assert_int_eq(redis_script(op, SCRIPT_ECHO, REDIS_NONE, REDIS_NONE,
	    &reply), RC_OK);
	ck_assert_uint_eq(redis_count(reply), 0);
	ck_assert_ptr_null(redis_text(reply, 0));
}
END_TEST

START_TEST(elements_of_each_kind_are_read)
{
	const struct reply *reply;

	ck_assert_int_eq(ask(SCRIPT_KINDS, "", &reply), RC_OK);
	ck_assert_uint_eq(redis_count(reply), 7);
	ck_assert_str_eq(redis_text(reply, 0), "text");
	ck_assert_str_eq(redis_text(reply, 1), "42");
	ck_assert_ptr_null(redis_text(reply, 2));
	ck_assert_str_eq(redis_text(reply, 3), "FINE");
	ck_assert_str_eq(redis_text(reply, 5), "");
	ck_assert_ptr_null(redis_text(reply, 7));

	ck_assert_int_eq(redis_int(reply, 0, -1), -1);
	ck_assert_int_eq(redis_int(reply, 1, -1), 42);
	ck_assert_int_eq(redis_int(reply, 2, -1), -1);
	ck_assert_int_eq(redis_int(reply, 4, -1), -7);
	ck_assert_int_eq(redis_int(reply, 5, -1), -1);
	ck_assert_int_eq(redis_int(reply, 6, -1), -1);
	ck_assert_int_eq(redis_int(reply, 7, -1), -1);
}
END_TEST

START_TEST(answers_that_are_no_flat_list_are_down)
{
	const struct reply *reply = NULL;

	ck_assert_int_eq(ask(SCRIPT_NESTED, "", &reply), RC_DOWN);
	ck_assert_int_eq(ask(SCRIPT_HIDDEN_ERROR, "", &reply), RC_DOWN);
	ck_assert_int_eq(ask(SCRIPT_NUMBER, "", &reply), RC_DOWN);
	ck_assert_ptr_null(reply);
	ck_assert_str_eq(op_reason(op),
	    "Redis: number: the answer is not a flat list");
}
END_TEST

START_TEST(an_ordinary_error_is_down_and_keeps_the_connection)
{
	const struct reply *reply = NULL;
	int64_t before = accepted();

	ck_assert_int_eq(redis_script(op, SCRIPT_WRONG_TYPE, REDIS_WORDS("w"),
	    REDIS_NONE, &reply), RC_DOWN);
	ck_assert(str_begins(op_reason(op), "Redis: wrong_type: WRONGTYPE "));
	ck_assert_ptr_null(reply);
	ck_assert_int_eq(accepted(), before);
}
END_TEST

START_TEST(an_error_of_the_server_drops_the_connection)
{
	static const char *const errors[] = {"READONLY no", "LOADING no",
		"MASTERDOWN no", "NOAUTH no", "NOPERM no"};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		int64_t before = accepted();
		const struct reply *reply;

		ck_assert_int_eq(ask(SCRIPT_FAIL, errors[i], &reply), RC_DOWN);
		ck_assert_int_eq(accepted(), before + 1);
	}
}
END_TEST

START_TEST(a_script_the_server_forgot_runs_once)
{
	const struct reply *reply;

	tell("SCRIPT FLUSH");
	for (int64_t i = 1; i <= 2; i++) {
		ck_assert_int_eq(redis_script(op, SCRIPT_INCREMENT,
		    REDIS_WORDS("counter"), REDIS_NONE, &reply), RC_OK);
		ck_assert_int_eq(redis_int(reply, 0, 0), i);
	}
}
END_TEST

START_TEST(a_host_without_a_server_is_down)
{
	redis_close();
	redis_open(&(struct redis_settings){.host = "127.0.0.1", .port = 1,
	    .pool = 1, .timeout_ms = TIMEOUT_MS});
	ck_assert_int_eq(redis_ping(op), RC_DOWN);
	ck_assert(str_begins(op_reason(op), "Redis: connecting: "));
}
END_TEST

START_TEST(a_user_signs_in_with_a_password)
{
	open_pool(1, SERVERS_REDIS_USER, SERVERS_REDIS_PASSWORD);
	ck_assert_int_eq(redis_ping(op), RC_OK);

	open_pool(1, SERVERS_REDIS_USER, "hush");
	ck_assert_int_eq(redis_ping(op), RC_DOWN);
	ck_assert(str_begins(op_reason(op), "Redis: signing in: WRONGPASS "));
	ck_assert_ptr_null(strstr(op_reason(op), "hush"));
	ck_assert_int_eq(redis_ping(op), RC_DOWN);

	open_pool(1, NULL, "hush");
	ck_assert_int_eq(redis_ping(op), RC_DOWN);
	ck_assert_int_eq(redis_ping(op), RC_DOWN);
	ck_assert(str_begins(op_reason(op), "Redis: signing in: "));
	ck_assert_ptr_null(strstr(op_reason(op), "hush"));
}
END_TEST

START_TEST(an_idle_connection_that_was_ended_is_replaced)
{
	ck_assert_int_eq(redis_ping(op), RC_OK);
	tell("CLIENT KILL TYPE normal");
	usleep(2 * SLOTS_TRUSTED_MS * 1000);
	ck_assert_int_eq(redis_ping(op), RC_OK);
}
END_TEST

START_TEST(a_restart_is_not_noticed_by_the_next_request)
{
	ck_assert_int_eq(redis_ping(op), RC_OK);
	servers_stop(SERVERS_REDIS);
	usleep(2 * SLOTS_TRUSTED_MS * 1000);
	servers_start(SERVERS_REDIS);
	ck_assert_str_eq(answer(SCRIPT_ECHO, "a"), "a");
}
END_TEST

START_TEST(a_stopped_server_is_down_until_it_is_back)
{
	ck_assert_int_eq(redis_ping(op), RC_OK);
	servers_stop(SERVERS_REDIS);
	usleep(2 * SLOTS_TRUSTED_MS * 1000);
	ck_assert_int_eq(redis_ping(op), RC_DOWN);
	ck_assert(str_begins(op_reason(op), "Redis: connecting: "));
	servers_start(SERVERS_REDIS);
	ck_assert_int_eq(redis_ping(op), RC_OK);
}
END_TEST

/* Asks a frozen server: how long until it is given up, in milliseconds. */
static int64_t time_frozen(int64_t budget_ms)
{
	int64_t start = clock_mono_ms();
	struct op *brief = op_new(NULL, budget_ms);

	ck_assert_int_eq(redis_ping(brief), RC_DOWN);
	ck_assert_str_eq(op_reason(brief), "Redis: PING: time-out");
	op_free(brief);
	return clock_mono_ms() - start;
}

START_TEST(a_frozen_server_costs_the_deadline_or_the_time_out)
{
	const struct reply *reply;
	int64_t took;

	ck_assert_int_eq(redis_ping(op), RC_OK);
	servers_freeze(SERVERS_REDIS);
	took = time_frozen(300);
	ck_assert(took >= 250 && took < TIMEOUT_MS - 50);
	took = time_frozen(20000);
	ck_assert(took >= TIMEOUT_MS - 50 && took < TIMEOUT_MS + 5000);

	/* An answer that comes too late is nobody's. */
	op->deadline_ms = clock_mono_ms() + 200;
	ck_assert_int_eq(ask(SCRIPT_ECHO, "late", &reply), RC_DOWN);
	servers_thaw(SERVERS_REDIS);
	op->deadline_ms = clock_mono_ms() + 20000;
	ck_assert_str_eq(answer(SCRIPT_ECHO, "next"), "next");
}
END_TEST

static sem_t holder_runs;

static void *hold_the_connection(void *holder)
{
	sem_post(&holder_runs);
	/* Thawed in time or not: both are right. */
	return redis_ping(holder) == RC_OK ? NULL : holder;
}

START_TEST(an_exhausted_pool_is_waited_for_until_the_deadline)
{
	struct op *holder = op_new(NULL, 20000);
	struct op *brief;
	pthread_t thread;
	int64_t start;

	sem_init(&holder_runs, 0, 0);
	ck_assert_int_eq(redis_ping(op), RC_OK);
	servers_freeze(SERVERS_REDIS);
	pthread_create(&thread, NULL, hold_the_connection, holder);
	sem_wait(&holder_runs);
	usleep(200000);
	start = clock_mono_ms();
	brief = op_new(NULL, 300);
	ck_assert_int_eq(redis_ping(brief), RC_EXPIRED);
	ck_assert_int_ge(clock_mono_ms() - start, 300);
	ck_assert_int_lt(clock_mono_ms() - start, 1500);
	op_free(brief);

	servers_thaw(SERVERS_REDIS);
	pthread_join(thread, NULL);
	op_free(holder);
	sem_destroy(&holder_runs);
	ck_assert_int_eq(redis_ping(op), RC_OK);
}
END_TEST

/* Asks for its own words again and again. */
static void *work(void *argument)
{
	const char *name = argument;
	int failures = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct op *mine = op_new(NULL, 20000);
		const char *word = pool_print(mine->pool, "%s-%d", name, i);
		const struct reply *reply;

		if (redis_script(mine, SCRIPT_ECHO, REDIS_NONE,
			REDIS_WORDS(word), &reply) != RC_OK ||
		    strcmp(redis_text(reply, 0), word) != 0)
			failures++;
		op_free(mine);
	}

	return failures == 0 ? NULL : argument;
}

START_TEST(sixteen_threads_share_four_connections)
{
	pthread_t threads[THREADS];
	char names[THREADS][16];
	int64_t before;
	void *failure;

	open_pool(4, NULL, NULL);
	before = accepted();
	for (int i = 0; i < THREADS; i++) {
		snprintf(names[i], sizeof(names[i]), "t%d", i);
		pthread_create(&threads[i], NULL, work, names[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failure);
		ck_assert_ptr_null(failure);
	}

	/* The first was there before, three more are the rest of the pool. */
	ck_assert_int_le(accepted() - before, 3);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("redis");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, keys_and_arguments_arrive_in_order);
	tcase_add_test(t, elements_of_each_kind_are_read);
	tcase_add_test(t, answers_that_are_no_flat_list_are_down);
	tcase_add_test(t, an_ordinary_error_is_down_and_keeps_the_connection);
	tcase_add_test(t, an_error_of_the_server_drops_the_connection);
	tcase_add_test(t, a_script_the_server_forgot_runs_once);
	tcase_add_test(t, a_host_without_a_server_is_down);
	tcase_add_test(t, a_user_signs_in_with_a_password);
	tcase_add_test(t, an_idle_connection_that_was_ended_is_replaced);
	tcase_add_test(t, a_restart_is_not_noticed_by_the_next_request);
	tcase_add_test(t, a_stopped_server_is_down_until_it_is_back);
	tcase_add_test(t, a_frozen_server_costs_the_deadline_or_the_time_out);
	tcase_add_test(t, an_exhausted_pool_is_waited_for_until_the_deadline);
	tcase_add_test(t, sixteen_threads_share_four_connections);
	return t;
}

int main(void)
{
	Suite *s = suite_create("redis");
	SRunner *r;
	int failed;

	signal(SIGPIPE, SIG_IGN);
	if (!servers_begin(SERVERS_REDIS))
		return 0;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	servers_end();
	return failed == 0 ? 0 : 1;
}
