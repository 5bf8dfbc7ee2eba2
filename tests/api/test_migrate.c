/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl migrate on databases of its own, and every query of ours
 * against the schema it makes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <check.h>
#include <libpq-fe.h>

#include "base/clock.h"
#include "sql/queries.h"
#include "sql/schema.h"
#include "support/program.h"
#include "support/stack.h"
#include "support/text.h"

/* The lock that makes one migration wait for another. */
#define MIGRATION_LOCK "7310580281935"

static const char *database;
static const char *conf;

/* An empty database for each test, and a configuration that names it. */
static void setup(void)
{
	static int made;

	database = text_print("m%d_%d", (int)getpid(), made++);
	stack_sql(text_print("create database %s owner latchkey_owner",
	    database));
	conf = program_conf("dbname=latchkey ",
	    text_print("dbname=%s ", database));
}

static const char *conninfo(const char *role)
{
	return text_print("host=%s/run dbname=%s user=%s", stack_dir(),
	    database, role);
}

/* A number from the test's own database. */
static long count(const char *sql)
{
	PGconn *db = PQconnectdb(conninfo("postgres"));
	PGresult *result = PQexec(db, sql);
	long number = -1;

	ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK ||
	    PQresultStatus(result) == PGRES_COMMAND_OK, "%s: %s", sql,
	    PQerrorMessage(db));
	if (PQntuples(result) == 1)
		sscanf(PQgetvalue(result, 0, 0), "%ld", &number);
	PQclear(result);
	PQfinish(db);
	return number;
}

static long tables(void)
{
	return count("select count(*) from pg_tables where "
	    "schemaname = 'public'");
}

static struct program_end migrate(const char *option)
{
	return program_run(&(struct program_plan){.name = "latchkeyctl",
	    .arguments = {"-c", conf, "migrate", option}});
}

static size_t occurrences(const char *text, const char *words)
{
	size_t found = 0;

	while ((text = strstr(text, words)) != NULL) {
		text += strlen(words);
		found++;
	}
	return found;
}

START_TEST(a_dry_run_names_the_steps_and_changes_nothing)
{
	struct program_end end = migrate("-n");

	ck_assert_int_eq(end.code, EX_OK);
	ck_assert_str_eq(end.err, "");
	ck_assert_uint_eq(occurrences(end.out, "would apply"), SCHEMA_COUNT);
	ck_assert_ptr_nonnull(strstr(end.out, schema_texts[0].name));
	ck_assert_int_eq(tables(), 0);
}
END_TEST

START_TEST(the_second_run_finds_the_schema_up_to_date)
{
	struct program_end end = migrate(NULL);

	ck_assert_msg(end.code == EX_OK, "%s", end.err);
	ck_assert_uint_eq(occurrences(end.out, "applied"), SCHEMA_COUNT);
	ck_assert_int_eq(count("select max(version) from schema_migrations"),
	    SCHEMA_VERSION);
	ck_assert_int_ge(tables(), 6);

	for (int i = 0; i < 2; i++) {
		end = migrate(i == 0 ? NULL : "-n");
		ck_assert_int_eq(end.code, EX_OK);
		ck_assert_uint_eq(occurrences(end.out, "appl"), 0);
		ck_assert_ptr_nonnull(strstr(end.out, "up to date"));
	}
	ck_assert_int_eq(count("select count(*) from schema_migrations"),
	    SCHEMA_COUNT);
}
END_TEST

/* Waits until so many sessions wait for a lock. */
static void await_waiting(long wanted)
{
	int64_t until = clock_mono_ms() + 10000;

	while (count("select count(*) from pg_locks where not granted and "
	    "locktype = 'advisory'") < wanted) {
		ck_assert_msg(clock_mono_ms() < until,
		    "the migrations do not wait");
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
}

START_TEST(of_two_migrations_at_once_exactly_one_applies)
{
	const struct program_plan plan = {.name = "latchkeyctl",
	    .arguments = {"-c", conf, "migrate"}};
	PGconn *holder = PQconnectdb(conninfo("latchkey_owner"));
	struct program programs[2];
	struct program_end ends[2];

	PQclear(PQexec(holder, "select pg_advisory_lock(" MIGRATION_LOCK ")"));
	programs[0] = program_start(&plan);
	programs[1] = program_start(&plan);
	/* Both have seen an empty database and want to change it. */
	await_waiting(2);
	PQfinish(holder);
	for (int i = 0; i < 2; i++) {
		ends[i] = program_wait(&programs[i]);
		ck_assert_msg(ends[i].code == EX_OK, "%s", ends[i].err);
	}

	/* One says "applied 001_start", the other that it was meanwhile. */
	ck_assert_uint_eq(occurrences(ends[0].out, "applied 0") +
	    occurrences(ends[1].out, "applied 0"), SCHEMA_COUNT);
	ck_assert_uint_eq(occurrences(ends[0].out, "meanwhile") +
	    occurrences(ends[1].out, "meanwhile"), SCHEMA_COUNT);
	ck_assert_int_eq(count("select count(*) from schema_migrations"),
	    SCHEMA_COUNT);
}
END_TEST

START_TEST(a_newer_schema_is_refused)
{
	struct program_end end;

	ck_assert_int_eq(migrate(NULL).code, EX_OK);
	count("insert into schema_migrations (version, name) "
	    "values (999, '999_future')");
	end = migrate(NULL);
	ck_assert_int_eq(end.code, EX_DATAERR);
	ck_assert_str_eq(end.out, "");
	ck_assert_ptr_nonnull(strstr(end.err, "999"));
	ck_assert_ptr_nonnull(strstr(end.err, "newer"));
}
END_TEST

START_TEST(a_step_that_fails_leaves_nothing_behind)
{
	struct program_end end;

	/* The last thing the first step would make is in the way. */
	count("create table events ()");
	end = migrate(NULL);
	ck_assert_int_eq(end.code, EX_UNAVAILABLE);
	ck_assert_uint_eq(occurrences(end.out, "applied"), 0);
	ck_assert_ptr_nonnull(strstr(end.err, schema_texts[0].name));
	ck_assert_ptr_nonnull(strstr(end.err, "events"));
	ck_assert_int_eq(tables(), 1);
}
END_TEST

/* The role of the workers may not change the schema. */
START_TEST(migrate_conninfo_is_the_role_that_migrates)
{
	struct program_end end;

	conf = program_conf("dbname=latchkey user=latchkey_owner",
	    text_print("dbname=%s user=latchkey", database));
	end = migrate(NULL);
	ck_assert_int_eq(end.code, EX_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(end.err, "42501"));
	ck_assert_int_eq(tables(), 0);

	conf = program_conf("dbname=latchkey user=latchkey_owner",
	    text_print("dbname=%s user=latchkey_owner", database));
	ck_assert_int_eq(migrate(NULL).code, EX_OK);
	ck_assert_int_eq(count("select count(*) from pg_tables where "
	    "tablename = 'users' and tableowner = 'latchkey_owner'"), 1);
}
END_TEST

START_TEST(a_database_that_is_down_is_said_in_one_line)
{
	struct program_end end;

	conf = program_conf("host=/", "host=/nonexistent/");
	end = migrate(NULL);
	ck_assert_int_eq(end.code, EX_UNAVAILABLE);
	ck_assert_str_eq(end.out, "");
	ck_assert_uint_eq(occurrences(end.err, "\n"), 1);
	ck_assert_ptr_nonnull(strstr(end.err, "latchkeyctl: "));
	ck_assert_ptr_nonnull(strstr(end.err, "PostgreSQL"));
}
END_TEST

START_TEST(wrong_usage_is_64)
{
	const char *const wrong[][5] = {
	    {NULL}, {"-x"}, {"-c"}, {"-c", conf, "migrate", "-x"},
	    {"-c", conf, "migrate", "now"}, {"-c", conf, "migrate", "-n", "1"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct program_plan plan = {.name = "latchkeyctl"};
		struct program_end end;

		memcpy(plan.arguments, wrong[i], sizeof(wrong[i]));
		end = program_run(&plan);
		ck_assert_msg(end.code == EX_USAGE, "%zu: %d", i, end.code);
		ck_assert_str_eq(end.out, "");
		ck_assert_ptr_nonnull(strstr(end.err, "usage: latchkeyctl"));
	}
	ck_assert_int_eq(tables(), 0);
}
END_TEST

START_TEST(help_and_version_are_0)
{
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkeyctl", .arguments = {"-h"}});

	ck_assert_int_eq(end.code, EX_OK);
	ck_assert_ptr_nonnull(strstr(end.out, "migrate"));
	end = program_run(&(struct program_plan){
	    .name = "latchkeyctl", .arguments = {"-V"}});
	ck_assert_int_eq(end.code, EX_OK);
	ck_assert_str_eq(end.out, "latchkeyctl " VERSION "\n");
}
END_TEST

START_TEST(a_refused_configuration_is_78)
{
	struct program_end end;

	conf = program_conf("base_url", "bass_url");
	end = migrate(NULL);
	ck_assert_int_eq(end.code, EX_CONFIG);
	ck_assert_ptr_nonnull(strstr(end.err, text_print("%s:", conf)));
	ck_assert_ptr_nonnull(strstr(end.err, "bass_url"));
}
END_TEST

/* A pipe whose reader is gone. */
static int closed_pipe(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	close(ends[0]);
	return ends[1];
}

START_TEST(a_reader_who_goes_away_ends_no_migration_but_is_told_of)
{
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkeyctl", .arguments = {"-c", conf, "migrate"},
	    .output = closed_pipe()});

	/* No signal: it is done, only the lines are lost. */
	ck_assert_int_eq(end.code, EX_IOERR);
	ck_assert_ptr_nonnull(strstr(end.err, "could not be written"));
	ck_assert_int_eq(count("select count(*) from schema_migrations"),
	    SCHEMA_COUNT);
}
END_TEST

START_TEST(every_query_prepares_on_a_fresh_schema)
{
	PGconn *db;

	ck_assert_int_eq(migrate(NULL).code, EX_OK);
	db = PQconnectdb(conninfo("latchkey_owner"));
	ck_assert_int_gt(Q_COUNT, 10);
	for (int i = 0; i < Q_COUNT; i++) {
		const struct query_text *query = &query_texts[i];
		PGresult *result = PQprepare(db, query->name, query->text, 0,
		    NULL);

		ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK,
		    "%s: %s", query->name, PQerrorMessage(db));
		PQclear(result);
		result = PQdescribePrepared(db, query->name);
		ck_assert_msg(PQnparams(result) == query->params,
		    "%s takes %d parameters, its name says %d", query->name,
		    PQnparams(result), query->params);
		PQclear(result);
	}
	PQfinish(db);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("migrate");
	TCase *t = tcase_create("migrate");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, a_dry_run_names_the_steps_and_changes_nothing);
	tcase_add_test(t, the_second_run_finds_the_schema_up_to_date);
	tcase_add_test(t, of_two_migrations_at_once_exactly_one_applies);
	tcase_add_test(t, a_newer_schema_is_refused);
	tcase_add_test(t, a_step_that_fails_leaves_nothing_behind);
	tcase_add_test(t, migrate_conninfo_is_the_role_that_migrates);
	tcase_add_test(t, a_database_that_is_down_is_said_in_one_line);
	tcase_add_test(t, wrong_usage_is_64);
	tcase_add_test(t, help_and_version_are_0);
	tcase_add_test(t, a_refused_configuration_is_78);
	tcase_add_test(t,
	    a_reader_who_goes_away_ends_no_migration_but_is_told_of);
	tcase_add_test(t, every_query_prepares_on_a_fresh_schema);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
