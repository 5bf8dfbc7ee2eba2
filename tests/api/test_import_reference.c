/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl import-reference: from a database as the reference design's
 * service leaves it, in the same cluster, into the stack's.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <check.h>
#include <libpq-fe.h>

#include "support/attempt.h"
#include "support/ctl.h"
#include "support/stack.h"
#include "support/text.h"

#define ID(n) "0f000000-0000-4000-8000-00000000000" #n

static const char *conninfo;
static struct browser *alice;

/* Runs SQL in the reference's database. */
static void there(const char *sql)
{
	PGconn *db = PQconnectdb(conninfo);
	PGresult *result = PQexec(db, sql);

	ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK ||
	    PQresultStatus(result) == PGRES_COMMAND_OK, "%s: %s", sql,
	    PQerrorMessage(db));
	PQclear(result);
	PQfinish(db);
}

static void setup(void)
{
	static int made;
	const char *name = text_print("ref%d_%d", (int)getpid(), made++);

	flow_reset();
	ctl_use(NULL);
	alice = browser_new();
	stack_sql("delete from users");
	stack_sql(text_print("create database %s", name));
	conninfo = text_print("host=%s/run dbname=%s user=postgres",
	    stack_dir(), name);
	there("create table users (id uuid primary key, "
	    "email varchar(255) not null unique, display_name varchar(50), "
	    "avatar_url varchar(500), oauth_provider varchar(20) not null, "
	    "oauth_id varchar(255) not null, is_premium boolean not null "
	    "default false, premium_until timestamptz, last_login timestamptz, "
	    "created_at timestamptz not null default now(), "
	    "updated_at timestamptz not null default now()); "
	    "create table oauth_linked_accounts (id uuid primary key "
	    "default gen_random_uuid(), user_id uuid not null references "
	    "users (id), provider varchar(20) not null, "
	    "oauth_id varchar(255) not null, email varchar(255), "
	    "display_name varchar(255), avatar_url varchar(500), "
	    "linked_at timestamptz not null default now(), "
	    "unique (provider, oauth_id))");
}

static void teardown(void)
{
	browser_free(alice);
}

/* A user there, who came through google. */
static void user_there(const char *id, const char *subject)
{
	there(text_print("insert into users (id, email, oauth_provider, "
	    "oauth_id, created_at) values ('%s', '%s@gmail.com', 'google', "
	    "'%s', '2025-01-02 03:04:05+00')", id, subject, subject));
}

static void linked_there(const char *id, const char *provider,
    const char *subject)
{
	there(text_print("insert into oauth_linked_accounts (user_id, "
	    "provider, oauth_id) values ('%s', '%s', '%s')", id, provider,
	    subject));
}

static const char *import(void)
{
	return ctl_says("import-reference", conninfo, NULL);
}

/* One hash over all that an import could change. */
static const char *state(void)
{
	return stack_sql("select md5(string_agg(line, ';' order by line)) "
	    "from (select u::text as line from users u union all "
	    "select a::text from oauth_linked_accounts a union all "
	    "select e::text from events e) as lines");
}

static void assert_says(const char *text, const char *users,
    const char *identities)
{
	ck_assert_msg(strstr(text, text_print("users: %s\n", users)) != NULL,
	    "%s", text);
	ck_assert_msg(strstr(text, text_print("identities: %s\n",
	    identities)) != NULL, "%s", text);
}

static const char *of_user(const char *id, const char *what)
{
	return stack_sql(text_print("select %s from users where id = '%s'",
	    what, id));
}

START_TEST(who_comes_from_the_reference_signs_in_as_before)
{
	struct flow_tokens tokens;

	user_there(ID(1), "came");
	linked_there(ID(1), "discord", "7001");
	assert_says(import(), "1 imported, 0 here already, 0 refused",
	    "2 imported, 0 here already, 0 refused");

	/* Not yet: only the provider's word verifies an address. */
	ck_assert_str_eq(of_user(ID(1), "email || ' ' || email_verified"),
	    "came@gmail.com false");
	tokens = flow_sign_in(alice, "google", "came");
	ck_assert_str_eq(attempt_me(alice, tokens, "id"), ID(1));
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
	    "true");
	ck_assert_str_eq(attempt_me(alice, tokens, "created_at"),
	    "2025-01-02T03:04:05.000Z");
	ck_assert_str_eq(attempt_me(alice, flow_sign_in(alice, "discord",
	    "7001"), "id"), ID(1));
	ck_assert_int_eq(stack_count("select count(*) from events where "
	    "kind = 'imported' and actor = 'latchkeyctl'"), 1);
}
END_TEST

START_TEST(a_second_run_changes_nothing)
{
	const char *before;

	user_there(ID(1), "twice");
	user_there(ID(2), "thrice");
	linked_there(ID(1), "google", "twice");
	linked_there(ID(1), "discord", "7002");
	import();
	before = state();
	assert_says(import(), "0 imported, 2 here already, 0 refused",
	    "0 imported, 3 here already, 0 refused");
	ck_assert_str_eq(state(), before);

	/* Nor does it undo what people have done here since. */
	stack_sql("delete from oauth_linked_accounts where "
	    "provider = 'discord'");
	stack_sql("update users set display_name = 'Mine'");
	before = state();
	import();
	ck_assert_str_eq(state(), before);
}
END_TEST

START_TEST(a_dry_run_says_the_same_and_changes_nothing)
{
	const char *before = state();

	user_there(ID(1), "dry");
	linked_there(ID(1), "discord", "7003");
	assert_says(ctl_says("import-reference", "-n", conninfo, NULL),
	    "1 to import, 0 here already, 0 refused",
	    "2 to import, 0 here already, 0 refused");
	ck_assert_str_eq(state(), before);
}
END_TEST

START_TEST(names_pictures_and_premium_come_along)
{
	user_there(ID(1), "own-name");
	user_there(ID(2), "their-name");
	user_there(ID(3), "ended");
	linked_there(ID(2), "google", "their-name");
	there("update oauth_linked_accounts set display_name = 'Theirs', "
	    "email = 'x@gmail.com'");
	there("update users set display_name = 'Theirs', "
	    "avatar_url = 'https://cdn.example.org/a.png', "
	    "is_premium = true, premium_until = '2031-01-01 01:00:00+01', "
	    "last_login = '2025-06-01 00:00:00+00'");
	there("update users set display_name = E'Ann\\n\\u202ea', "
	    "avatar_url = 'javascript:alert(1)' where oauth_id = 'own-name'");
	there("update users set is_premium = false where oauth_id = 'ended'");
	import();

	ck_assert_str_eq(of_user(ID(1), "display_name"), "Anna");
	ck_assert_str_eq(of_user(ID(1), "avatar_url is null"), "t");
	/* What the provider said stays the provider's to change. */
	ck_assert_str_eq(of_user(ID(2), "display_name is null"), "t");
	ck_assert_str_eq(of_user(ID(2), "avatar_url"),
	    "https://cdn.example.org/a.png");
	ck_assert_str_eq(of_user(ID(2), "extract(epoch from premium_until)"
	    "::bigint"), "1924992000");
	ck_assert_str_eq(of_user(ID(2), "last_login_at = "
	    "'2025-06-01 00:00:00+00'"), "t");
	ck_assert_str_eq(of_user(ID(3), "premium_until is null"), "t");
}
END_TEST

START_TEST(what_stands_against_a_row_is_said_and_the_rest_comes)
{
	const char *here = attempt_me(alice, flow_sign_in(alice, "google",
	    "was-here"), "id");
	struct program_end end;

	flow_sign_in(alice, "discord", "7004");
	user_there(ID(1), "was-here");
	user_there(ID(2), "no-identity");
	there("update users set oauth_id = E'a b\\x1b' where id = '" ID(2)
	    "'");
	user_there(ID(3), "keeps-one");
	linked_there(ID(3), "discord", "7004");
	linked_there(ID(3), "google", "second-google");
	user_there(ID(4), "for-ever");
	there("update users set is_premium = true where id = '" ID(4) "'");

	end = ctl_run("import-reference", conninfo, NULL);
	ck_assert_int_eq(end.code, EX_DATAERR);
	assert_says(end.out, "2 imported, 0 here already, 2 refused",
	    "2 imported, 0 here already, 3 refused");
	ck_assert_ptr_nonnull(strstr(end.err, text_print(
	    "user " ID(1) ": google:was-here is user %s's", here)));
	ck_assert_ptr_nonnull(strstr(end.err, "user " ID(2)
	    " has no identity"));
	ck_assert_ptr_nonnull(strstr(end.err, "user " ID(3)
	    ": discord:7004 is user "));
	ck_assert_ptr_nonnull(strstr(end.err, "user " ID(3)
	    ": google:second-google is the second"));
	ck_assert_ptr_nonnull(strstr(end.err, "user " ID(4)
	    ": premium without an end"));
	ck_assert_uint_eq(ctl_count(end.err, "\n"), 6);
	ck_assert_int_eq(stack_count("select count(*) from users where "
	    "id in ('" ID(1) "', '" ID(2) "')"), 0);
}
END_TEST

START_TEST(more_than_a_page_comes_whole)
{
	there("insert into users (id, email, oauth_provider, oauth_id) "
	    "select gen_random_uuid(), 'u' || n || '@example.org', 'google', "
	    "'u' || n from generate_series(1, 2000) n");
	there("insert into oauth_linked_accounts (user_id, provider, "
	    "oauth_id) select id, 'discord', substr(oauth_id, 2) from users");
	assert_says(import(), "2000 imported, 0 here already, 0 refused",
	    "4000 imported, 0 here already, 0 refused");
	ck_assert_int_eq(stack_count("select count(*) from users u join "
	    "oauth_linked_accounts a on a.user_id = u.id where "
	    "(a.provider, a.oauth_id) in ((u.oauth_provider, u.oauth_id), "
	    "('discord', substr(u.oauth_id, 2)))"), 4000);
}
END_TEST

/* An older or younger reference: fewer columns, times without a zone. */
START_TEST(missing_columns_read_as_nothing)
{
	user_there(ID(1), "sparse");
	linked_there(ID(1), "discord", "7005");
	there("alter table users drop column display_name, "
	    "drop column avatar_url, drop column is_premium, "
	    "drop column last_login, drop column updated_at, "
	    "alter column premium_until type timestamp, "
	    "alter column oauth_provider type text");
	there("alter table oauth_linked_accounts drop column email, "
	    "drop column linked_at");
	there("update users set premium_until = '2031-01-01 00:00:00', "
	    "oauth_provider = 'GOOGLE'");
	assert_says(import(), "1 imported, 0 here already, 0 refused",
	    "2 imported, 0 here already, 0 refused");
	ck_assert_str_eq(of_user(ID(1), "extract(epoch from premium_until)"
	    "::bigint"), "1924992000");
	ck_assert_str_eq(attempt_me(alice, flow_sign_in(alice, "google",
	    "sparse"), "id"), ID(1));
}
END_TEST

START_TEST(premium_for_ever_is_the_year_9999)
{
	user_there(ID(1), "infinite");
	there("update users set is_premium = true, "
	    "premium_until = 'infinity'");
	import();
	ck_assert_ptr_nonnull(strstr(ctl_says("user", "show", ID(1), NULL),
	    "9999-12-31T23:59:59.999Z"));
}
END_TEST

/* There its last hour is in the year 10000. */
START_TEST(the_zone_of_the_database_there_changes_no_instant)
{
	there("do $$ begin execute format('alter database %I set timezone = "
	    "''Europe/Berlin''', current_database()); end $$");
	user_there(ID(1), "last-second");
	user_there(ID(2), "beyond");
	user_there(ID(3), "before-us");
	there("update users set is_premium = true, premium_until = "
	    "'9999-12-31 23:59:59+00' where id = '" ID(1) "'");
	there("update users set is_premium = true, premium_until = "
	    "'10000-01-01 00:00:00+00' where id = '" ID(2) "'");
	there("update users set premium_until = '0044-03-15 BC' "
	    "where id = '" ID(3) "'");
	import();

	ck_assert_str_eq(of_user(ID(1), "premium_until = "
	    "'9999-12-31 23:59:59+00'"), "t");
	ck_assert_str_eq(of_user(ID(2), "premium_until = "
	    "'9999-12-31 23:59:59.999+00'"), "t");
	ck_assert_str_eq(of_user(ID(3), "premium_until is null"), "t");
	ck_assert_str_eq(of_user(ID(1), "created_at = "
	    "'2025-01-02 03:04:05+00'"), "t");
}
END_TEST

START_TEST(an_identity_of_nobody_is_said)
{
	struct program_end end;

	user_there(ID(2), "somebody");
	there("alter table oauth_linked_accounts drop constraint "
	    "oauth_linked_accounts_user_id_fkey");
	linked_there(ID(1), "discord", "7008");
	linked_there(ID(3), "discord", "7009");
	end = ctl_run("import-reference", conninfo, NULL);
	ck_assert_int_eq(end.code, EX_DATAERR);
	ck_assert_ptr_nonnull(strstr(end.err, "user " ID(1) ": discord:7008 "
	    "has no user there"));
	ck_assert_ptr_nonnull(strstr(end.err, "user " ID(3) ": discord:7009 "
	    "has no user there"));
	assert_says(end.out, "1 imported, 0 here already, 0 refused",
	    "1 imported, 0 here already, 2 refused");
}
END_TEST

START_TEST(a_database_that_is_not_the_references_is_69)
{
	struct program_end end;
	const char *const wrong[] = {"host=/nonexistent", "what is this",
		text_print("host=%s/run dbname=postgres user=postgres",
		    stack_dir())};

	for (size_t i = 0; i < 3; i++) {
		end = ctl_run("import-reference", wrong[i], NULL);
		ck_assert_int_eq(end.code, EX_UNAVAILABLE);
		ck_assert_ptr_nonnull(strstr(end.err,
		    "latchkeyctl: the reference's database: "));
	}
	ctl_use(program_conf("host=/", "host=/nonexistent/"));
	end = ctl_run("import-reference", conninfo, NULL);
	ck_assert_int_eq(end.code, EX_UNAVAILABLE);
	ck_assert_ptr_null(strstr(end.err, "the reference's"));
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("import_reference");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, who_comes_from_the_reference_signs_in_as_before);
	tcase_add_test(t, a_second_run_changes_nothing);
	tcase_add_test(t, a_dry_run_says_the_same_and_changes_nothing);
	tcase_add_test(t, names_pictures_and_premium_come_along);
	tcase_add_test(t,
	    what_stands_against_a_row_is_said_and_the_rest_comes);
	tcase_add_test(t, more_than_a_page_comes_whole);
	tcase_add_test(t, missing_columns_read_as_nothing);
	tcase_add_test(t, premium_for_ever_is_the_year_9999);
	tcase_add_test(t,
	    the_zone_of_the_database_there_changes_no_instant);
	tcase_add_test(t, an_identity_of_nobody_is_said);
	tcase_add_test(t, a_database_that_is_not_the_references_is_69);
	return t;
}

int main(void)
{
	Suite *s = suite_create("import_reference");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	suite_add_tcase(s, tests());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
