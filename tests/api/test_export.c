/* SPDX-License-Identifier: ISC */
/*
 * GET /users/me/export against the database's own list of tables and columns:
 * a new column that is not exported makes this red.
 */
#include <string.h>

#include <check.h>

#include "client/js.h"
#include "support/attempt.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"

static struct op *op;
static struct browser *alice;
static struct flow_tokens tokens;
static const char *id;

/* No column of the user's rows is empty, and times are whole milliseconds. */
static void fill(void)
{
	stack_sql(text_print("update users set display_name = 'Own', "
	    "avatar_url = 'https://own.example/', version = 42, "
	    "premium_until = '2030-01-02T03:04:05.006Z', "
	    "created_at = '2020-01-02T03:04:05.007Z', "
	    "updated_at = '2021-01-02T03:04:05.008Z', "
	    "last_login_at = '2022-01-02T03:04:05.009Z' where id = '%s'",
	    id));
	stack_sql(text_print("update oauth_linked_accounts set "
	    "display_name = 'Provided', avatar_url = 'https://p.example/', "
	    "linked_at = '2020-01-02T03:04:05.010Z', "
	    "last_used_at = '2023-01-02T03:04:05.011Z' where user_id = '%s'",
	    id));
	stack_sql(text_print("delete from premium_grants; "
	    "insert into premium_grants values ('ref-1', '%s', "
	    "'2029-01-02T03:04:05.012Z', 'latchkeyctl', "
	    "'2020-01-02T03:04:05.013Z'), ('ref-2', '%s', null, 'admin', "
	    "'2021-01-02T03:04:05.014Z')", id, id));
	stack_sql(text_print("delete from events where user_id = '%s'; "
	    "insert into events (at, kind, user_id, provider, session_id, "
	    "address, actor, request_id) values "
	    "('2020-01-02T03:04:05.015Z', 'signed_in', '%s', 'google', '%s', "
	    "'192.0.2.1', 'user', 'r-1'), ('2020-01-02T03:04:05.016Z', "
	    "'premium', '%s', 'google', '%s', '192.0.2.2', 'admin', 'r-2')",
	    id, id, id, id, id));
}

static void setup(void)
{
	flow_reset();
	op = op_new("test", 60000);
	alice = browser_new();
	tokens = flow_sign_in(alice, "google", "alice");
	id = attempt_me(alice, tokens, "id");
	fill();
}

static void teardown(void)
{
	browser_free(alice);
	op_free(op);
}

static struct answer export(void)
{
	return browser_get_as(alice, stack_url("/api/users/me/export"),
	    tokens.access);
}

static const struct js *document(void)
{
	struct answer answer = export();
	const struct js *value;

	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	ck_assert_int_eq(js_parse(op, answer.body, answer.size, &value), RC_OK);
	return value;
}

/* A value of the database as the API writes it. */
static const char *stored(const char *table, const char *column,
    const char *where)
{
	const char *form = stack_sql(text_print("select format(case data_type "
	    "when 'timestamp with time zone' then 'to_char(%%I at time zone "
	    "''utc'', ''YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'')' "
	    "else '%%I::text' end, column_name) "
	    "from information_schema.columns "
	    "where table_name = '%s' and column_name = '%s'", table, column));

	return stack_sql(text_print("select %s from %s where %s", form, table,
	    where));
}

static void assert_column(const struct js *row, const char *table,
    const char *column, const char *where)
{
	const struct js *value = js_get(row, column);
	const char *expected = stored(table, column, where);
	const char *shown = js_type(value) == JS_TEXT ? js_as_text(value) :
	    js_type(value) == JS_NULL ? "" : js_print(op, value);

	ck_assert_msg(js_has(row, column), "%s.%s is not exported", table,
	    column);
	ck_assert_msg(strcmp(shown, expected) == 0, "%s.%s: \"%s\", not "
	    "\"%s\"", table, column, shown, expected);
}

/* Every column of a table but user_id, which is the document's own. */
static void assert_row(const struct js *row, const char *table,
    const char *where)
{
	char *names = pool_text(op->pool, stack_sql(text_print("select "
	    "string_agg(column_name, ' ') from information_schema.columns "
	    "where table_name = '%s' and column_name <> 'user_id'", table)));
	size_t len;

	ck_assert_uint_gt(strlen(names), 0);
	for (; names[0] != '\0'; names += len + strspn(names + len, " ")) {
		len = strcspn(names, " ");
		assert_column(row, table, text_copy(names, len), where);
	}
}

START_TEST(every_column_of_every_table_about_the_user_is_exported)
{
	const struct js *all = document();
	const struct js *rows;

	ck_assert_str_eq(stack_sql("select string_agg(table_name, ' ' order "
	    "by table_name) from information_schema.columns where "
	    "column_name = 'user_id' and table_schema = current_schema()"),
	    "events oauth_linked_accounts premium_grants");
	ck_assert_uint_eq(js_count(all), 6);
	ck_assert_ptr_nonnull(js_text(all, "exported_at"));
	assert_row(js_get(all, "user"), "users",
	    text_print("id = '%s'", id));

	rows = js_get(all, "linked_accounts");
	ck_assert_uint_eq(js_count(rows), 1);
	assert_row(js_at(rows, 0), "oauth_linked_accounts",
	    text_print("user_id = '%s'", id));
	ck_assert(js_is_true(js_at(rows, 0), "is_primary"));

	rows = js_get(all, "premium_grants");
	ck_assert_uint_eq(js_count(rows), 2);
	assert_row(js_at(rows, 0), "premium_grants", "reference = 'ref-1'");
	assert_row(js_at(rows, 1), "premium_grants", "reference = 'ref-2'");

	rows = js_get(all, "events");
	ck_assert_uint_eq(js_count(rows), 2);
	assert_row(js_at(rows, 0), "events", "request_id = 'r-2'");
	assert_row(js_at(rows, 1), "events", "request_id = 'r-1'");
}
END_TEST

START_TEST(sessions_are_exported_without_their_secrets)
{
	struct browser *phone = browser_new();
	struct flow_tokens second = flow_sign_in(phone, "google", "alice");
	struct answer answer = export();
	const struct js *rows = js_get(document(), "sessions");
	size_t open = (size_t)stack_count(text_print("select %s",
	    stack_redis("ZCARD", text_print("latchkey:sessions:{%s}", id),
		NULL)));

	ck_assert_ptr_nonnull(second.access);
	ck_assert_uint_ge(open, 2);
	ck_assert_uint_eq(js_count(rows), open);
	for (size_t i = 0; i < open; i++) {
		const struct js *row = js_at(rows, i);
		const char *key = text_print("latchkey:refresh_token:{%s}:%s",
		    id, js_text(row, "id"));

		ck_assert_uint_eq(js_count(row), 7);
		ck_assert_str_eq(js_text(row, "provider"), "google");
		ck_assert_str_eq(js_text(row, "user_agent"),
		    "Mozilla/5.0 (test)");
		ck_assert_str_eq(js_text(row, "ip"),
		    stack_redis("HGET", key, "address", NULL));
		ck_assert_ptr_nonnull(js_text(row, "created_at"));
		ck_assert_ptr_nonnull(js_text(row, "last_used_at"));
		ck_assert_ptr_nonnull(js_text(row, "expires_at"));
	}
	ck_assert_ptr_null(strstr(answer.body, "eyJ"));
	browser_free(phone);
}
END_TEST

START_TEST(an_export_is_a_file_about_one_user_only)
{
	struct browser *mallory = browser_new();
	struct flow_tokens other = flow_sign_in(mallory, "google", "mallory");
	struct answer answer = export();

	ck_assert_str_eq(answer_header(alice, &answer, "Content-Disposition",
	    0), "attachment; filename=\"latchkey-export.json\"");
	ck_assert_str_eq(answer_header(alice, &answer, "Content-Type", 0),
	    "application/json");
	ck_assert_str_eq(answer_header(alice, &answer, "Cache-Control", 0),
	    "no-store");
	ck_assert_ptr_nonnull(strstr(answer.body, "alice@gmail.com"));
	ck_assert_ptr_null(strstr(answer.body, "mallory"));
	ck_assert_ptr_null(strstr(answer.body,
	    attempt_me(mallory, other, "id")));
	browser_free(mallory);
}
END_TEST

/* More than fits in one of anything. */
START_TEST(a_long_history_is_exported_whole)
{
	stack_sql(text_print("insert into events (kind, user_id, actor) "
	    "select 'signed_in', '%s', 'user' "
	    "from generate_series(1, 20000)", id));
	ck_assert_uint_eq(js_count(js_get(document(), "events")), 20002);
}
END_TEST

START_TEST(an_export_needs_a_recent_sign_in)
{
	struct answer answer;

	stack_redis("EVAL", "for _, k in ipairs(redis.call('KEYS', ARGV[1])) "
	    "do redis.call('HSET', k, 'auth_time', '1') end", "0",
	    text_print("latchkey:refresh_token:{%s}:*", id), NULL);
	answer = export();
	flow_assert_problem(alice, &answer, 401, "reauthentication_required");
	ck_assert_ptr_null(strstr(answer.body, "alice@gmail.com"));

	answer = browser_get(alice, stack_url("/api/users/me/export"));
	flow_assert_problem(alice, &answer, 401, "authentication_required");
}
END_TEST

/* Half an export would be a lie. */
START_TEST(without_a_store_there_is_no_export)
{
	struct answer answer;

	stack_service("stop", "postgres");
	answer = export();
	stack_service("start", "postgres");
	flow_assert_problem(alice, &answer, 503, "unavailable");
	ck_assert(stack_is_ready_within(20000));
}
END_TEST

/* Of one part the store says no: the whole is refused. */
static void must_fail(void)
{
	struct answer answer = export();

	flow_assert_problem(alice, &answer, 503, "unavailable");
	ck_assert_ptr_null(strstr(answer.body, "alice@gmail.com"));
}

START_TEST(an_export_that_lacks_a_part_is_none)
{
	static const char *const columns[][2] = {
		{"oauth_linked_accounts", "last_used_at"},
		{"premium_grants", "reference"}, {"events", "kind"}};
	const char *index = text_print("latchkey:sessions:{%s}", id);

	for (size_t i = 0; i < 3; i++) {
		stack_sql(text_print("alter table %s rename %s to hidden",
		    columns[i][0], columns[i][1]));
		must_fail();
		stack_sql(text_print("alter table %s rename hidden to %s",
		    columns[i][0], columns[i][1]));
	}
	stack_redis("DEL", index, NULL);
	stack_redis("SET", index, "no index", NULL);
	must_fail();
	stack_redis("DEL", index, NULL);
	ck_assert_int_eq(export().status, 200);
}
END_TEST

static void ask(struct browser *own, size_t i, void *argument)
{
	long *status = argument;

	(void)i;
	*status = browser_get_as(own, stack_url("/api/users/me/export"),
	    tokens.access).status;
}

/* Identities are read before the user is gone, the rest after. */
START_TEST(who_is_deleted_meanwhile_gets_no_export)
{
	long status = 0;

	race_run_behind(text_print("lock table premium_grants in access "
	    "exclusive mode; delete from users where id = '%s'", id), 1, 1,
	    ask, &status);
	ck_assert_int_eq(status, 401);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("export");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    every_column_of_every_table_about_the_user_is_exported);
	tcase_add_test(t, sessions_are_exported_without_their_secrets);
	tcase_add_test(t, an_export_is_a_file_about_one_user_only);
	tcase_add_test(t, a_long_history_is_exported_whole);
	tcase_add_test(t, an_export_needs_a_recent_sign_in);
	tcase_add_test(t, without_a_store_there_is_no_export);
	tcase_add_test(t, an_export_that_lacks_a_part_is_none);
	tcase_add_test(t, who_is_deleted_meanwhile_gets_no_export);
	return t;
}

int main(void)
{
	Suite *s = suite_create("export");
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
