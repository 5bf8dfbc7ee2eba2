/* SPDX-License-Identifier: ISC */
/* Every rule by its name, and which of two goes before the other. */
#include "auth/linking.h"

#include <stdbool.h>

#include <check.h>

/* As most sites are: open, and linking by verified address. */
#define OPEN	 (LINKING_AUTOMATIC | LINKING_SIGN_UP)
#define ALL_BITS ((1u << 12) - 1)

/* Facts decide for a refusal. */
static void refuses(unsigned facts, const char *name, enum rc rc,
    enum refusal refusal)
{
	const struct linking_rule *found = linking_decide(facts);

	ck_assert_str_eq(found->name, name);
	ck_assert_int_eq(found->act, LINKING_REFUSE);
	ck_assert_int_eq(found->rc, rc);
	ck_assert_int_eq(found->refusal, refusal);
}

/* Facts decide for something that is done. */
static void does(unsigned facts, const char *name, enum linking_act act)
{
	const struct linking_rule *found = linking_decide(facts);

	ck_assert_str_eq(found->name, name);
	ck_assert_int_eq(found->act, act);
	ck_assert_int_eq(found->rc, RC_OK);
	ck_assert_int_eq(found->refusal, REFUSAL_NONE);
}

START_TEST(a_known_identity_signs_in_whatever_the_site_allows)
{
	does(LINKING_KNOWN, "known_identity", LINKING_ENTER);
	does(LINKING_KNOWN | OPEN, "known_identity", LINKING_ENTER);
}
END_TEST

START_TEST(a_known_identity_goes_before_what_its_address_says)
{
	unsigned held = LINKING_HELD | LINKING_BACKED;

	does(LINKING_KNOWN | held | OPEN, "known_identity", LINKING_ENTER);
	does(LINKING_KNOWN | held | LINKING_HOLDER_DISABLED | OPEN,
	    "known_identity", LINKING_ENTER);
	refuses(LINKING_KNOWN | LINKING_DISABLED | held | OPEN,
	    "user_disabled", RC_DENIED, REFUSAL_DISABLED);
}
END_TEST

START_TEST(a_disabled_user_stays_out)
{
	refuses(LINKING_KNOWN | LINKING_DISABLED | OPEN, "user_disabled",
	    RC_DENIED, REFUSAL_DISABLED);
}
END_TEST

START_TEST(a_verified_address_joins_only_when_nothing_stands_against_it)
{
	unsigned joins = LINKING_HELD | LINKING_BACKED | OPEN;

	does(joins, "verified_address", LINKING_JOIN);
	does(joins & ~(unsigned)LINKING_SIGN_UP, "verified_address",
	    LINKING_JOIN);
	refuses(joins & ~(unsigned)LINKING_BACKED, "address_not_backed",
	    RC_TAKEN, REFUSAL_LINK_REQUIRED);
	refuses(joins & ~(unsigned)LINKING_AUTOMATIC, "linking_is_explicit",
	    RC_TAKEN, REFUSAL_LINK_REQUIRED);
	refuses(joins | LINKING_UNLINKED, "unlinked_before", RC_TAKEN,
	    REFUSAL_LINK_REQUIRED);
	refuses(joins | LINKING_HOLDER_HAS_PROVIDER, "holder_has_provider",
	    RC_TAKEN, REFUSAL_PROVIDER_LINKED);
	refuses(joins | LINKING_HOLDER_DISABLED, "holder_disabled",
	    RC_DENIED, REFUSAL_SIGN_IN);
}
END_TEST

START_TEST(a_disabled_holder_is_not_told_apart_by_other_facts)
{
	unsigned held = LINKING_HELD | LINKING_HOLDER_DISABLED;

	refuses(held, "holder_disabled", RC_DENIED, REFUSAL_SIGN_IN);
	refuses(held | LINKING_HOLDER_HAS_PROVIDER, "holder_disabled",
	    RC_DENIED, REFUSAL_SIGN_IN);
	refuses(held | LINKING_BACKED | OPEN, "holder_disabled", RC_DENIED,
	    REFUSAL_SIGN_IN);
}
END_TEST

/* By the name that goes to the log. */
START_TEST(of_several_things_against_joining_the_first_is_named)
{
	unsigned held = LINKING_HELD | LINKING_UNLINKED;

	refuses(held | LINKING_HOLDER_HAS_PROVIDER, "holder_has_provider",
	    RC_TAKEN, REFUSAL_PROVIDER_LINKED);
	refuses(held, "linking_is_explicit", RC_TAKEN, REFUSAL_LINK_REQUIRED);
	refuses(held | LINKING_AUTOMATIC, "address_not_backed", RC_TAKEN,
	    REFUSAL_LINK_REQUIRED);
}
END_TEST

START_TEST(a_holder_learns_the_way_in_even_where_sign_up_is_closed)
{
	refuses(LINKING_HELD | LINKING_BACKED, "linking_is_explicit",
	    RC_TAKEN, REFUSAL_LINK_REQUIRED);
}
END_TEST

START_TEST(nobody_else_becomes_a_user_unless_sign_up_allows_it)
{
	does(OPEN, "new_user", LINKING_CREATE);
	does(LINKING_SIGN_UP, "new_user", LINKING_CREATE);
	refuses(0, "sign_up_closed", RC_DENIED, REFUSAL_SIGN_UP);
	refuses(LINKING_AUTOMATIC, "sign_up_closed", RC_DENIED,
	    REFUSAL_SIGN_UP);
}
END_TEST

START_TEST(whoever_asks_gets_an_identity_that_is_nobodys)
{
	does(LINKING_ASKED, "asked_for", LINKING_ADD);
	does(LINKING_ASKED | LINKING_HELD | LINKING_HOLDER_DISABLED,
	    "asked_for", LINKING_ADD);
}
END_TEST

START_TEST(an_identity_of_ones_own_stays)
{
	does(LINKING_ASKED | LINKING_ASKERS | LINKING_KNOWN |
	    LINKING_ASKER_HAS_PROVIDER, "own_identity", LINKING_KEEP);
}
END_TEST

START_TEST(an_identity_never_changes_hands_by_asking)
{
	refuses(LINKING_ASKED | LINKING_KNOWN, "identity_in_use", RC_TAKEN,
	    REFUSAL_IDENTITY_IN_USE);
	refuses(LINKING_ASKED | LINKING_KNOWN | LINKING_ASKER_HAS_PROVIDER,
	    "identity_in_use", RC_TAKEN, REFUSAL_IDENTITY_IN_USE);
	refuses(LINKING_ASKED | LINKING_KNOWN | LINKING_DISABLED,
	    "identity_in_use", RC_TAKEN, REFUSAL_IDENTITY_IN_USE);
}
END_TEST

START_TEST(one_identity_per_provider_and_user)
{
	refuses(LINKING_ASKED | LINKING_ASKER_HAS_PROVIDER,
	    "asker_has_provider", RC_TAKEN, REFUSAL_PROVIDER_LINKED);
}
END_TEST

START_TEST(what_is_said_of_nobody_decides_nothing)
{
	static const unsigned facts[] = {LINKING_DISABLED,
		LINKING_HOLDER_DISABLED, LINKING_HOLDER_HAS_PROVIDER,
		LINKING_UNLINKED, LINKING_ASKERS, LINKING_ASKER_HAS_PROVIDER};

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		does(facts[i] | OPEN, "new_user", LINKING_CREATE);
}
END_TEST

/* Whatever is true at once, these hold. */
START_TEST(no_set_of_facts_lets_in_who_must_stay_out)
{
	for (unsigned facts = 0; facts <= ALL_BITS; facts++) {
		const struct linking_rule *found = linking_decide(facts);
		enum linking_act act = found->act;
		bool asked = (facts & LINKING_ASKED) != 0;

		ck_assert((act == LINKING_REFUSE) == (found->rc != RC_OK));
		if (act == LINKING_JOIN)
			ck_assert((facts & (LINKING_BACKED |
			    LINKING_AUTOMATIC | LINKING_HELD)) ==
			    (LINKING_BACKED | LINKING_AUTOMATIC |
				LINKING_HELD) && !asked &&
			    (facts & LINKING_KNOWN) == 0);
		if (act == LINKING_CREATE)
			ck_assert((facts & (LINKING_KNOWN | LINKING_HELD)) == 0);
		if (act == LINKING_ADD || act == LINKING_KEEP)
			ck_assert(asked);
		if (asked)
			ck_assert(act != LINKING_ENTER && act != LINKING_JOIN &&
			    act != LINKING_CREATE);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("linking");
	TCase *t = tcase_create("linking");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, a_known_identity_signs_in_whatever_the_site_allows);
	tcase_add_test(t, a_known_identity_goes_before_what_its_address_says);
	tcase_add_test(t, a_disabled_user_stays_out);
	tcase_add_test(t,
	    a_verified_address_joins_only_when_nothing_stands_against_it);
	tcase_add_test(t, a_disabled_holder_is_not_told_apart_by_other_facts);
	tcase_add_test(t,
	    of_several_things_against_joining_the_first_is_named);
	tcase_add_test(t,
	    a_holder_learns_the_way_in_even_where_sign_up_is_closed);
	tcase_add_test(t, nobody_else_becomes_a_user_unless_sign_up_allows_it);
	tcase_add_test(t, whoever_asks_gets_an_identity_that_is_nobodys);
	tcase_add_test(t, an_identity_of_ones_own_stays);
	tcase_add_test(t, an_identity_never_changes_hands_by_asking);
	tcase_add_test(t, one_identity_per_provider_and_user);
	tcase_add_test(t, what_is_said_of_nobody_decides_nothing);
	tcase_add_test(t, no_set_of_facts_lets_in_who_must_stay_out);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
