/* SPDX-License-Identifier: ISC */
/*
 * client/db.c with a real PostgreSQL that is well: queries, rows, outcomes,
 * transactions.  test_db_down.c has the servers that are not.
 */
#include "client/db.h"

#include <stdio.h>
#include <string.h>

#include <check.h>

#include "support/probes.h"
#include "support/servers.h"

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

static void must_add(struct op *by, const char *name, const char *owner)
{
	ck_assert_int_eq(db_run(by, Q_PROBE_ADD, DB_ARGS(name, owner), NULL),
	    RC_OK);
}

START_TEST(a_row_comes_back_by_column_name)
{
	const struct row *row;

	ck_assert_int_eq(db_one(op, Q_PROBE_ECHO, DB_ARGS("Zoë 'x'"), &row),
	    RC_OK);
	ck_assert_str_eq(db_text(row, "value"), "Zoë 'x'");
	ck_assert(!db_bool(row, "missing"));
	ck_assert(!db_bool(row, "missing"));
	ck_assert_str_eq(db_text(row, "value"), "Zoë 'x'");
}
END_TEST

START_TEST(null_parameters_and_columns_are_null)
{
	const struct row *row;

	ck_assert_int_eq(db_one(op, Q_PROBE_ECHO, DB_ARGS(NULL), &row), RC_OK);
	ck_assert_ptr_null(db_text(row, "value"));
	ck_assert(db_bool(row, "missing"));

	ck_assert_int_eq(db_one(op, Q_PROBE_ECHO, DB_ARGS(""), &row), RC_OK);
	ck_assert_str_eq(db_text(row, "value"), "");
}
END_TEST

START_TEST(no_row_is_absent)
{
	const struct row *row = NULL;

	ck_assert_int_eq(db_one(op, Q_PROBE_NONE, DB_NONE, &row), RC_ABSENT);
	ck_assert_ptr_null(row);
	ck_assert_str_eq(op_reason(op), "probe_none: no row");
}
END_TEST

START_TEST(two_rows_where_one_was_promised_are_refused)
{
	const struct row *row = NULL;

	ck_assert_int_eq(db_one(op, Q_PROBE_NUMBERS, DB_ARGS("2"), &row),
	    RC_DOWN);
	ck_assert_ptr_null(row);
}
END_TEST

START_TEST(many_rows_keep_their_order)
{
	struct rows rows;

	ck_assert_int_eq(db_many(op, Q_PROBE_NUMBERS, DB_ARGS("500"), &rows),
	    RC_OK);
	ck_assert_uint_eq(rows.count, 500);
	for (size_t i = 0; i < rows.count; i++) {
		ck_assert_int_eq(db_int(rows.items[i], "n"), (int64_t)i + 1);
		ck_assert(db_bool(rows.items[i], "even") == (i % 2 == 1));
		ck_assert(!db_bool(rows.items[i], "neither"));
	}

	ck_assert_int_eq(db_many(op, Q_PROBE_NUMBERS, DB_ARGS("0"), &rows),
	    RC_OK);
	ck_assert_uint_eq(rows.count, 0);
}
END_TEST

START_TEST(changed_rows_are_counted)
{
	int64_t changed = -1;

	must_add(op, "a", NULL);
	must_add(op, "b", NULL);
	ck_assert_int_eq(db_run(op, Q_PROBE_RENAME, DB_ARGS("x"), &changed),
	    RC_OK);
	ck_assert_int_eq(changed, 2);
}
END_TEST

START_TEST(large_parameters_go_through)
{
	const size_t size = 4000000;
	char *text = pool_alloc(op->pool, size + 1);
	const struct row *row;

	memset(text, 'x', size);
	ck_assert_int_eq(db_one(op, Q_PROBE_ECHO, DB_ARGS(text), &row), RC_OK);
	ck_assert_str_eq(db_text(row, "value"), text);
}
END_TEST

START_TEST(a_unique_constraint_is_taken)
{
	must_add(op, "a", NULL);
	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("a", NULL), NULL),
	    RC_TAKEN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "probe_add: 23505 "));
	ck_assert_int_eq(probes_count(), 1);
}
END_TEST

/* To try that again would change nothing. */
START_TEST(a_check_constraint_is_a_mistake_of_ours)
{
	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("bad", NULL), NULL),
	    RC_DOWN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "probe_add: 23514 "));
	ck_assert_int_eq(probes_count(), 0);
}
END_TEST

START_TEST(a_foreign_key_outside_a_transaction_is_taken)
{
	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("a", "b"), NULL),
	    RC_TAKEN);
	ck_assert_int_eq(probes_count(), 0);
}
END_TEST

START_TEST(a_deferred_constraint_is_taken_at_commit)
{
	ck_assert_int_eq(db_begin(op), RC_OK);
	must_add(op, "a", "b");
	ck_assert_int_eq(db_commit(op), RC_TAKEN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "COMMIT: 23503 "));
	ck_assert_ptr_null(op->transaction);
	ck_assert_int_eq(probes_count(), 0);

	ck_assert_int_eq(db_begin(op), RC_OK);
	must_add(op, "a", "b");
	must_add(op, "b", NULL);
	ck_assert_int_eq(db_commit(op), RC_OK);
	ck_assert_int_eq(probes_count(), 2);
}
END_TEST

START_TEST(others_see_a_transaction_when_it_is_committed)
{
	ck_assert_int_eq(db_begin(op), RC_OK);
	must_add(op, "a", NULL);
	ck_assert_int_eq(probes_count(), 0);
	ck_assert_int_eq(db_commit(op), RC_OK);
	ck_assert_int_eq(probes_count(), 1);
}
END_TEST

START_TEST(a_transaction_is_read_committed)
{
	const struct row *row;

	ck_assert_int_eq(db_begin(op), RC_OK);
	ck_assert_int_eq(db_one(op, Q_BACKEND_ENCODING, DB_NONE, &row), RC_OK);
	ck_assert_str_eq(db_text(row, "isolation"), "read committed");
	ck_assert_str_eq(db_text(row, "value"), "UTF8");
	ck_assert_str_eq(db_text(row, "program"), "latchkey");
}
END_TEST

START_TEST(rolling_back_keeps_nothing_and_the_reason)
{
	db_rollback(op);

	ck_assert_int_eq(db_begin(op), RC_OK);
	must_add(op, "a", NULL);
	op_fail(op, RC_DENIED, "the first reason");
	db_rollback(op);
	ck_assert_ptr_null(op->transaction);
	ck_assert_int_eq(op->rc, RC_DENIED);
	ck_assert_str_eq(op_reason(op), "the first reason");
	ck_assert_int_eq(probes_count(), 0);
}
END_TEST

START_TEST(an_operation_freed_in_a_transaction_rolls_back)
{
	struct op *other = op_new(NULL, 20000);
	struct op *next = op_new(NULL, 20000);
	const char *backend;

	probes_reopen(1, true, 0);
	ck_assert_int_eq(db_begin(other), RC_OK);
	backend = pool_text(op->pool, probes_backend(other));
	must_add(other, "a", NULL);
	op_free(other);

	/* The one connection is free, in order, and still the same. */
	ck_assert_int_eq(probes_count(), 0);
	ck_assert_str_eq(probes_backend(next), backend);
	op_free(next);
}
END_TEST

START_TEST(an_operation_out_of_time_still_rolls_back)
{
	struct op *next = op_new(NULL, 20000);
	const char *backend;

	probes_reopen(1, true, 0);
	ck_assert_int_eq(db_begin(op), RC_OK);
	backend = probes_backend(op);
	must_add(op, "a", NULL);
	op->deadline_ms = 0;
	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("b", NULL), NULL),
	    RC_DOWN);
	ck_assert_int_eq(db_commit(op), RC_DOWN);
	ck_assert_str_eq(op_reason(op), "COMMIT: no time was left");
	ck_assert_int_eq(probes_count(), 0);
	ck_assert_str_eq(probes_backend(next), backend);
	op_free(next);
}
END_TEST

START_TEST(committing_after_a_failed_statement_is_down)
{
	ck_assert_int_eq(db_begin(op), RC_OK);
	must_add(op, "a", NULL);
	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("a", NULL), NULL),
	    RC_TAKEN);
	ck_assert_int_eq(db_commit(op), RC_DOWN);
	ck_assert_int_eq(probes_count(), 0);
}
END_TEST

START_TEST(what_the_server_refuses_is_down_with_its_words)
{
	const struct row *row;

	ck_assert_int_eq(db_one(op, Q_PROBE_RAISE, DB_ARGS("40001"), &row),
	    RC_DOWN);
	ck_assert_str_eq(op_reason(op), "probe_raise: 40001 told to");
}
END_TEST

START_TEST(reasons_hold_no_detail_and_no_value)
{
	const struct row *row;

	ck_assert_int_eq(db_one(op, Q_PROBE_RAISE, DB_ARGS("P0001"), &row),
	    RC_DOWN);
	ck_assert_str_eq(op_reason(op), "probe_raise: P0001 told to");
	ck_assert_int_eq(db_one(op, Q_PROBE_UUID,
	    DB_ARGS("alice@example.org"), &row), RC_DOWN);
	ck_assert_str_eq(op_reason(op),
	    "probe_uuid: 22P02 invalid input syntax for type uuid: ");
	ck_assert_int_eq(db_run(op, Q_PROBE_WRONG, DB_NONE, NULL), RC_DOWN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "probe_wrong: 42703 "));
}
END_TEST

/* How many statements the one connection has prepared. */
static int64_t prepared(void)
{
	const struct row *row;

	for (int i = 0; i < 3; i++)
		probes_count();
	ck_assert_int_eq(db_one(op, Q_BACKEND_PREPARED, DB_NONE, &row), RC_OK);
	return db_int(row, "count");
}

START_TEST(statements_are_prepared_once_or_not_at_all)
{
	probes_reopen(1, true, 0);
	ck_assert_int_eq(prepared(), 2);
	ck_assert_int_eq(prepared(), 2);

	probes_reopen(1, false, 0);
	ck_assert_int_eq(prepared(), 0);
	must_add(op, "a", NULL);
	ck_assert_int_eq(db_run(op, Q_PROBE_ADD, DB_ARGS("a", NULL), NULL),
	    RC_TAKEN);
	ck_assert_int_eq(probes_count(), 1);
}
END_TEST

START_TEST(a_schema_step_runs_whole_or_not_at_all)
{
	ck_assert_int_eq(db_run_text(op,
	    "insert into probes values ('a'); insert into probes values ('b')"),
	    RC_OK);
	ck_assert_int_eq(probes_count(), 2);
	ck_assert_int_eq(db_run_text(op,
	    "insert into probes values ('c'); select wrong; select 1"),
	    RC_DOWN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "schema step: 42703 "));
	ck_assert_int_eq(probes_count(), 2);

	ck_assert_int_eq(db_begin(op), RC_OK);
	ck_assert_int_eq(db_run_text(op, "truncate probes"), RC_OK);
	db_rollback(op);
	ck_assert_int_eq(probes_count(), 2);
}
END_TEST

START_TEST(a_living_server_answers_ping)
{
	ck_assert_int_eq(db_ping(op), RC_OK);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("db");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_row_comes_back_by_column_name);
	tcase_add_test(t, null_parameters_and_columns_are_null);
	tcase_add_test(t, no_row_is_absent);
	tcase_add_test(t, two_rows_where_one_was_promised_are_refused);
	tcase_add_test(t, many_rows_keep_their_order);
	tcase_add_test(t, changed_rows_are_counted);
	tcase_add_test(t, large_parameters_go_through);
	tcase_add_test(t, a_unique_constraint_is_taken);
	tcase_add_test(t, a_check_constraint_is_a_mistake_of_ours);
	tcase_add_test(t, a_foreign_key_outside_a_transaction_is_taken);
	tcase_add_test(t, a_deferred_constraint_is_taken_at_commit);
	tcase_add_test(t, others_see_a_transaction_when_it_is_committed);
	tcase_add_test(t, a_transaction_is_read_committed);
	tcase_add_test(t, rolling_back_keeps_nothing_and_the_reason);
	tcase_add_test(t, an_operation_freed_in_a_transaction_rolls_back);
	tcase_add_test(t, an_operation_out_of_time_still_rolls_back);
	tcase_add_test(t, committing_after_a_failed_statement_is_down);
	tcase_add_test(t, what_the_server_refuses_is_down_with_its_words);
	tcase_add_test(t, reasons_hold_no_detail_and_no_value);
	tcase_add_test(t, statements_are_prepared_once_or_not_at_all);
	tcase_add_test(t, a_schema_step_runs_whole_or_not_at_all);
	tcase_add_test(t, a_living_server_answers_ping);
	return t;
}

int main(void)
{
	Suite *s = suite_create("db");
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
