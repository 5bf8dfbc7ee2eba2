/* SPDX-License-Identifier: ISC */
/*
 * Who becomes a user and who may not.  The stores and transactions are fakes:
 * what they answer is the case, what they are asked is the decision.
 */
#include "auth/account.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "base/uuid.h"
#include "support/fake_accounts.h"
#include "support/fake_calls.h"
#include "support/fake_db.h"
#include "support/fake_events.h"
#include "support/fake_users.h"

#define THEIRS "01910000-0000-7000-8000-000000000002"
#define HEIRS  "01910000-0000-7000-8000-000000000003"

static const char *const domains[] = {"example.org", "Corp.Example"};
static struct config config;
static struct identity identity;
static struct op *op;
static bool has_joined;

static void setup(void)
{
	op = op_new("test", 10000);
	config = (struct config){.sign_up = "open",
	    .account_linking = "verified", .email_domains = {2, domains}};
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
	ck_assert((rc == RC_OK) == (got.user != &untouched));
	if (rc == RC_OK)
		ck_assert_str_eq(op_reason(op), "");
	else
		ck_assert_str_ne(op_reason(op), "");
	if (user != NULL)
		*user = got.user;
	has_joined = got.has_joined;
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

START_TEST(a_new_identity_becomes_a_user_in_one_transaction)
{
	const struct user *user;

	ck_assert_int_eq(outcome(&user), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin accounts_look "
	    "users_insert accounts_insert events_add "
	    "users_by_id db_commit");
	ck_assert(uuid_is_valid(user->id));
	ck_assert_str_eq(fake_users.inserted_id, user->id);
	ck_assert_str_eq(fake_users.inserted.oauth_provider, "google");
	ck_assert_str_eq(fake_users.inserted.oauth_id, "alice-subject");
	ck_assert_str_eq(fake_users.inserted.email, "Alice@example.org");
	ck_assert(fake_users.inserted.email_verified);
}
END_TEST

START_TEST(what_the_provider_said_goes_to_the_new_identitys_row)
{
	ck_assert_int_eq(outcome(NULL), RC_OK);
	ck_assert_str_eq(fake_accounts.last.provider, "google");
	ck_assert_str_eq(fake_accounts.last.oauth_id, "alice-subject");
	ck_assert_str_eq(fake_accounts.last.email, "Alice@example.org");
	ck_assert(fake_accounts.last.email_verified);
	ck_assert_str_eq(fake_accounts.last.display_name, "Alice");
	ck_assert_str_eq(fake_accounts.last.avatar_url,
	    "https://pic.example/a");
}
END_TEST

START_TEST(a_new_user_gets_the_event_signed_up)
{
	const struct user *user;

	ck_assert_int_eq(outcome(&user), RC_OK);
	ck_assert_int_eq(fake_events_last.kind, EVENT_SIGNED_UP);
	ck_assert_str_eq(fake_events_last.user_id, user->id);
	ck_assert_str_eq(fake_events_last.provider, "google");
	ck_assert_str_eq(fake_events_last.address, "192.0.2.7");
}
END_TEST

START_TEST(an_unverified_address_stays_unverified)
{
	identity.email_verified = false;

	ck_assert_int_eq(outcome(NULL), RC_OK);
	ck_assert(!fake_accounts.asked.email_verified);
	ck_assert(!fake_users.inserted.email_verified);
	ck_assert(!fake_accounts.last.email_verified);
}
END_TEST

START_TEST(a_person_without_an_address_becomes_a_user)
{
	identity.email = NULL;
	identity.email_verified = false;

	ck_assert_int_eq(outcome(NULL), RC_OK);
	ck_assert_ptr_null(fake_users.inserted.email);
}
END_TEST

/* Somebody holds the address, by an identity that is still linked. */
static void held(void)
{
	fake_accounts.standing.holder_id = THEIRS;
	fake_accounts.standing.holder_is_backed = true;
}

START_TEST(a_verified_address_joins_its_holder)
{
	const struct user *user;

	held();
	ck_assert_int_eq(outcome(&user), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "db_begin accounts_look "
	    "users_note_sign_in accounts_look accounts_insert "
	    "users_settle_email events_add users_by_id db_commit");
	ck_assert_int_eq(fake_events_last.kind, EVENT_LINKED);
	ck_assert_str_eq(user->id, THEIRS);
	ck_assert(has_joined);
	ck_assert_str_eq(fake_accounts.last_user_id, THEIRS);
	ck_assert_str_eq(fake_accounts.last.oauth_id, "alice-subject");
	ck_assert_str_eq(op->rule, "verified_address");
}
END_TEST

START_TEST(nothing_joins_where_linking_is_explicit)
{
	config.account_linking = "explicit";
	held();
	refused(RC_TAKEN, REFUSAL_LINK_REQUIRED);
	ck_assert_str_eq(op->rule, "linking_is_explicit");
	ck_assert_int_eq(fake_calls_count("db_begin"), 1);
	ck_assert_int_eq(fake_calls_count("users_insert"), 0);
	ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
}
END_TEST

START_TEST(nothing_joins_an_address_no_identity_backs)
{
	fake_accounts.standing.holder_id = THEIRS;
	refused(RC_TAKEN, REFUSAL_LINK_REQUIRED);
	ck_assert_str_eq(op->rule, "address_not_backed");
}
END_TEST

/* Something else stands when the holder's row is locked. */
static void held_until(struct accounts_standing later)
{
	fake_calls_clear();
	fake_accounts = (struct fake_accounts){.later = later};
	fake_accounts.changes_after = 1;
	held();
}

static void begins_again_after(struct accounts_standing later)
{
	held_until(later);
	ck_assert_int_eq(outcome(NULL), RC_OK);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
	ck_assert_int_eq(fake_calls_count("db_commit"), 1);
}

START_TEST(a_holder_who_changed_before_the_lock_is_not_joined)
{
	begins_again_after((struct accounts_standing){.holder_id = NULL});
	ck_assert(!has_joined);
	begins_again_after((struct accounts_standing){
	    .owner_id = THEIRS, .holder_id = THEIRS,
	    .holder_is_backed = true});
	ck_assert(!has_joined);
}
END_TEST

START_TEST(whoever_got_the_address_before_the_lock_is_joined)
{
	begins_again_after((struct accounts_standing){
	    .holder_id = HEIRS, .holder_is_backed = true});
	ck_assert(has_joined);
	ck_assert_str_eq(fake_accounts.last_user_id, HEIRS);
}
END_TEST

START_TEST(no_rule_against_joining_is_lost_before_the_lock)
{
	static const struct accounts_standing laters[] = {
		{.holder_id = THEIRS},
		{.holder_id = THEIRS, .holder_is_backed = true,
		    .holder_has_unlinked = true},
		{.holder_id = THEIRS, .holder_is_backed = true,
		    .holder_has_provider = true},
	};

	for (size_t i = 0; i < sizeof(laters) / sizeof(laters[0]); i++) {
		held_until(laters[i]);
		ck_assert_int_eq(outcome(NULL), RC_TAKEN);
		ck_assert_int_ne(op->refusal, REFUSAL_NONE);
		ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
	}
}
END_TEST

START_TEST(a_holder_disabled_before_the_lock_is_not_joined)
{
	held_until((struct accounts_standing){
	    .holder_id = THEIRS, .holder_disabled = true});
	fake_calls_fail("users_note_sign_in", RC_ABSENT, 1);
	ck_assert_int_eq(outcome(NULL), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_SIGN_IN);
	ck_assert_int_eq(fake_calls_count("accounts_insert"), 0);
}
END_TEST

START_TEST(a_disabled_holder_of_the_address_is_not_told_apart)
{
	fake_accounts.standing.holder_id = THEIRS;
	fake_accounts.standing.holder_disabled = true;

	refused(RC_DENIED, REFUSAL_SIGN_IN);
	ck_assert_int_eq(fake_calls_count("users_insert"), 0);
}
END_TEST

START_TEST(closed_sign_up_takes_nobody_new)
{
	config.sign_up = "closed";
	refused(RC_DENIED, REFUSAL_SIGN_UP);
	ck_assert_int_eq(fake_calls_count("users_insert"), 0);
}
END_TEST

START_TEST(a_holder_with_another_identity_of_it_is_sent_to_the_administrator)
{
	fake_accounts.standing.holder_id = THEIRS;
	fake_accounts.standing.holder_has_provider = true;
	refused(RC_TAKEN, REFUSAL_PROVIDER_LINKED);
}
END_TEST

START_TEST(a_holder_learns_the_way_in_even_where_sign_up_is_closed)
{
	config.sign_up = "closed";
	config.account_linking = "explicit";
	fake_accounts.standing.holder_id = THEIRS;
	refused(RC_TAKEN, REFUSAL_LINK_REQUIRED);
}
END_TEST

START_TEST(a_listed_domain_may_sign_up_whatever_its_case)
{
	static const char *const good[] = {"a@example.org", "a@EXAMPLE.ORG",
	    "a@corp.example"};

	config.sign_up = "domains";
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		identity.email = good[i];
		ck_assert_msg(outcome(NULL) == RC_OK, "%s", good[i]);
	}
}
END_TEST

START_TEST(another_domain_may_not_sign_up)
{
	static const char *const bad[] = {"a@example.com", "a@sub.example.org",
	    "a@badexample.org", "example.org@else.example",
	    "a@example.org.else.example"};

	config.sign_up = "domains";
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		identity.email = bad[i];
		ck_assert_msg(outcome(NULL) == RC_DENIED, "%s", bad[i]);
		ck_assert_int_eq(op->refusal, REFUSAL_SIGN_UP);
	}
}
END_TEST

START_TEST(an_unverified_address_proves_no_domain)
{
	config.sign_up = "domains";
	identity.email_verified = false;
	refused(RC_DENIED, REFUSAL_SIGN_UP);
}
END_TEST

START_TEST(a_missing_address_proves_no_domain)
{
	config.sign_up = "domains";
	identity.email = NULL;
	identity.email_verified = false;
	refused(RC_DENIED, REFUSAL_SIGN_UP);
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

START_TEST(a_database_that_is_down_keeps_no_half_made_account)
{
	static const char *const names[] = {"db_begin", "accounts_look",
	    "users_insert", "accounts_insert",
	    "events_add", "users_by_id", "db_commit"};

	down_is_down(names, sizeof(names) / sizeof(names[0]));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("account");
	TCase *t = tcase_create("account");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_new_identity_becomes_a_user_in_one_transaction);
	tcase_add_test(t,
	    what_the_provider_said_goes_to_the_new_identitys_row);
	tcase_add_test(t, a_new_user_gets_the_event_signed_up);
	tcase_add_test(t, an_unverified_address_stays_unverified);
	tcase_add_test(t, a_person_without_an_address_becomes_a_user);
	tcase_add_test(t, a_verified_address_joins_its_holder);
	tcase_add_test(t, nothing_joins_where_linking_is_explicit);
	tcase_add_test(t, nothing_joins_an_address_no_identity_backs);
	tcase_add_test(t, a_holder_who_changed_before_the_lock_is_not_joined);
	tcase_add_test(t, whoever_got_the_address_before_the_lock_is_joined);
	tcase_add_test(t, no_rule_against_joining_is_lost_before_the_lock);
	tcase_add_test(t, a_holder_disabled_before_the_lock_is_not_joined);
	tcase_add_test(t, a_disabled_holder_of_the_address_is_not_told_apart);
	tcase_add_test(t, closed_sign_up_takes_nobody_new);
	tcase_add_test(t,
	    a_holder_with_another_identity_of_it_is_sent_to_the_administrator);
	tcase_add_test(t,
	    a_holder_learns_the_way_in_even_where_sign_up_is_closed);
	tcase_add_test(t, a_listed_domain_may_sign_up_whatever_its_case);
	tcase_add_test(t, another_domain_may_not_sign_up);
	tcase_add_test(t, an_unverified_address_proves_no_domain);
	tcase_add_test(t, a_missing_address_proves_no_domain);
	tcase_add_test(t, a_database_that_is_down_keeps_no_half_made_account);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
