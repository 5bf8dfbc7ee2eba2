/* SPDX-License-Identifier: ISC */
/*
 * client/db.c with a PostgreSQL that dies, hangs, restarts or is not the one
 * expected, and with more threads than connections.
 */
#include "client/db.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "client/slots.h"
#include "support/probes.h"
#include "support/servers.h"

#define THREADS 16
#define ROUNDS	100

static struct op *op;

static void setup(void)
{
	probes_open();
	probes_empty();
	op = op_new(NULL, 20000);
}

static void teardown(void)
{
	op_free(op);
	probes_close();
}

/* A new operation must find a working connection at once. */
static void must_work(void)
{
	ck_assert_int_eq(probes_count(), 0);
}

START_TEST(an_idle_connection_that_was_ended_is_replaced)
{
	struct op *other = op_new(NULL, 20000);
	const struct row *row;
	const char *backend;

	/* Two connections; the second is ended while it is idle. */
	ck_assert_int_eq(db_begin(op), RC_OK);
	backend = probes_backend(other);
	ck_assert_int_eq(db_one(op, Q_BACKEND_END, DB_ARGS(backend), &row),
	    RC_OK);
	ck_assert(db_bool(row, "ended"));
	usleep(2 * SLOTS_TRUSTED_MS * 1000);

	ck_assert_str_ne(probes_backend(other), backend);
	db_rollback(op);
	op_free(other);
}
END_TEST

START_TEST(a_connection_ended_in_a_statement_is_down_once)
{
	const struct row *row;

	probes_reopen(1, true, 0);
	ck_assert_int_eq(db_one(op, Q_BACKEND_END,
	    DB_ARGS(probes_backend(op)), &row), RC_DOWN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "backend_end: 57P01 "));
	must_work();
}
END_TEST

START_TEST(a_connection_ended_in_a_transaction_keeps_nothing)
{
	struct op *other = op_new(NULL, 20000);
	const struct row *row;

	ck_assert_int_eq(db_begin(op), RC_OK);
	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("a", NULL), NULL),
	    RC_OK);
	ck_assert_int_eq(db_one(other, Q_BACKEND_END,
	    DB_ARGS(probes_backend(op)), &row), RC_OK);

	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("b", NULL), NULL),
	    RC_DOWN);
	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("c", NULL), NULL),
	    RC_DOWN);
	ck_assert_int_eq(db_commit(op), RC_DOWN);
	ck_assert_str_eq(op_reason(op),
	    "COMMIT: the transaction's connection was lost");
	must_work();
	op_free(other);
}
END_TEST

START_TEST(a_connection_lost_in_commit_says_so)
{
	struct op *other = op_new(NULL, 20000);
	const struct row *row;

	ck_assert_int_eq(db_begin(op), RC_OK);
	ck_assert_int_eq(db_one(other, Q_BACKEND_END,
	    DB_ARGS(probes_backend(op)), &row), RC_OK);
	ck_assert_int_eq(db_commit(op), RC_DOWN);
	ck_assert_ptr_nonnull(strstr(op_reason(op),
	    "it is unknown whether this was kept: COMMIT: 57P01 "));
	op_free(other);
}
END_TEST

START_TEST(a_failed_rollback_keeps_the_first_reason)
{
	struct op *other = op_new(NULL, 20000);
	const struct row *row;
	int64_t deadline_ms = op->deadline_ms;

	ck_assert_int_eq(db_begin(op), RC_OK);
	ck_assert_int_eq(db_one(other, Q_BACKEND_END,
	    DB_ARGS(probes_backend(op)), &row), RC_OK);
	op_fail(op, RC_DENIED, "the first reason");
	db_rollback(op);
	ck_assert_ptr_null(op->transaction);
	ck_assert_int_eq(op->rc, RC_DENIED);
	ck_assert_str_eq(op_reason(op), "the first reason");
	ck_assert_int_eq(op->deadline_ms, deadline_ms);
	must_work();
	op_free(other);
}
END_TEST

START_TEST(a_restart_is_not_noticed_by_the_next_request)
{
	must_work();
	servers_stop(SERVERS_POSTGRES);
	usleep(2 * SLOTS_TRUSTED_MS * 1000);
	servers_start(SERVERS_POSTGRES);
	must_work();
}
END_TEST

START_TEST(a_stopped_server_is_down_until_it_is_back)
{
	must_work();
	servers_stop(SERVERS_POSTGRES);
	usleep(2 * SLOTS_TRUSTED_MS * 1000);
	ck_assert_int_eq(db_ping(op), RC_DOWN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "connecting to "));
	ck_assert_int_eq(db_begin(op), RC_DOWN);
	ck_assert_ptr_null(op->transaction);
	servers_start(SERVERS_POSTGRES);
	ck_assert_int_eq(db_ping(op), RC_OK);
	must_work();
}
END_TEST

START_TEST(a_frozen_server_costs_the_deadline_and_no_more)
{
	struct op *brief = op_new(NULL, 20000);
	int64_t waited = INT64_MAX;
	int64_t start;

	/* Late ourselves, we have waited long enough to tell: once more. */
	for (int i = 0; i < 5 && waited >= 500; i++) {
		must_work();
		servers_freeze(SERVERS_POSTGRES);
		start = clock_mono_ms();
		brief->deadline_ms = start + 100;
		ck_assert_int_eq(db_ping(brief), RC_DOWN);
		waited = probes_since(start);
		servers_thaw(SERVERS_POSTGRES);
		ck_assert_str_eq(op_reason(brief), "ping: time-out");
		ck_assert_int_ge(waited, 100);
		ck_assert_int_lt(waited, 1500);
	}
	ck_assert_int_lt(waited, 500);

	/* So short a wait tells nothing of the server: two may ask at once. */
	ck_assert_int_eq(db_begin(op), RC_OK);
	must_work();
	op_free(brief);
}
END_TEST

START_TEST(connecting_to_a_frozen_server_keeps_the_deadline)
{
	struct op *brief;
	int64_t start;

	probes_reopen(1, true, 0);
	servers_freeze(SERVERS_POSTGRES);
	start = clock_mono_ms();
	brief = op_new(NULL, 300);
	ck_assert_int_eq(db_ping(brief), RC_DOWN);
	ck_assert_str_eq(op_reason(brief),
	    "connecting to PostgreSQL: time-out");
	ck_assert_int_lt(probes_since(start), 1500);

	/* With more time left, three seconds are the most. */
	start = clock_mono_ms();
	ck_assert_int_eq(db_ping(op), RC_DOWN);
	ck_assert_int_ge(probes_since(start), 2900);
	ck_assert_int_lt(probes_since(start), 5000);
	servers_thaw(SERVERS_POSTGRES);

	must_work();
	op_free(brief);
}
END_TEST

START_TEST(a_slow_statement_is_given_up_at_the_deadline)
{
	struct op *brief = op_new(NULL, 20000);
	const char *backend;
	int64_t start;

	probes_reopen(1, true, 0);
	backend = probes_backend(op);
	start = clock_mono_ms();
	brief->deadline_ms = start + 300;
	ck_assert_int_eq(db_run(brief, Q_PROBE_SLEEP, DB_ARGS("8"), NULL),
	    RC_DOWN);
	ck_assert_int_lt(probes_since(start), 1500);

	/* Its answer would come to the next one: the connection is gone. */
	ck_assert_str_ne(probes_backend(op), backend);
	op_free(brief);
}
END_TEST

START_TEST(an_exhausted_pool_is_waited_for_until_the_deadline)
{
	struct op *holder = op_new(NULL, 20000);
	struct op *brief;
	int64_t start;

	probes_reopen(1, true, 0);
	ck_assert_int_eq(db_begin(holder), RC_OK);
	start = clock_mono_ms();
	brief = op_new(NULL, 300);
	ck_assert_int_eq(db_ping(brief), RC_EXPIRED);
	ck_assert_int_ge(probes_since(start), 300);
	ck_assert_int_lt(probes_since(start), 1500);
	db_rollback(holder);
	ck_assert_int_eq(db_ping(brief), RC_EXPIRED);
	must_work();
	op_free(brief);
	op_free(holder);
}
END_TEST

START_TEST(plans_that_no_longer_fit_are_forgotten)
{
	probes_reopen(1, true, 0);
	ck_assert_int_eq(db_run(op, Q_PROBE_ALL, DB_NONE, NULL), RC_OK);
	ck_assert_int_eq(db_run_text(op, "alter table probes add x int"),
	    RC_OK);
	ck_assert_int_eq(db_run(op, Q_PROBE_ALL, DB_NONE, NULL), RC_DOWN);
	ck_assert_int_eq(db_run(op, Q_PROBE_ALL, DB_NONE, NULL), RC_OK);
	ck_assert_int_eq(db_run_text(op, "deallocate all"), RC_OK);
	ck_assert_int_eq(db_run(op, Q_PROBE_ALL, DB_NONE, NULL), RC_DOWN);
	ck_assert_int_eq(db_run(op, Q_PROBE_ALL, DB_NONE, NULL), RC_OK);
	ck_assert_int_eq(db_run_text(op, "alter table probes drop x"), RC_OK);
}
END_TEST

START_TEST(another_schema_is_refused_with_both_versions)
{
	probes_reopen(2, true, 3);
	ck_assert_int_eq(db_ping(op), RC_DOWN);
	ck_assert_int_eq(db_ping(op), RC_DOWN);
	ck_assert_str_eq(op_reason(op), "the schema is version 0, this "
	    "program needs 3: run latchkeyctl migrate");

	probes_reopen(2, true, 0);
	ck_assert_int_eq(db_run_text(op, "create table schema_migrations "
	    "(version int primary key, name text, applied_at timestamptz)"),
	    RC_OK);
	probes_reopen(2, true, 3);
	ck_assert_int_eq(db_ping(op), RC_DOWN);
	probes_reopen(2, true, 0);
	ck_assert_int_eq(db_run_text(op,
	    "insert into schema_migrations values (2, 'two', now())"), RC_OK);
	probes_reopen(2, true, 3);
	ck_assert_int_eq(db_ping(op), RC_DOWN);
	ck_assert_str_eq(op_reason(op), "the schema is version 2, this "
	    "program needs 3: run latchkeyctl migrate");
	probes_reopen(2, true, 1);
	ck_assert_int_eq(db_begin(op), RC_DOWN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "a newer latchkey"));
	probes_reopen(2, true, 2);
	must_work();
	probes_reopen(2, true, 0);
	ck_assert_int_eq(db_run_text(op, "drop table schema_migrations"),
	    RC_OK);
}
END_TEST

START_TEST(a_malformed_connection_string_is_not_quoted)
{
	db_close();
	db_open(&(struct db_settings){
	    .conninfo = "host=/nowhere password=hush secret-word",
	    .pool = 1,
	});
	ck_assert_int_eq(db_ping(op), RC_DOWN);
	ck_assert_ptr_null(strstr(op_reason(op), "hush"));
	ck_assert_ptr_null(strstr(op_reason(op), "secret-word"));
}
END_TEST

/* Adds rows, half of them in transactions that are rolled back. */
static void *work(void *argument)
{
	const char *name = argument;
	int64_t failures = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct op *mine = op_new(NULL, 20000);
		const char *key = pool_print(mine->pool, "%s-%d", name, i);
		const struct row *row;

		if (i % 2 == 0 && db_begin(mine) != RC_OK)
			failures++;
		if (db_run(mine, Q_PROBE_ADD, DB_ARGS(key, NULL), NULL) !=
			RC_OK ||
		    db_one(mine, Q_PROBE_ECHO, DB_ARGS(key), &row) != RC_OK ||
		    strcmp(db_text(row, "value"), key) != 0)
			failures++;
		op_free(mine);
	}

	return failures == 0 ? NULL : argument;
}

START_TEST(sixteen_threads_share_four_connections)
{
	pthread_t threads[THREADS];
	char names[THREADS][16];
	void *failure;

	probes_reopen(4, true, 0);
	for (int i = 0; i < THREADS; i++) {
		snprintf(names[i], sizeof(names[i]), "t%d", i);
		pthread_create(&threads[i], NULL, work, names[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failure);
		ck_assert_ptr_null(failure);
	}

	ck_assert_int_eq(probes_count(), THREADS * ROUNDS / 2);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("db_down");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_idle_connection_that_was_ended_is_replaced);
	tcase_add_test(t, a_connection_ended_in_a_statement_is_down_once);
	tcase_add_test(t, a_connection_ended_in_a_transaction_keeps_nothing);
	tcase_add_test(t, a_connection_lost_in_commit_says_so);
	tcase_add_test(t, a_failed_rollback_keeps_the_first_reason);
	tcase_add_test(t, a_restart_is_not_noticed_by_the_next_request);
	tcase_add_test(t, a_stopped_server_is_down_until_it_is_back);
	tcase_add_test(t, a_frozen_server_costs_the_deadline_and_no_more);
	tcase_add_test(t, connecting_to_a_frozen_server_keeps_the_deadline);
	tcase_add_test(t, a_slow_statement_is_given_up_at_the_deadline);
	tcase_add_test(t, an_exhausted_pool_is_waited_for_until_the_deadline);
	tcase_add_test(t, plans_that_no_longer_fit_are_forgotten);
	tcase_add_test(t, another_schema_is_refused_with_both_versions);
	tcase_add_test(t, a_malformed_connection_string_is_not_quoted);
	tcase_add_test(t, sixteen_threads_share_four_connections);
	return t;
}

int main(void)
{
	Suite *s = suite_create("db_down");
	SRunner *r;
	int failed;

	if (!probes_begin())
		return 0;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	servers_end();
	return failed == 0 ? 0 : 1;
}
