/* SPDX-License-Identifier: ISC */
/*
 * An address that changes at the provider: it never moves anybody into another
 * account, and never takes a verified one's place unverified.
 */
#include <check.h>

#include "support/attempt.h"
#include "support/stack.h"
#include "support/text.h"

static struct browser *alice;
static struct browser *mallory;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
	mallory = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(mallory);
}

/* Signs Alice in with an identity that says this of an address. */
static struct flow_tokens said(const char *provider, const char *subject,
    const char *email, bool verified)
{
	flow_next("{\"provider\": \"%s\", \"subject\": \"%s\", "
	    "\"email\": \"%s\", \"email_verified\": %s}", provider,
	    subject, email, verified ? "true" : "false");
	return attempt_accepted(alice, provider);
}

/* Signs the same Google identity in with another address. */
static struct flow_tokens changed(const char *email, bool verified)
{
	return said("google", "em-11", email, verified);
}

START_TEST(em_11_a_changed_address_is_the_same_user)
{
	const char *owner = attempt_me(mallory, flow_sign_in(mallory,
	    "discord", "1100"), "id");
	struct flow_tokens tokens = changed("em-11@gmail.com", true);
	const char *id = attempt_me(alice, tokens, "id");

	/* A verified one that is free is followed. */
	tokens = changed("em-11-new@gmail.com", true);
	ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "em-11-new@gmail.com");
	ck_assert_str_eq(attempt_holder("em-11-new@gmail.com"), id);

	/* Somebody's stays somebody's: no merging, and no failure. */
	tokens = changed("1100@gmail.com", true);
	ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
	ck_assert_str_ne(id, owner);
	ck_assert_str_eq(attempt_holder("1100@gmail.com"), owner);

	tokens = changed("em-11@gmail.com", true);
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"), "true");
	/* An unverified one takes no verified one's place, ever. */
	for (int i = 0; i < 3; i++) {
		tokens = changed("em-11-other@gmail.com", false);
		ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
		ck_assert_str_eq(attempt_me(alice, tokens, "email"),
		    "em-11@gmail.com");
		ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
		    "false");
	}
	ck_assert_str_eq(attempt_holder("em-11-other@gmail.com"), "");
}
END_TEST

START_TEST(em_11_an_address_another_identity_backs_stays_verified)
{
	struct flow_tokens tokens = changed("em-11-two@gmail.com", true);
	const char *id = attempt_me(alice, tokens, "id");
	const char *backs = text_print("where user_id = '%s' "
	    "and provider = 'discord'", id);

	stack_sql(text_print("insert into oauth_linked_accounts "
	    "(id, user_id, provider, oauth_id, email, email_verified) values "
	    "(gen_random_uuid(), '%s', 'discord', '1101', "
	    "'EM-11-two@Gmail.com', true)", id));
	tokens = changed("em-11-three@gmail.com", false);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "em-11-two@gmail.com");
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"), "true");

	/* Another address of it backs nothing, nor does its bare word. */
	stack_sql(text_print("update oauth_linked_accounts "
	    "set email_verified = false %s", backs));
	tokens = changed("em-11-three@gmail.com", false);
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
	    "false");
	tokens = changed("em-11-two@gmail.com", true);
	stack_sql(text_print("update oauth_linked_accounts "
	    "set email_verified = true, email = 'else@gmail.com' %s", backs));
	tokens = changed("em-11-three@gmail.com", false);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "em-11-two@gmail.com");
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
	    "false");
}
END_TEST

/* Whichever identity is the last to vouch for it, not the primary alone. */
START_TEST(em_11_an_address_no_identity_backs_any_more_is_only_shown)
{
	static const char six[] = "em-11-six@gmail.com";
	struct flow_tokens tokens = said("google", "em-11-six", six, true);
	const char *id = attempt_me(alice, tokens, "id");

	tokens = said("discord", "1106", six, true);
	ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
	said("google", "em-11-six", "em-11-seven@gmail.com", false);
	ck_assert_str_eq(attempt_holder(six), id);

	tokens = said("discord", "1106", six, false);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"), six);
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
	    "false");
	ck_assert_str_eq(attempt_holder(six), "");
}
END_TEST

START_TEST(em_11_an_address_verified_no_longer_is_only_shown)
{
	struct flow_tokens tokens = changed("em-11-four@gmail.com", true);

	tokens = changed("em-11-four@gmail.com", false);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "em-11-four@gmail.com");
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
	    "false");

	tokens = changed("em-11-five@gmail.com", false);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "em-11-five@gmail.com");
}
END_TEST

START_TEST(em_11_an_address_that_never_was_verified_follows)
{
	static const char *const emails[] = {"em-11-a@gmail.com",
		"em-11-b@gmail.com", "em-11-c@gmail.com"};
	struct flow_tokens tokens;
	const char *id = NULL;

	for (size_t i = 0; i < 3; i++) {
		tokens = said("discord", "1102", emails[i], false);
		if (id == NULL)
			id = attempt_me(alice, tokens, "id");
		ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
		ck_assert_str_eq(attempt_me(alice, tokens, "email"),
		    emails[i]);
		ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
		    "false");
	}

	/* Without one now, the last stays. */
	flow_next("{\"provider\": \"discord\", \"subject\": \"1102\", "
	    "\"without\": [\"email\"]}");
	tokens = attempt_accepted(alice, "discord");
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "em-11-c@gmail.com");
}
END_TEST

START_TEST(em_11_an_address_that_comes_later_is_shown)
{
	struct flow_tokens tokens;

	flow_next("{\"provider\": \"discord\", \"subject\": \"1103\", "
	    "\"without\": [\"email\"]}");
	tokens = attempt_accepted(alice, "discord");
	ck_assert_ptr_null(attempt_me(alice, tokens, "email"));

	tokens = said("discord", "1103", "em-11-late@gmail.com", false);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"),
	    "em-11-late@gmail.com");
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
	    "false");
}
END_TEST

/* What the primary identity says counts, whichever one signs in. */
START_TEST(em_11_a_lost_address_comes_back_by_any_identity)
{
	static const char eight[] = "em-11-eight@gmail.com";
	struct flow_tokens tokens = said("google", "em-11-eight", eight, false);
	const char *id = attempt_me(alice, tokens, "id");

	stack_sql(text_print("insert into oauth_linked_accounts "
	    "(id, user_id, provider, oauth_id) values "
	    "(gen_random_uuid(), '%s', 'discord', '1108'); "
	    "update users set email = null where id = '%s'", id, id));
	flow_next("{\"provider\": \"discord\", \"subject\": \"1108\", "
	    "\"without\": [\"email\"]}");
	tokens = attempt_accepted(alice, "discord");
	ck_assert_str_eq(attempt_me(alice, tokens, "id"), id);
	ck_assert_str_eq(attempt_me(alice, tokens, "email"), eight);
	ck_assert_str_eq(attempt_me(alice, tokens, "email_verified"),
	    "false");
}
END_TEST

/* updated_at tells the administrator when an account last changed. */
START_TEST(a_sign_in_that_changes_nothing_is_no_update)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "em-same");
	const char *updated = text_print("select updated_at from users "
	    "where id = '%s'", attempt_me(alice, tokens, "id"));
	const char *before = stack_sql(updated);

	flow_sign_in(alice, "google", "em-same");
	ck_assert_str_eq(stack_sql(updated), before);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("email_changed");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, em_11_a_changed_address_is_the_same_user);
	tcase_add_test(t,
	    em_11_an_address_another_identity_backs_stays_verified);
	tcase_add_test(t,
	    em_11_an_address_no_identity_backs_any_more_is_only_shown);
	tcase_add_test(t, em_11_an_address_verified_no_longer_is_only_shown);
	tcase_add_test(t, em_11_an_address_that_never_was_verified_follows);
	tcase_add_test(t, em_11_an_address_that_comes_later_is_shown);
	tcase_add_test(t, em_11_a_lost_address_comes_back_by_any_identity);
	tcase_add_test(t, a_sign_in_that_changes_nothing_is_no_update);
	return t;
}

int main(void)
{
	Suite *s = suite_create("email_changed");
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
