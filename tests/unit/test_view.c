/* SPDX-License-Identifier: ISC */
/* What is shown to whom; that it keeps its promise is test_openapi's. */
#include "auth/view.h"

#include <check.h>

static struct op *op;

static void setup(void)
{
	op = op_new("view", 1000);
}

static void teardown(void)
{
	op_free(op);
}

START_TEST(what_a_session_did_not_note_is_null)
{
	const struct js *shown = view_session(op, &(struct sessions_entry){
	    .sid = "s", .provider = "google", .user_agent = "",
	    .address = "", .created_ms = 1});

	ck_assert(js_has(shown, "user_agent"));
	ck_assert_ptr_null(js_get(shown, "user_agent"));
	ck_assert(js_has(shown, "ip"));
	ck_assert_ptr_null(js_get(shown, "ip"));

	shown = view_session(op, &(struct sessions_entry){.sid = "s",
	    .user_agent = "curl", .address = "192.0.2.1"});
	ck_assert_str_eq(js_text(shown, "user_agent"), "curl");
	ck_assert_str_eq(js_text(shown, "ip"), "192.0.2.1");
}
END_TEST

START_TEST(a_subject_is_shown_where_an_account_is_shown_whole)
{
	const struct account account = {.id = "i", .provider = "google",
		.oauth_id = "sub", .last_used_at_ms = 1};
	const struct js *whole = view_account_whole(op, &account);

	ck_assert(!js_has(view_account(op, &account), "oauth_id"));
	ck_assert(!js_has(view_account(op, &account), "id"));
	ck_assert_str_eq(js_text(whole, "oauth_id"), "sub");
	ck_assert_str_eq(js_text(whole, "provider"), "google");
}
END_TEST

START_TEST(the_state_of_a_user_is_for_the_administrator)
{
	const struct user user = {.id = "u", .disabled = true, .version = 7};
	const struct js *shown = view_user_for_admin(op, &user);
	int64_t version = 0;

	ck_assert(!js_has(view_user(op, &user), "state"));
	ck_assert_str_eq(js_text(shown, "state"), "disabled");
	ck_assert(js_int(shown, "version", &version));
	ck_assert_int_eq(version, 7);
	ck_assert_str_eq(js_text(shown, "id"), "u");
}
END_TEST

START_TEST(an_event_is_shown_without_the_user)
{
	const struct js *shown = view_event(op, &(struct events_entry){
	    .id = 3, .at_ms = 1, .kind = "linked", .user_id = "u",
	    .provider = "google", .actor = "user"});

	ck_assert(!js_has(shown, "user_id"));
	ck_assert_str_eq(js_text(shown, "kind"), "linked");
	ck_assert_str_eq(js_text(shown, "at"), "1970-01-01T00:00:00.001Z");
	ck_assert(js_has(shown, "address"));
	ck_assert_ptr_null(js_get(shown, "address"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("view");
	TCase *t = tcase_create("view");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, what_a_session_did_not_note_is_null);
	tcase_add_test(t, a_subject_is_shown_where_an_account_is_shown_whole);
	tcase_add_test(t, the_state_of_a_user_is_for_the_administrator);
	tcase_add_test(t, an_event_is_shown_without_the_user);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
