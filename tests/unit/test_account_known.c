/* SPDX-License-Identifier: ISC */
/*
 * Known identities that come again, the address that follows them, and lost
 * races.  The stores and transactions are fakes: what they answer is the
 * case, what they are asked is the decision.
 */
#include "auth/account.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "support/fake_accounts.h"
#include "support/fake_calls.h"
#include "support/fake_db.h"
#include "support/fake_events.h"
#include "support/fake_users.h"

#define MINE   "01910000-0000-7000-8000-000000000001"
#define THEIRS "01910000-0000-7000-8000-000000000002"

static struct config config;
static struct identity identity;
static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	config = (struct config){.sign_up = "open",
	    .account_linking = "verified"};
	identity = (struct identity){
	    .provider = "google", .subject = "alice-subject",
	    .email = "Alice@example.org", .email_verified = true,
	    .display_name = "Alice", .avatar_url = "https://pic.example/a"};
	fake_users = (struct fake_users){.user = {
	    .oauth_provider = "google", .oauth_id = "alice-subject"}};
	fake_accounts = (struct fake_accounts){.looks = 0};
	fake_calls_clear();
	account_init(&config);
}

static void teardown(void)
{
	ck_assert(!fake_db_is_open);
	op_free(op);
}

/* The outcome of a sign-in; *user must stay untouched on failure. */
static enum rc outcome(const struct user **user)
{
	static const struct user untouched;
	struct account_entry got = {.user = &untouched};
	enum rc rc;

	rc = account_sign_in(op, &identity, "192.0.2.7", &got);
	if (rc == RC_OK)
		ck_assert_ptr_ne(got.user, &untouched);
	else
		ck_assert_ptr_eq(got.user, &untouched);
	if (rc == RC_OK)
		ck_assert_str_eq(op_reason(op), "");
	else
		ck_assert_str_ne(op_reason(op), "");
	if (user != NULL)
		*user = got.user;
	return rc;
}

/* The sign-in is refused, and nothing of it is kept. */
static void refused(enum rc rc, enum refusal refusal)
{
	ck_assert_int_eq(outcome(NULL), rc);
	ck_assert_int_eq(op->refusal, (int)refusal);
	ck_assert_int_eq(op->rc, rc);
	ck_assert_int_eq(fake_calls_count("db_commit"), 0);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
}

START_TEST(closed_sign_up_lets_known_users_in)
{
	config.sign_up = "closed";
	fake_accounts.standing.owner_id = MINE;
	ck_assert_int_eq(outcome(NULL), RC_OK);
}
END_TEST

START_TEST(a_known_identity_is_noted_and_gets_no_event_yet)
{
	const struct user *user;

	fake_accounts.standing.owner_id = MINE;
	identity.display_name = "Alice the Second";

	ck_assert_int_eq(outcome(&user), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin accounts_look "
	    "users_note_sign_in accounts_look accounts_note_use "
	    "users_settle_email users_by_id db_commit");
	ck_assert_str_eq(user->id, MINE);
	ck_assert_str_eq(fake_accounts.last.display_name, "Alice the Second");
}
END_TEST

START_TEST(a_disabled_user_is_refused_before_anything_is_noted)
{
	fake_accounts.standing.owner_id = MINE;
	fake_accounts.standing.owner_disabled = true;

	refused(RC_DENIED, REFUSAL_DISABLED);
	ck_assert_str_eq(fake_calls_text(), "db_begin accounts_look "
	    "db_rollback");
}
END_TEST

START_TEST(an_address_that_is_only_shown_follows)
{
	fake_accounts.standing.owner_id = MINE;
	fake_accounts.follows = true;
	ck_assert_int_eq(outcome(NULL), RC_OK);
	ck_assert(fake_users.settled_following);

	fake_accounts.follows = false;
	ck_assert_int_eq(outcome(NULL), RC_OK);
	ck_assert(!fake_users.settled_following);
}
END_TEST

/* It may have been the only one that backed it. */
START_TEST(the_address_is_settled_after_a_secondary_identity_too)
{
	fake_accounts.standing.owner_id = MINE;
	fake_users.user.oauth_provider = "discord";
	ck_assert_int_eq(outcome(NULL), RC_OK);
	ck_assert_int_eq(fake_calls_count("users_settle_email"), 1);
}
END_TEST

START_TEST(who_loses_a_race_begins_again)
{
	static const char *const races[] = {"users_insert", "accounts_insert",
	    "events_add", "db_commit"};

	for (size_t i = 0; i < sizeof(races) / sizeof(races[0]); i++) {
		fake_calls_clear();
		fake_calls_fail(races[i], RC_TAKEN, 2);
		ck_assert_msg(outcome(NULL) == RC_OK, "%s", races[i]);
		ck_assert_int_eq(fake_calls_count("db_begin"), 3);
		ck_assert_int_eq(fake_calls_count("accounts_look"), 3);
	}
}
END_TEST

/* It had joined when its COMMIT lost: by then the identity is known. */
START_TEST(who_joined_in_a_lost_race_only_has_not_joined)
{
	struct account_entry entry;

	fake_accounts = (struct fake_accounts){
	    .standing = {.holder_id = THEIRS, .holder_is_backed = true},
	    .later = {.owner_id = THEIRS}, .changes_after = 2};
	fake_calls_fail("db_commit", RC_TAKEN, 1);
	ck_assert_int_eq(account_sign_in(op, &identity, "192.0.2.7", &entry),
	    RC_OK);
	ck_assert_str_eq(op->rule, "known_identity");
	ck_assert_str_eq(entry.user->id, THEIRS);
	ck_assert(!entry.has_joined);
}
END_TEST

START_TEST(an_address_taken_meanwhile_begins_again)
{
	fake_accounts.standing.owner_id = MINE;
	fake_calls_fail("users_settle_email", RC_TAKEN, 1);
	ck_assert_int_eq(outcome(NULL), RC_OK);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
	ck_assert_int_eq(fake_calls_count("db_commit"), 1);
}
END_TEST

START_TEST(a_user_or_identity_gone_meanwhile_begins_again)
{
	static const char *const gone[] = {"users_note_sign_in",
	    "accounts_note_use", "users_by_id"};

	fake_accounts.standing.owner_id = MINE;
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		fake_calls_clear();
		fake_calls_fail(gone[i], RC_ABSENT, 1);
		ck_assert_msg(outcome(NULL) == RC_OK, "%s", gone[i]);
		ck_assert_int_eq(fake_calls_count("users_note_sign_in"), 2);
		ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
	}
}
END_TEST

/* Disabled, or the identity is another's by now, or nobody's. */
START_TEST(who_changed_before_the_lock_is_looked_at_again)
{
	static const struct {
		struct accounts_standing later;
		enum rc rc;
		const char *rule;
	} changes[] = {
		{{.owner_id = MINE, .owner_disabled = true}, RC_DENIED,
		    "user_disabled"},
		{{.owner_id = THEIRS}, RC_OK, "known_identity"},
		{{.owner_id = NULL}, RC_OK, "new_user"},
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		fake_calls_clear();
		fake_accounts = (struct fake_accounts){
		    .standing = {.owner_id = MINE},
		    .later = changes[i].later, .changes_after = 1};
		ck_assert_int_eq(outcome(NULL), changes[i].rc);
		ck_assert_str_eq(op->rule, changes[i].rule);
		ck_assert_int_eq(fake_calls_count("db_begin"), 2);
		op_clear(op);
	}
}
END_TEST

START_TEST(races_lost_for_ever_are_our_own_failure)
{
	fake_calls_fail("users_insert", RC_TAKEN, 99);
	ck_assert_int_eq(outcome(NULL), RC_DOWN);
	ck_assert_int_eq(op->rc, RC_DOWN);
	ck_assert_int_eq(op->refusal, REFUSAL_NONE);
	ck_assert_int_eq(fake_calls_count("db_begin"), 4);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 4);
	ck_assert_int_eq(fake_calls_count("db_commit"), 0);
}
END_TEST

START_TEST(a_row_that_lets_in_overrules_what_redis_says)
{
	static const struct user mine = {.id = MINE};
	const struct user *user = &mine;

	fake_accounts.standing.owner_id = MINE;
	ck_assert_int_eq(account_overrule(op, &identity, &user), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin users_lock "
	    "accounts_look users_raise_version users_by_id db_commit");
	ck_assert_str_eq(user->id, MINE);
}
END_TEST

/* The row of mine lets nobody in by that rule, and no version is raised. */
static void overrules_nothing(enum refusal refusal, const char *rule)
{
	static const struct user mine = {.id = MINE};
	const struct user *user = &mine;

	op->rule = "known_identity";
	ck_assert_int_eq(account_overrule(op, &identity, &user), RC_DENIED);
	ck_assert_int_eq(op->refusal, refusal);
	ck_assert_pstr_eq(op->rule, rule);
	ck_assert_int_eq(fake_calls_count("users_raise_version"), 0);
	ck_assert_ptr_eq(user, &mine);
}

START_TEST(a_row_that_does_not_let_in_overrules_nothing)
{
	overrules_nothing(REFUSAL_TRANSACTION, "new_user");
	fake_accounts.standing.owner_id = THEIRS;
	overrules_nothing(REFUSAL_TRANSACTION, "known_identity");
	fake_accounts.standing.owner_id = MINE;
	fake_accounts.standing.owner_disabled = true;
	overrules_nothing(REFUSAL_DISABLED, "user_disabled");
	fake_accounts.standing.owner_disabled = false;
	fake_calls_fail("users_lock", RC_ABSENT, 1);
	overrules_nothing(REFUSAL_DISABLED, NULL);
}
END_TEST

/* The user of a session cannot be had. */
static void has_no_user(enum rc rc, enum refusal refusal)
{
	const struct session session = {.user_id = MINE};
	const struct user *user = NULL;

	ck_assert_int_eq(account_of(op, &session, &user), rc);
	ck_assert_int_eq(op->refusal, (int)refusal);
	ck_assert_ptr_null(user);
}

START_TEST(a_session_whose_user_is_disabled_or_gone_is_over)
{
	fake_calls_fail("users_by_id", RC_ABSENT, 1);
	has_no_user(RC_DENIED, REFUSAL_TOKEN);

	fake_users.user.disabled = true;
	has_no_user(RC_DENIED, REFUSAL_TOKEN);

	fake_calls_fail("users_by_id", RC_DOWN, 1);
	has_no_user(RC_DOWN, REFUSAL_NONE);
}
END_TEST

/* Each of these calls fails once: that is the end, and nothing is kept. */
static void down_is_down(const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fake_calls_clear();
		fake_calls_fail(names[i], RC_DOWN, 1);
		ck_assert_msg(outcome(NULL) == RC_DOWN, "%s", names[i]);
		ck_assert_msg(fake_calls_count(names[i]) == 1, "%s", names[i]);
		ck_assert_msg(strcmp(names[i], "db_commit") == 0 ||
		    fake_calls_count("db_commit") == 0, "%s", names[i]);
		ck_assert(!fake_db_is_open);
		op_clear(op);
	}
}

START_TEST(a_database_that_is_down_notes_no_half_sign_in)
{
	static const char *const names[] = {"users_note_sign_in",
	    "accounts_note_use", "users_by_id", "users_settle_email",
	    "db_commit"};

	fake_accounts.standing.owner_id = MINE;
	down_is_down(names, sizeof(names) / sizeof(names[0]));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("account_known");
	TCase *t = tcase_create("account_known");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, closed_sign_up_lets_known_users_in);
	tcase_add_test(t, a_known_identity_is_noted_and_gets_no_event_yet);
	tcase_add_test(t, a_disabled_user_is_refused_before_anything_is_noted);
	tcase_add_test(t, an_address_that_is_only_shown_follows);
	tcase_add_test(t,
	    the_address_is_settled_after_a_secondary_identity_too);
	tcase_add_test(t, who_loses_a_race_begins_again);
	tcase_add_test(t, who_joined_in_a_lost_race_only_has_not_joined);
	tcase_add_test(t, an_address_taken_meanwhile_begins_again);
	tcase_add_test(t, a_user_or_identity_gone_meanwhile_begins_again);
	tcase_add_test(t, who_changed_before_the_lock_is_looked_at_again);
	tcase_add_test(t, races_lost_for_ever_are_our_own_failure);
	tcase_add_test(t, a_row_that_lets_in_overrules_what_redis_says);
	tcase_add_test(t, a_row_that_does_not_let_in_overrules_nothing);
	tcase_add_test(t, a_session_whose_user_is_disabled_or_gone_is_over);
	tcase_add_test(t, a_database_that_is_down_notes_no_half_sign_in);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
