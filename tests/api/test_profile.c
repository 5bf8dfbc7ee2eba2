/* SPDX-License-Identifier: ISC */
/*
 * PATCH /users/me and GET /users/me/linked-accounts.  Every rule for names
 * and addresses is test_profile's among the unit tests; here is what a client
 * meets, and that a refusal changes nothing.
 */
#include <string.h>

#include <check.h>

#include "base/str.h"
#include "client/js.h"
#include "support/attempt.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"

#define REPETITIONS 50

static struct op *op;
static struct browser *alice;
static struct flow_tokens tokens;
static const char *id;

static void setup(void)
{
	flow_reset();
	op = op_new("test", 60000);
	alice = browser_new();
	tokens = flow_sign_in(alice, "google", "alice");
	id = attempt_me(alice, tokens, "id");
	stack_sql("update users set display_name = null, avatar_url = null");
	stack_sql("update oauth_linked_accounts set display_name = 'Provided',"
	    " avatar_url = 'https://provider.example/a.png'");
	stack_sql("delete from events where kind = 'profile_changed'");
}

static void teardown(void)
{
	browser_free(alice);
	op_free(op);
}

static struct answer send_as(struct browser *browser, const char *method,
    const char *path, const char *json)
{
	const char *const headers[] = {
		text_print("Authorization: Bearer %s", tokens.access),
		"Content-Type: application/json", NULL};

	return browser_send(browser, method, stack_url(path), headers, json);
}

static struct answer patch(const char *json)
{
	return send_as(alice, "PATCH", "/api/users/me", json);
}

static long events(void)
{
	return stack_count(text_print("select count(*) from events where "
	    "kind = 'profile_changed' and actor = 'user' and address is not "
	    "null and session_id is not null and user_id = '%s'", id));
}

/* The answer, which is that of GET afterwards, shows both values. */
static void assert_shows(const char *json, const char *name,
    const char *avatar)
{
	struct answer answer = patch(json);
	const char *shown;

	ck_assert_msg(answer.status == 200, "%s: %ld %s", json, answer.status,
	    answer.body);
	shown = answer_member(alice, &answer, "display_name");
	ck_assert_ptr_nonnull(shown);
	ck_assert_str_eq(shown, name);
	shown = answer_member(alice, &answer, "avatar_url");
	ck_assert_ptr_nonnull(shown);
	ck_assert_str_eq(shown, avatar);
	ck_assert_str_eq(browser_get_as(alice, stack_url("/api/users/me"),
	    tokens.access).body, answer.body);
}

/* Refused, with these fields in order, each followed by a blank. */
static void assert_wrong(const char *json, const char *fields)
{
	const char *before = attempt_begin().rows;
	struct answer answer = patch(json);
	const struct js *document;
	const struct js *list;
	struct str named;

	flow_assert_problem(alice, &answer, 422, "invalid_fields");
	ck_assert_int_eq(js_parse(op, answer.body, answer.size, &document),
	    RC_OK);
	list = js_get(document, "errors");
	str_init(&named, op->pool);
	for (size_t i = 0; i < js_count(list); i++) {
		str_print(&named, "%s ", js_text(js_at(list, i), "field"));
		ck_assert_uint_gt(strlen(js_text(js_at(list, i), "message")),
		    10);
		ck_assert_uint_eq(js_count(js_at(list, i)), 2);
	}
	ck_assert_msg(strcmp(named.text, fields) == 0, "%s: %s", json,
	    answer.body);
	ck_assert_str_eq(attempt_begin().rows, before);
}

static void assert_wrong_name(const char *name)
{
	assert_wrong(text_print("{\"display_name\": \"%s\"}", name),
	    "display_name ");
}

START_TEST(a_field_of_ones_own_is_shown_until_it_is_handed_back)
{
	const char *own = "https://me.example/me.png";
	const char *provided = "https://provider.example/a.png";

	assert_shows("{\"display_name\": \" Al\\u00efce \"}", "Al\xc3\xaf""ce",
	    provided);
	assert_shows(text_print("{\"avatar_url\": \"%s\"}", own),
	    "Al\xc3\xaf""ce", own);
	assert_shows("{\"display_name\": null}", "Provided", own);
	assert_shows("{\"avatar_url\": null, \"display_name\": \"B\"}", "B",
	    provided);
	ck_assert_int_eq(events(), 4);
	assert_shows("{\"avatar_url\": null, \"display_name\": null}",
	    "Provided", provided);
	ck_assert_int_eq(stack_count(text_print("select count(*) from users "
	    "where id = '%s' and display_name is null and avatar_url is null",
	    id)), 1);
}
END_TEST

START_TEST(pr_10_nothing_to_change_changes_nothing)
{
	const char *before;

	assert_shows("{\"display_name\": \"Alice\"}", "Alice",
	    "https://provider.example/a.png");
	before = attempt_begin().rows;
	assert_shows("{}", "Alice", "https://provider.example/a.png");
	assert_shows("{\"display_name\": \"Alice\", \"avatar_url\": null}",
	    "Alice", "https://provider.example/a.png");
	ck_assert_str_eq(attempt_begin().rows, before);
	ck_assert_int_eq(events(), 1);
}
END_TEST

START_TEST(pr_10_wrong_types_are_refused)
{
	static const char *const values[] = {"1", "0", "1.5", "true", "false",
	    "[]", "[\"Alice\"]", "{}", "{\"display_name\": \"Alice\"}"};
	static const char *const bodies[] = {"[]", "null", "\"Alice\"", "1"};
	struct answer answer;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_wrong(text_print("{\"display_name\": %s}", values[i]),
		    "display_name ");
		assert_wrong(text_print("{\"avatar_url\": %s}", values[i]),
		    "avatar_url ");
	}
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		answer = patch(bodies[i]);
		flow_assert_problem(alice, &answer, 400, "invalid_request");
	}
}
END_TEST

START_TEST(pr_08_no_other_member_can_be_changed)
{
	static const char *const names[] = {"id", "email", "email_verified",
	    "is_premium", "premium_until", "role", "provider", "oauth_provider",
	    "oauth_id", "created_at", "last_login_at", "version", "disabled_at",
	    "Display_name", "display_name ", "__proto__", "", "user_id"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_wrong(text_print("{\"%s\": \"1\"}", names[i]),
		    text_print("%s ", names[i]));
		assert_wrong(text_print("{\"%s\": null, \"display_name\": "
		    "\"Mallory\"}", names[i]), text_print("%s ", names[i]));
	}
	assert_wrong("{\"role\": 1, \"avatar_url\": 2, \"display_name\": \"\","
	    " \"id\": 3}", "avatar_url role id display_name ");
}
END_TEST

START_TEST(pr_01_a_name_is_1_to_64_code_points)
{
	char name[10241] = "";

	memset(name, 'a', 65);
	assert_wrong_name(name);
	memset(name, 'a', 10240);
	assert_wrong_name(name);
	assert_wrong_name("");
	assert_wrong_name("  \xe3\x80\x80 ");
	name[64] = '\0';
	assert_shows(text_print("{\"display_name\": \"%s\"}", name), name,
	    "https://provider.example/a.png");
}
END_TEST

START_TEST(pr_02_pr_03_names_that_deceive_are_refused)
{
	static const char *const bad[] = {"A\\u0001", "A\\u001b[31m", "A\\n",
	    "\\tA", "A\\u007f", "A\\u0085", "A\\u202eB", "\\u2066A", "A\\u200b",
	    "A\\u200d", "\\ufeffA", "\\u3164", "A\\ufffe",
	    "A\\udb40\\udc41", "A\\ud83f\\udffe", "\xf3\xa0\x81\x81"};
	/* Refused before anybody asks what it is for. */
	static const char *const broken[] = {"A\\u0000", "A\\ud800",
	    "\\udc00A", "\\udc00\\ud800", "A\n", "A\x01", "A\xed\xa0\x80",
	    "A\xff"};
	struct str piled;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_wrong_name(bad[i]);

	str_init(&piled, op->pool);
	str_add(&piled, "e");
	for (int i = 0; i < 50; i++)
		str_add(&piled, "\\u0301");
	assert_wrong_name(piled.text);

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct answer answer = patch(text_print(
		    "{\"display_name\": \"%s\"}", broken[i]));

		flow_assert_problem(alice, &answer, 400, "invalid_json");
	}
	ck_assert_int_eq(events(), 0);
}
END_TEST

START_TEST(pr_05_markup_is_text)
{
	const char *name = "<b onclick='x'>\"\\&amp;{{7*7}}${x}</script>";

	assert_shows("{\"display_name\": \"<b onclick='x'>\\\"\\\\&amp;"
	    "{{7*7}}${x}</script>\"}", name, "https://provider.example/a.png");
	ck_assert_str_eq(stack_sql(text_print("select display_name from users "
	    "where id = '%s'", id)), name);
}
END_TEST

START_TEST(pr_06_pr_07_only_public_https_addresses_are_pictures)
{
	static const char *const bad[] = {"", "http://a.example/",
	    "javascript:alert(1)", "data:text/html,x", "//a.example/",
	    "/a.png", "https://u:p@a.example/", "https://a.example:8443/",
	    "https://127.0.0.1/", "https://[::1]/", "https://2130706433/",
	    "https://localhost/", "https://a.internal/",
	    "https://a.example\\\\@b.example/", "https://a.ex\\nample/",
	    "https://b\\u00fccher.example/", "https://a.example/%0d%0aX",
	    "https://a.example/#a"};
	char longer[3001] = "https://a.example/";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_wrong(text_print("{\"avatar_url\": \"%s\"}", bad[i]),
		    "avatar_url ");
	memset(longer + strlen(longer), 'a', 3000 - strlen(longer));
	assert_wrong(text_print("{\"avatar_url\": \"%s\"}", longer),
	    "avatar_url ");
	assert_shows("{\"avatar_url\": \"https://xn--bcher-kva.example/a?b\"}",
	    "Provided", "https://xn--bcher-kva.example/a?b");
}
END_TEST

/* The statuses of both, for the main thread to judge. */
static void patch_one(struct browser *browser, size_t i, void *argument)
{
	const char *const *bodies = argument;

	send_as(browser, "PATCH", "/api/users/me", bodies[i]);
}

START_TEST(pr_16_changes_of_different_fields_at_once_both_stay)
{
	for (int i = 0; i < REPETITIONS; i++) {
		const char *bodies[2] = {
			text_print("{\"display_name\": \"N%d\"}", i),
			text_print("{\"avatar_url\": \"https://a.example/%d\"}",
			    i)};

		race_run(2, patch_one, bodies);
		ck_assert_str_eq(stack_sql(text_print("select display_name || "
		    "' ' || avatar_url from users where id = '%s'", id)),
		    text_print("N%d https://a.example/%d", i, i));
	}
	ck_assert_int_eq(events(), 2 * REPETITIONS);
}
END_TEST

START_TEST(az_03_nobody_else_can_be_named)
{
	static const char *const methods[] = {"GET", "PATCH", "DELETE"};
	struct browser *mallory = browser_new();
	struct flow_tokens other = flow_sign_in(mallory, "google", "mallory");
	const char *other_id = attempt_me(mallory, other, "id");
	const char *const ids[] = {other_id, id};
	const char *before = attempt_begin().rows;

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < 3; j++) {
			struct answer answer = send_as(alice, methods[j],
			    text_print("/api/users/%s", ids[i]),
			    j == 1 ? "{\"display_name\": \"X\"}" : NULL);

			flow_assert_problem(alice, &answer, 404, "not_found");
			ck_assert_ptr_null(strstr(answer.body, "mallory"));
		}
	ck_assert_str_eq(attempt_begin().rows, before);
	browser_free(mallory);
}
END_TEST

START_TEST(a_user_who_was_disabled_meanwhile_changes_nothing)
{
	const char *before;
	struct answer answer;

	stack_sql(text_print("update users set disabled_at = now() "
	    "where id = '%s'", id));
	before = attempt_begin().rows;
	answer = patch("{\"display_name\": \"Late\"}");
	flow_assert_problem(alice, &answer, 401, "invalid_token");
	answer = patch("{}");
	flow_assert_problem(alice, &answer, 401, "invalid_token");
	ck_assert_str_eq(attempt_begin().rows, before);
	stack_sql("update users set disabled_at = null");
}
END_TEST

START_TEST(linked_accounts_come_the_oldest_first)
{
	struct answer answer;

	stack_sql(text_print("delete from oauth_linked_accounts where "
	    "oauth_id = 'older'; insert into oauth_linked_accounts (id, "
	    "user_id, provider, oauth_id, linked_at) values "
	    "('01910000-0000-7000-8000-000000000001', '%s', 'discord', "
	    "'older', '2020-01-02T03:04:05.678Z'); update "
	    "oauth_linked_accounts set linked_at = '2020-01-02T03:04:06Z' "
	    "where user_id = '%s' and provider = 'google'", id, id));
	answer = browser_get_as(alice,
	    stack_url("/api/users/me/linked-accounts"), tokens.access);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(answer.body, "[{\"provider\":\"discord\","
	    "\"email\":null,\"display_name\":null,\"avatar_url\":null,"
	    "\"linked_at\":\"2020-01-02T03:04:05.678Z\","
	    "\"is_primary\":false},{\"provider\":\"google\","
	    "\"email\":\"alice@gmail.com\",\"display_name\":\"Provided\","
	    "\"avatar_url\":\"https://provider.example/a.png\","
	    "\"linked_at\":\"2020-01-02T03:04:06.000Z\","
	    "\"is_primary\":true}]");
	stack_sql("delete from oauth_linked_accounts where oauth_id = "
	    "'older'");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("profile");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_field_of_ones_own_is_shown_until_it_is_handed_back);
	tcase_add_test(t, pr_10_nothing_to_change_changes_nothing);
	tcase_add_test(t, pr_10_wrong_types_are_refused);
	tcase_add_test(t, pr_08_no_other_member_can_be_changed);
	tcase_add_test(t, pr_01_a_name_is_1_to_64_code_points);
	tcase_add_test(t, pr_02_pr_03_names_that_deceive_are_refused);
	tcase_add_test(t, pr_05_markup_is_text);
	tcase_add_test(t, pr_06_pr_07_only_public_https_addresses_are_pictures);
	tcase_add_test(t, pr_16_changes_of_different_fields_at_once_both_stay);
	tcase_add_test(t, az_03_nobody_else_can_be_named);
	tcase_add_test(t, a_user_who_was_disabled_meanwhile_changes_nothing);
	tcase_add_test(t, linked_accounts_come_the_oldest_first);
	return t;
}

int main(void)
{
	Suite *s = suite_create("api_profile");
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
