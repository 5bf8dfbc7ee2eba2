/* SPDX-License-Identifier: ISC */
/* The checks on what a provider says about a person. */
#include "auth/identity.h"

#include <string.h>

#include <check.h>

static struct pool *pool;

static void setup(void)
{
	pool = pool_new();
}

static void teardown(void)
{
	pool_free(pool);
}

/* count times text, one after the other. */
static char *repeated(const char *text, size_t count)
{
	size_t len = strlen(text);
	char *all = pool_alloc(pool, len * count + 1);

	for (size_t i = 0; i < count; i++)
		memcpy(all + i * len, text, len);
	return all;
}

START_TEST(a_subject_is_1_to_255_printable_ascii_characters)
{
	ck_assert(identity_subject_is_valid("1"));
	ck_assert(identity_subject_is_valid("!|~:/AZaz09"));
	ck_assert(identity_subject_is_valid(repeated("x", 255)));

	ck_assert(!identity_subject_is_valid(NULL));
	ck_assert(!identity_subject_is_valid(""));
	ck_assert(!identity_subject_is_valid(repeated("x", 256)));
	ck_assert(!identity_subject_is_valid("a b"));
	ck_assert(!identity_subject_is_valid("a\n"));
	ck_assert(!identity_subject_is_valid("a\x7f"));
	ck_assert(!identity_subject_is_valid("\xc3\xa4"));
}
END_TEST

START_TEST(an_address_has_one_at_with_text_on_both_sides)
{
	static const char *const bad[] = {"", "@", "a@", "@b", "ab", "a@b@c",
	    "a@@b", "a b@c", "a@b\n", "a\x7f@b", "a@\x1f"};
	const char *email = "Alice+x@Example.COM";

	ck_assert_str_eq(identity_email(pool, email), email);
	ck_assert_ptr_ne(identity_email(pool, email), email);
	ck_assert_str_eq(identity_email(pool, "m\xc3\xbcller@b"),
	    "m\xc3\xbcller@b");
	ck_assert_ptr_null(identity_email(pool, NULL));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(identity_email(pool, bad[i]) == NULL, "%s",
		    bad[i]);
}
END_TEST

START_TEST(an_address_has_at_most_320_bytes)
{
	ck_assert_ptr_nonnull(identity_email(pool,
	    pool_print(pool, "a@%s", repeated("b", 318))));
	ck_assert_ptr_null(identity_email(pool,
	    pool_print(pool, "a@%s", repeated("b", 319))));
}
END_TEST

START_TEST(only_plain_ascii_addresses_can_be_verified)
{
	ck_assert(identity_email_is_verified("alice@example.org", true, true));
	ck_assert(!identity_email_is_verified("al\xc4\xb1""ce@example.org",
	    true, true));
	ck_assert(!identity_email_is_verified("alice@ex\xc3\xa4mple.org",
	    true, true));
}
END_TEST

START_TEST(verified_is_what_a_trusted_provider_says_is)
{
	ck_assert(!identity_email_is_verified("alice@example.org", false,
	    true));
	ck_assert(!identity_email_is_verified("alice@example.org", true,
	    false));
	ck_assert(!identity_email_is_verified(NULL, true, true));
}
END_TEST

START_TEST(the_domain_is_read_in_lower_case)
{
	ck_assert_str_eq(identity_email_domain(pool, "A.B@Example.ORG"),
	    "example.org");
}
END_TEST

START_TEST(an_ordinary_name_stays_as_it_is)
{
	static const char *const good[] = {"Alice", "Jean-Luc O'Neill",
	    "J\xc3\xbcrgen", "\xe7\xa5\x9e", "\xf0\x9f\x98\x80"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_str_eq(identity_name(pool, good[i]), good[i]);
}
END_TEST

START_TEST(a_name_is_trimmed)
{
	ck_assert_str_eq(identity_name(pool, "  Alice B.  "), "Alice B.");
}
END_TEST

START_TEST(nothing_left_of_a_name_is_none)
{
	ck_assert_ptr_null(identity_name(pool, NULL));
	ck_assert_ptr_null(identity_name(pool, ""));
	ck_assert_ptr_null(identity_name(pool, "   "));
	ck_assert_ptr_null(identity_name(pool, "\x01\xe2\x80\x8b \xe2\x80\xae"));
}
END_TEST

START_TEST(characters_that_hide_are_taken_out_of_a_name)
{
	static const char *const hidden[] = {
		"\x01", "\n", "\x1f", "\x7f", "\xc2\x80", "\xc2\x9f",
		"\xc2\xad",				/* soft hyphen */
		"\xd8\x9c",				/* Arabic letter mark */
		"\xe1\xa0\x8e",				/* U+180E */
		"\xe2\x80\x8b", "\xe2\x80\x8f",		/* zero width, marks */
		"\xe2\x80\xa8", "\xe2\x80\xae",		/* separators, RLO */
		"\xe2\x81\xa0", "\xe2\x81\xa6", "\xe2\x81\xaf",
		"\xef\xb7\x90", "\xef\xb7\xaf",		/* noncharacters */
		"\xef\xbb\xbf",				/* byte order mark */
		"\xef\xbf\xb9", "\xef\xbf\xbb",		/* annotations */
		"\xef\xbf\xbe", "\xf0\x9f\xbf\xbf",	/* U+FFFE, U+1FFFF */
		"\xf3\xa0\x81\x81",			/* a tag character */
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		ck_assert_msg(strcmp(identity_name(pool, pool_print(pool,
		    "Al%sice", hidden[i])), "Alice") == 0, "number %zu", i);
}
END_TEST

/* The same table as for names of one's own: auth/letter.c. */
START_TEST(a_name_of_what_cannot_be_seen_is_none)
{
	static const char *const empty[] = {
		"\xe3\x85\xa4", "\xe1\x85\x9f", "\xe1\x85\xa0",
		"\xef\xbe\xa0", "\xe2\xa0\x80",	/* fillers */
		"\xcd\x8f", "\xe2\x80\x8d", "\xee\x80\x80",
		"\xef\xb8\x8f", "\xcc\x81",	/* marks alone */
		"\xe3\x80\x80", "\xc2\xa0",	/* blanks */
	};

	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		const char *name = identity_name(pool, pool_print(pool,
		    " %sA%s", empty[i], empty[i]));

		ck_assert_msg(identity_name(pool, empty[i]) == NULL &&
		    identity_name(pool, repeated(empty[i], 3)) == NULL,
		    "number %zu", i);
		ck_assert_msg(name != NULL && strchr(name, 'A') != NULL,
		    "number %zu", i);
	}
	ck_assert_str_eq(identity_name(pool, "\xe3\x80\x80 A\xc2\xa0"), "A");
}
END_TEST

START_TEST(marks_beyond_4_on_a_letter_are_taken_out_of_a_name)
{
	const char *acute = "\xcc\x81";

	ck_assert_str_eq(identity_name(pool, pool_print(pool, "e%sf%s",
	    repeated(acute, 50), acute)), pool_print(pool, "e%sf%s",
	    repeated(acute, 4), acute));
}
END_TEST

START_TEST(a_name_is_cut_to_64_code_points)
{
	const char *a_umlaut = "\xc3\xa4";

	ck_assert_str_eq(identity_name(pool, repeated(a_umlaut, 64)),
	    repeated(a_umlaut, 64));
	ck_assert_str_eq(identity_name(pool, repeated(a_umlaut, 65)),
	    repeated(a_umlaut, 64));
	/* What is taken out does not count; a blank at the cut goes, too. */
	ck_assert_str_eq(identity_name(pool, pool_print(pool, "%s%s",
	    repeated("\x01", 9), repeated("a", 64))), repeated("a", 64));
	ck_assert_str_eq(identity_name(pool, pool_print(pool, "%s bb",
	    repeated("a", 63))), repeated("a", 63));
}
END_TEST

START_TEST(a_picture_has_an_https_address)
{
	static const char *const good[] = {"https://a.example/b?c=d#e",
	    "https://a.example", "https://a.example:444/@b"};
	static const char *const bad[] = {"", "http://a.example/b",
	    "HTTPS://a.example/", "javascript:alert(1)", "https://",
	    "https:///b", "https://?b", "//a.example/b", " https://a.example"};

	ck_assert_ptr_null(identity_avatar(pool, NULL));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_str_eq(identity_avatar(pool, good[i]), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(identity_avatar(pool, bad[i]) == NULL, "%s",
		    bad[i]);
}
END_TEST

START_TEST(a_picture_with_a_dangerous_address_is_none)
{
	static const char *const bad[] = {"https://u@a.example/",
	    "https://u:p@a.example/", "https://a.example\\@b", "https://a\"b",
	    "https://a.example/<b", "https://a.example/b>",
	    "https://a.example/ b", "https://a.example/\n",
	    "https://\xc3\xa4.example/", "https://a@b?c"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(identity_avatar(pool, bad[i]) == NULL, "%s",
		    bad[i]);
}
END_TEST

START_TEST(a_pictures_address_has_at_most_2048_bytes)
{
	ck_assert_ptr_nonnull(identity_avatar(pool,
	    pool_print(pool, "https://%s", repeated("b", 2040))));
	ck_assert_ptr_null(identity_avatar(pool,
	    pool_print(pool, "https://%s", repeated("b", 2041))));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("identity");
	TCase *t = tcase_create("identity");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_subject_is_1_to_255_printable_ascii_characters);
	tcase_add_test(t, an_address_has_one_at_with_text_on_both_sides);
	tcase_add_test(t, an_address_has_at_most_320_bytes);
	tcase_add_test(t, only_plain_ascii_addresses_can_be_verified);
	tcase_add_test(t, verified_is_what_a_trusted_provider_says_is);
	tcase_add_test(t, the_domain_is_read_in_lower_case);
	tcase_add_test(t, an_ordinary_name_stays_as_it_is);
	tcase_add_test(t, a_name_is_trimmed);
	tcase_add_test(t, nothing_left_of_a_name_is_none);
	tcase_add_test(t, characters_that_hide_are_taken_out_of_a_name);
	tcase_add_test(t, a_name_of_what_cannot_be_seen_is_none);
	tcase_add_test(t,
	    marks_beyond_4_on_a_letter_are_taken_out_of_a_name);
	tcase_add_test(t, a_name_is_cut_to_64_code_points);
	tcase_add_test(t, a_picture_has_an_https_address);
	tcase_add_test(t, a_picture_with_a_dangerous_address_is_none);
	tcase_add_test(t, a_pictures_address_has_at_most_2048_bytes);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
