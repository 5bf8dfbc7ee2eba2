/* SPDX-License-Identifier: ISC */
/*
 * How a change of a profile is kept.  What is needed of the stores and of
 * account.c is replaced here.
 */
#include "auth/profile.h"

#include <check.h>

#include "auth/account.h"
#include "support/fake_calls.h"
#include "support/fake_db.h"
#include "support/fake_events.h"

#define USER "01910000-0000-7000-8000-000000000001"
#define SID  "01910000-0000-7000-8000-000000000002"

static const struct session session = {.user_id = USER, .sid = SID};
static const struct user row = {.id = USER, .display_name = "Alice"};
static struct op *op;
static bool changes;

enum rc users_set_profile(struct op *now, const char *id,
    const struct users_profile *profile, bool *changed)
{
	enum rc rc = fake_calls_enter(now, "users_set_profile");

	ck_assert_str_eq(id, USER);
	ck_assert(profile->sets_display_name);
	if (rc == RC_OK)
		*changed = changes;
	return rc;
}

enum rc account_of(struct op *now, const struct session *asker,
    const struct user **user)
{
	enum rc rc = fake_calls_enter(now, "account_of");

	ck_assert_ptr_eq(asker, &session);
	if (rc == RC_OK)
		*user = &row;
	return rc;
}

static void setup(void)
{
	op = op_new("test", 10000);
	changes = true;
	fake_events_last = (struct event){.kind = EVENT_NONE};
	fake_calls_clear();
}

static void teardown(void)
{
	ck_assert(!fake_db_is_open);
	op_free(op);
}

static enum rc update(const struct user **user)
{
	struct users_profile change = {
	    .sets_display_name = true, .display_name = "Alice"};

	return profile_update(op, &session, "192.0.2.1", &change, user);
}

START_TEST(a_change_and_its_event_are_one_transaction)
{
	const struct user *user = NULL;

	ck_assert_int_eq(update(&user), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_set_profile "
	    "events_add account_of db_commit");
	ck_assert_ptr_eq(user, &row);
	ck_assert_int_eq(fake_events_last.kind, EVENT_PROFILE_CHANGED);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.session_id, SID);
	ck_assert_str_eq(fake_events_last.address, "192.0.2.1");
}
END_TEST

START_TEST(what_changes_nothing_is_no_event)
{
	const struct user *user = NULL;

	changes = false;
	ck_assert_int_eq(update(&user), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_set_profile "
	    "account_of db_commit");
	ck_assert_ptr_eq(user, &row);
}
END_TEST

START_TEST(a_failure_keeps_nothing)
{
	static const char *const calls[] = {"db_begin", "users_set_profile",
	    "events_add", "account_of", "db_commit"};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const struct user *user = NULL;
		bool is_open = i > 0 && i < 4;

		fake_calls_clear();
		fake_calls_fail(calls[i], RC_DOWN, 1);
		ck_assert_msg(update(&user) == RC_DOWN, "%s", calls[i]);
		ck_assert_ptr_null(user);
		ck_assert_int_eq(fake_calls_count("db_rollback"), is_open);
		ck_assert_int_eq(fake_calls_count("db_commit"), i == 4);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("profile_update");
	TCase *t = tcase_create("profile_update");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_change_and_its_event_are_one_transaction);
	tcase_add_test(t, what_changes_nothing_is_no_event);
	tcase_add_test(t, a_failure_keeps_nothing);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
