/* SPDX-License-Identifier: ISC */
/*
 * Workers on a database whose schema is missing or not theirs: they say so,
 * answer 503, live on, and serve as soon as it is right.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include <check.h>
#include <libpq-fe.h>

#include "support/flow.h"
#include "support/outage.h"
#include "support/program.h"
#include "support/stack.h"
#include "support/text.h"

static struct browser *browser;

/* A test that failed may have left its newer schema. */
static void setup(void)
{
	stack_sql("delete from schema_migrations where version = 999");
	outage_begin();
	browser = browser_new();
}

/* The one worker that saw the wrong schema serves on the right one. */
static void must_have_recovered(void)
{
	outage_is_over();
	flow_sign_in(browser, "google", "after");
	browser_free(browser);
}

/* SQL outside the database that the workers use. */
static void elsewhere(const char *sql)
{
	PGconn *db = PQconnectdb(text_print(
	    "host=%s/run dbname=postgres user=postgres", stack_dir()));
	PGresult *result = PQexec(db, sql);
	ExecStatusType status = PQresultStatus(result);

	ck_assert_msg(status == PGRES_COMMAND_OK ||
	    status == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(db));
	PQclear(result);
	PQfinish(db);
}

static void must_be_unavailable(const char *url)
{
	struct answer answer = browser_get(browser, url);

	outage_must_be_unavailable(browser, &answer);
	/* What is wrong is for the log alone. */
	ck_assert_ptr_null(strstr(answer.body, "schema"));
	ck_assert_ptr_null(strstr(answer.body, "migrate"));
}

/* Whether the log has a line with both. */
static bool is_logged(const char *one, const char *other)
{
	const char *line = stack_log();

	while ((line = strstr(line, one)) != NULL) {
		size_t len = strcspn(line, "\n");

		if (strstr(text_copy(line, len), other) != NULL)
			return true;
		line += len;
	}
	return false;
}

START_TEST(an_empty_database_is_503_until_it_is_migrated)
{
	struct answer answer;
	struct program_end end;

	stack_service("stop", "latchkey");
	/* Also ours: a database in use keeps its name. */
	elsewhere("select pg_terminate_backend(pid, 5000) from "
	    "pg_stat_activity where datname = 'latchkey'");
	elsewhere("alter database latchkey rename to moved_away");
	elsewhere("create database latchkey owner latchkey_owner");
	stack_sql("alter default privileges for role latchkey_owner grant "
	    "select, insert, update, delete on tables to latchkey");
	stack_service("start", "latchkey");
	outage_new_workers();

	must_be_unavailable(stack_url("/api/auth/google"));
	ck_assert(is_logged("/auth/google", "run latchkeyctl migrate"));
	answer = browser_get(browser, stack_local_url("/health/ready"));
	ck_assert_int_eq(answer.status, 503);
	ck_assert_str_eq(answer_member(browser, &answer, "postgresql"),
	    "down");
	ck_assert_int_eq(browser_get(browser,
	    stack_local_url("/health/live")).status, 200);

	end = program_run(&(struct program_plan){.name = "latchkeyctl",
	    .arguments = {"-c", stack_setting("CONF"), "migrate"}});
	ck_assert_msg(end.code == EX_OK, "%s", end.err);
	must_have_recovered();
}
END_TEST

START_TEST(a_newer_schema_is_503_and_asks_for_a_newer_program)
{
	struct flow_tokens tokens = flow_sign_in(browser, "google", "newer");
	struct answer answer;

	stack_sql("insert into schema_migrations (version, name) "
	    "values (999, '999_future')");
	outage_hang_up();
	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	flow_assert_problem(browser, &answer, 503, "unavailable");
	ck_assert(is_logged("/users/me", "install a newer latchkey"));

	stack_sql("delete from schema_migrations where version = 999");
	must_have_recovered();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("worker_schema");
	TCase *t = tcase_create("worker_schema");
	SRunner *r;
	int n;

	setenv("WORKERS", "1", 1);
	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, a_newer_schema_is_503_and_asks_for_a_newer_program);
	tcase_add_test(t, an_empty_database_is_503_until_it_is_migrated);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
