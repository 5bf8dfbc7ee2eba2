/* SPDX-License-Identifier: ISC */
/*
 * What a change of premium does to the stores, and in which order.  The
 * functions of the stores that it needs are replaced here: one user, whose
 * row is at version 4 before each test, and one grant.
 */
#include "auth/premium.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "store/grants.h"
#include "store/sessions.h"
#include "support/fake_calls.h"
#include "support/fake_db.h"
#include "support/fake_events.h"

#define USER  "01910000-0000-7000-8000-000000000001"
#define OTHER "01910000-0000-7000-8000-000000000002"

#define GRANTED "db_begin users_lock grants_by_reference grants_add "          \
    "users_set_premium events_add db_commit sessions_publish users_by_id"
#define TAKEN_AWAY "db_begin users_lock grants_by_reference grants_add "       \
    "users_set_premium events_add sessions_publish db_commit users_by_id"
#define REPEATED "db_begin users_lock grants_by_reference db_commit "          \
    "sessions_publish users_by_id"

static struct users_standing row;
static struct grant granted;	/* reference NULL: none */
static char added[64];		/* reference of the grant added last */
static struct sessions_standing published;
static struct op *op;

enum rc users_lock(struct op *now, const char *id,
    struct users_standing *standing)
{
	enum rc rc = fake_calls_enter(now, "users_lock");

	ck_assert_str_eq(id, USER);
	if (rc == RC_OK)
		*standing = row;
	return rc;
}

enum rc users_set_premium(struct op *now, const char *id, int64_t until_ms,
    struct users_standing *standing)
{
	enum rc rc = fake_calls_enter(now, "users_set_premium");

	ck_assert_str_eq(id, USER);
	if (rc != RC_OK)
		return rc;

	row.version++;
	row.premium_until_ms = until_ms;
	*standing = row;
	return RC_OK;
}

enum rc users_by_id(struct op *now, const char *id, const struct user **user)
{
	enum rc rc = fake_calls_enter(now, "users_by_id");
	struct user *found = pool_alloc(now->pool, sizeof(*found));

	found->id = id;
	found->premium_until_ms = row.premium_until_ms;
	if (rc == RC_OK)
		*user = found;
	return rc;
}

enum rc grants_by_reference(struct op *now, const char *reference,
    struct grant *grant)
{
	enum rc rc = fake_calls_enter(now, "grants_by_reference");

	if (rc == RC_OK && (granted.reference == NULL ||
	    strcmp(granted.reference, reference) != 0))
		return op_fail(now, RC_ABSENT, "no such grant");
	if (rc == RC_OK)
		*grant = granted;
	return rc;
}

enum rc grants_add(struct op *now, const struct grant *grant)
{
	enum rc rc = fake_calls_enter(now, "grants_add");

	ck_assert_str_eq(grant->user_id, USER);
	ck_assert_str_eq(grant->actor, "admin");
	snprintf(added, sizeof(added), "%s", grant->reference);
	return rc;
}

enum rc sessions_publish(struct op *now,
    const struct sessions_standing *standing)
{
	published = *standing;
	return fake_calls_enter(now, "sessions_publish");
}

static void setup(void)
{
	op = op_new("test", 10000);
	row = (struct users_standing){.version = 4, .premium_until_ms = 1000};
	granted = (struct grant){.reference = NULL};
	published = (struct sessions_standing){.user_id = ""};
	fake_events_last = (struct event){.kind = EVENT_NONE};
	fake_calls_clear();
}

static void teardown(void)
{
	ck_assert(!fake_db_is_open);
	op_free(op);
}

static enum rc set(int64_t until_ms, const char *reference)
{
	const struct user *user = NULL;
	enum rc rc = premium_set(op, USER, &(struct premium_change){
	    .until_ms = until_ms, .reference = reference, .actor = "admin"},
	    &user);

	ck_assert((rc == RC_OK) == (user != NULL));
	return rc;
}

START_TEST(what_grants_is_published_once_it_is_kept)
{
	ck_assert_int_eq(set(2000, "order-1"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), GRANTED);
	ck_assert_str_eq(published.user_id, USER);
	ck_assert_int_eq(published.state, SESSIONS_ACTIVE);
	ck_assert_int_eq(published.version, 5);
	ck_assert_int_eq(published.premium_until_ms, 2000);
	ck_assert(!published.takes_away);
	ck_assert_str_eq(added, "order-1");
	ck_assert_int_eq(fake_events_last.kind, EVENT_PREMIUM_CHANGED);
	ck_assert_str_eq(fake_events_last.user_id, USER);
	ck_assert_str_eq(fake_events_last.actor, "admin");

	fake_calls_clear();
	row.premium_until_ms = 0;
	ck_assert_int_eq(set(1, "order-2"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), GRANTED);
}
END_TEST

START_TEST(what_takes_away_is_published_before_it_is_kept)
{
	ck_assert_int_eq(set(999, "order-1"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), TAKEN_AWAY);
	ck_assert_int_eq(published.version, 5);
	ck_assert_int_eq(published.premium_until_ms, 999);
	ck_assert(published.takes_away);

	fake_calls_clear();
	ck_assert_int_eq(set(0, "order-2"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), TAKEN_AWAY);
	ck_assert_int_eq(published.premium_until_ms, 0);
}
END_TEST

START_TEST(the_same_instant_again_takes_nothing_away)
{
	ck_assert_int_eq(set(1000, "order-1"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), GRANTED);
}
END_TEST

START_TEST(what_cannot_be_taken_away_in_redis_is_not_taken_away)
{
	fake_calls_fail("sessions_publish", RC_DOWN, 1);
	ck_assert_int_eq(set(0, "order-1"), RC_DOWN);
	ck_assert_int_eq(fake_calls_count("db_commit"), 0);
	ck_assert_int_eq(fake_calls_count("db_rollback"), 1);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "premium of user " USER));
}
END_TEST

START_TEST(what_redis_did_not_hear_is_told_it_by_the_same_call_again)
{
	fake_calls_fail("sessions_publish", RC_DOWN, 1);
	ck_assert_int_eq(set(2000, "order-1"), RC_DOWN);
	ck_assert_int_eq(fake_calls_count("db_commit"), 1);

	fake_calls_clear();
	granted = (struct grant){
	    .reference = "order-1", .user_id = USER, .until_ms = 2000};
	ck_assert_int_eq(set(2000, "order-1"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), REPEATED);
	ck_assert_int_eq(published.version, 5);
	ck_assert_int_eq(published.premium_until_ms, 2000);
}
END_TEST

/* What is published again is the row as it is, not what was asked for. */
START_TEST(an_old_reference_again_does_not_undo_what_came_later)
{
	granted = (struct grant){
	    .reference = "order-1", .user_id = USER, .until_ms = 500};
	ck_assert_int_eq(set(500, "order-1"), RC_OK);
	ck_assert_str_eq(fake_calls_text(), REPEATED);
	ck_assert_int_eq(published.version, 4);
	ck_assert_int_eq(published.premium_until_ms, 1000);
	ck_assert_int_eq(row.premium_until_ms, 1000);
}
END_TEST

START_TEST(a_reference_stands_for_one_user_and_one_instant)
{
	static const struct grant others[] = {
		{.reference = "order-1", .user_id = OTHER, .until_ms = 2000},
		{.reference = "order-1", .user_id = USER, .until_ms = 2001},
		{.reference = "order-1", .user_id = USER, .until_ms = 0},
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		fake_calls_clear();
		granted = others[i];
		ck_assert_int_eq(set(2000, "order-1"), RC_TAKEN);
		ck_assert_int_eq(op->refusal, REFUSAL_REFERENCE);
		ck_assert_str_eq(fake_calls_text(), "db_begin users_lock "
		    "grants_by_reference db_rollback");
	}
}
END_TEST

/* Somebody else's change inserts it between our look and our insert. */
START_TEST(a_reference_lost_in_a_race_is_looked_up_again)
{
	fake_calls_fail("grants_add", RC_TAKEN, 1);
	ck_assert_int_eq(set(2000, "order-1"), RC_OK);
	ck_assert_int_eq(fake_calls_count("grants_by_reference"), 2);
	ck_assert_int_eq(fake_calls_count("users_set_premium"), 1);
}
END_TEST

START_TEST(a_reference_that_is_made_up_is_valid_and_never_the_same)
{
	const char *reference = premium_reference_new(op->pool);

	ck_assert(uuid_is_valid(reference));
	ck_assert(premium_reference_is_valid(reference));
	ck_assert_str_ne(premium_reference_new(op->pool), reference);
}
END_TEST

START_TEST(an_end_of_premium_is_an_instant_after_1970_began)
{
	static const char *const bad[] = {"", "clear", "2030-01-01",
	    "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z",
	    "9999-12-31T23:59:59-00:01"};
	int64_t ms = -1;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!premium_end_from(bad[i], &ms), "%s", bad[i]);
	ck_assert_int_eq(ms, -1);
	ck_assert(premium_end_from("1970-01-01T00:00:00.001Z", &ms));
	ck_assert_int_eq(ms, 1);
	ck_assert(premium_end_from("9999-12-31T23:59:59.999Z", &ms));
	ck_assert_int_eq(ms, CLOCK_LAST_MS);
}
END_TEST

START_TEST(premium_lets_no_disabled_user_in)
{
	row.disabled = true;
	ck_assert_int_eq(set(2000, "order-1"), RC_OK);
	ck_assert_int_eq(published.state, SESSIONS_DISABLED);
}
END_TEST

START_TEST(a_change_fails_with_any_of_its_parts)
{
	static const char *const steps[] = {"db_begin", "users_lock",
		"grants_by_reference", "grants_add", "users_set_premium",
		"events_add", "db_commit", "users_by_id"};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		fake_calls_clear();
		fake_calls_fail(steps[i], RC_DOWN, 1);
		ck_assert_int_eq(set(9000 + (int64_t)i, "order-1"), RC_DOWN);
		ck_assert_int_eq(fake_calls_count("sessions_publish"),
		    strcmp(steps[i], "users_by_id") == 0);
	}

	fake_calls_clear();
	fake_calls_fail("users_lock", RC_ABSENT, 1);
	ck_assert_int_eq(set(2000, "order-1"), RC_ABSENT);
}
END_TEST

static enum rc extend(int64_t ms, const char *reference)
{
	const struct user *user = NULL;

	return premium_set(op, USER, &(struct premium_change){
	    .extend_ms = ms, .reference = reference, .actor = "admin"},
	    &user);
}

START_TEST(an_extension_goes_from_the_later_of_now_and_the_present_end)
{
	int64_t now = clock_now_ms();

	ck_assert_int_eq(extend(5000, "order-1"), RC_OK);
	ck_assert_int_ge(row.premium_until_ms, now + 5000);
	ck_assert_int_le(row.premium_until_ms, clock_now_ms() + 5000);

	row.premium_until_ms = now + 1000000;
	ck_assert_int_eq(extend(5000, "order-2"), RC_OK);
	ck_assert_int_eq(row.premium_until_ms, now + 1005000);

	ck_assert_int_eq(extend(INT64_MAX, "order-3"), RC_OK);
	ck_assert_int_eq(row.premium_until_ms, CLOCK_LAST_MS);
}
END_TEST

START_TEST(a_reference_has_1_to_255_characters_that_can_be_seen)
{
	static const char *const bad[] = {"", "a\nb", "a\x7f",
	    "a\xc2\x85", "a\xe2\x80\x8b", "a\xe2\x80\xae", "\xff", "a\xc3",
	    " ", "   ", " a", "a ", "a\xc2\xa0" "b", "a\xe3\x80\x80" "b",
	    "\xcc\x81", "e\xcc\x81", "a\xef\xb8\x8f"};
	char most[2 * PREMIUM_REFERENCE_MOST + 1];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!premium_reference_is_valid(bad[i]), "%zu", i);
	ck_assert(premium_reference_is_valid("Order 4711/\xc3\xa9"));
	ck_assert(premium_reference_is_valid("a  b"));

	/* U+00E9, of two bytes. */
	for (size_t i = 0; i + 1 < sizeof(most); i += 2)
		memcpy(most + i, "\xc3\xa9", 3);
	ck_assert(premium_reference_is_valid(most));
	ck_assert(premium_reference_is_valid(most + 2));
	most[sizeof(most) - 3] = '\0';
	ck_assert(premium_reference_is_valid(most));
	memcpy(most + sizeof(most) - 3, "rr", 3);
	ck_assert(!premium_reference_is_valid(most));
}
END_TEST

static void add_tests(TCase *t)
{
	tcase_add_test(t,
	    a_reference_has_1_to_255_characters_that_can_be_seen);
	tcase_add_test(t,
	    an_extension_goes_from_the_later_of_now_and_the_present_end);
	tcase_add_test(t, what_grants_is_published_once_it_is_kept);
	tcase_add_test(t, what_takes_away_is_published_before_it_is_kept);
	tcase_add_test(t, the_same_instant_again_takes_nothing_away);
	tcase_add_test(t,
	    what_cannot_be_taken_away_in_redis_is_not_taken_away);
	tcase_add_test(t,
	    what_redis_did_not_hear_is_told_it_by_the_same_call_again);
	tcase_add_test(t,
	    an_old_reference_again_does_not_undo_what_came_later);
	tcase_add_test(t, a_reference_stands_for_one_user_and_one_instant);
	tcase_add_test(t, a_reference_lost_in_a_race_is_looked_up_again);
	tcase_add_test(t,
	    a_reference_that_is_made_up_is_valid_and_never_the_same);
	tcase_add_test(t, an_end_of_premium_is_an_instant_after_1970_began);
	tcase_add_test(t, premium_lets_no_disabled_user_in);
	tcase_add_test(t, a_change_fails_with_any_of_its_parts);
}

int main(void)
{
	Suite *s = suite_create("premium");
	TCase *t = tcase_create("premium");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	add_tests(t);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
