/* SPDX-License-Identifier: ISC */
/* What people may say about themselves; test_profile_update.c keeps it. */
#include "auth/profile.h"

#include <string.h>

#include <check.h>

#include "auth/letter.h"
#include "base/str.h"

static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
}

static void teardown(void)
{
	op_free(op);
}

/* count times text, one after the other. */
static const char *repeated(const char *text, size_t count)
{
	struct str all;

	str_init(&all, op->pool);
	while (count-- > 0)
		str_add(&all, text);
	return all.text;
}

/* A code point in UTF-8; surrogates, too, which are none. */
static const char *utf8(unsigned point)
{
	struct str text;

	str_init(&text, op->pool);
	if (point < 0x80) {
		str_add_char(&text, (char)point);
	} else if (point < 0x800) {
		str_add_char(&text, (char)(0xc0 | point >> 6));
		str_add_char(&text, (char)(0x80 | (point & 0x3f)));
	} else {
		if (point < 0x10000) {
			str_add_char(&text, (char)(0xe0 | point >> 12));
		} else {
			str_add_char(&text, (char)(0xf0 | point >> 18));
			str_add_char(&text,
			    (char)(0x80 | (point >> 12 & 0x3f)));
		}
		str_add_char(&text, (char)(0x80 | (point >> 6 & 0x3f)));
		str_add_char(&text, (char)(0x80 | (point & 0x3f)));
	}
	return text.text;
}

/* What a name becomes, NULL where it is refused. */
static const char *name_of(const char *text)
{
	struct users_profile change = {
	    .sets_display_name = true, .display_name = text};
	struct refusal_fields wrong = {.count = 0};

	profile_check(op->pool, &change, &wrong);
	if (wrong.count == 0)
		return change.display_name;

	ck_assert_uint_eq(wrong.count, 1);
	ck_assert_str_eq(wrong.items[0].field, "display_name");
	ck_assert_uint_gt(strlen(wrong.items[0].message), 0);
	return NULL;
}

static bool takes_url(const char *url)
{
	struct users_profile change = {
	    .sets_avatar_url = true, .avatar_url = url};
	struct refusal_fields wrong = {.count = 0};

	profile_check(op->pool, &change, &wrong);
	ck_assert_str_eq(change.avatar_url, url);
	if (wrong.count > 0)
		ck_assert_str_eq(wrong.items[0].field, "avatar_url");
	return wrong.count == 0;
}

START_TEST(pr_01_a_name_has_1_to_64_code_points_after_trimming)
{
	ck_assert_str_eq(name_of("A"), "A");
	ck_assert_str_eq(name_of(repeated("\xf0\x9f\x98\x80", 64)),
	    repeated("\xf0\x9f\x98\x80", 64));
	ck_assert_str_eq(name_of(pool_print(op->pool, "  %s  ",
	    repeated("a", 64))), repeated("a", 64));

	ck_assert_ptr_null(name_of(""));
	ck_assert_ptr_null(name_of("   "));
	ck_assert_ptr_null(name_of(repeated("a", 65)));
	ck_assert_ptr_null(name_of(repeated("\xc3\xa4", 65)));
	ck_assert_ptr_null(name_of(repeated("a", 10240)));
}
END_TEST

START_TEST(pr_01_every_kind_of_blank_is_trimmed_and_none_alone_is_a_name)
{
	static const unsigned blanks[] = {' ', 0xa0, 0x1680, 0x2000, 0x200a,
	    0x202f, 0x205f, 0x3000};

	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		const char *blank = utf8(blanks[i]);

		ck_assert_str_eq(name_of(pool_print(op->pool, "%sA%sB%s%s",
		    blank, blank, blank, blank)),
		    pool_print(op->pool, "A%sB", blank));
		ck_assert_ptr_null(name_of(blank));
	}
}
END_TEST

START_TEST(ordinary_names_of_the_world_stay_as_they_are)
{
	static const char *const good[] = {"Alice", "Jean-Luc O'Neill",
	    "J\xc3\xbcrgen", "Ju\xcc\x88rgen", "\xe7\xa5\x9e \xe6\x9c\xa8",
	    "\xd7\xa9\xd6\xb8\xd7\x9c\xd7\x95\xd6\xb9\xd7\x9d",
	    "\xe0\xa4\xb8\xe0\xa5\x8d\xe0\xa4\xa4\xe0\xa5\x8d\xe0\xa4\xb0"
	    "\xe0\xa5\x80",
	    "\xe0\xb7\x81\xe0\xb7\x82\xe0\xb7\x83\xe0\xb7\x84\xe0\xb7\x85"
	    "\xe0\xb7\x86",
	    "\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0", "\xe2\x9d\xa4\xef\xb8\x8f",
	    "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", "\xf0\x9f\x91\x8d\xf0\x9f\x8f"
	    "\xbd", "\xed\x95\x9c\xea\xb8\x80", "#1 {{x}} <b>\"\\"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *name = name_of(good[i]);

		ck_assert_msg(name != NULL, "number %zu", i);
		ck_assert_str_eq(name, good[i]);
	}
}
END_TEST

/* First and last of what PR-02 and PR-03 name, and of what looks empty. */
static const unsigned hidden[] = {
	0x01, 0x08, '\t', '\n', '\r', 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f,
	0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e,
	0x180f, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x2028, 0x2029,
	0x202a, 0x202d, 0x202e, 0x2060, 0x2066, 0x2069, 0x206f, 0x2800,
	0x3164, 0xe000, 0xf8ff, 0xfdd0, 0xfdef, 0xfe00, 0xfe0d, 0xfeff,
	0xffa0, 0xfff0, 0xfff9, 0xfffb, 0xfffc, 0xfffe, 0xffff, 0x13430,
	0x1343f, 0x1bca0, 0x1bca3, 0x1d159, 0x1d173, 0x1d17a, 0x1fffe,
	0xdffff, 0xe0000, 0xe0001, 0xe0020, 0xe007f, 0xe0100, 0xe01ef,
	0xf0000, 0x10fffd, 0x10ffff,
};

START_TEST(pr_02_pr_03_what_is_hidden_is_refused_wherever_it_stands)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		const char *point = utf8(hidden[i]);

		ck_assert_int_eq(letter_of(hidden[i]), LETTER_HIDDEN);
		ck_assert_msg(name_of(point) == NULL &&
		    name_of(pool_print(op->pool, "A%s", point)) == NULL &&
		    name_of(pool_print(op->pool, "%sA", point)) == NULL &&
		    name_of(pool_print(op->pool, "A%sB", point)) == NULL,
		    "U+%04X", hidden[i]);
	}
	/* Their neighbours are letters and signs like others. */
	ck_assert_ptr_nonnull(name_of("\xc2\xa1\xc2\xac\xc2\xae"));
	ck_assert_ptr_nonnull(name_of(utf8(0x2010)));
	ck_assert_ptr_nonnull(name_of(utf8(0x2801)));
	ck_assert_ptr_nonnull(name_of(utf8(0xfffd)));
}
END_TEST

START_TEST(a_hidden_character_is_named)
{
	struct users_profile change = {.display_name = "Al\xe2\x80\xaeice"};
	struct refusal_fields wrong = {.count = 0};

	profile_check(op->pool, &change, &wrong);
	ck_assert_str_eq(wrong.items[0].message,
	    "Leave out the character U+202E, which cannot be seen.");
}
END_TEST

START_TEST(pr_03_at_most_4_marks_sit_on_a_letter)
{
	static const unsigned marks[] = {0x300, 0x36f, 0x483, 0x5b0, 0x64b,
	    0x901, 0x94d, 0xdca, 0xe34, 0xe4d, 0xf71, 0x1ab0, 0x1dc0, 0x20d0,
	    0x302a, 0xfe20, 0xfe0f};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *mark = utf8(marks[i]);

		ck_assert_int_eq(letter_of(marks[i]), LETTER_MARK);
		ck_assert_msg(name_of(pool_print(op->pool, "e%sf%s",
		    repeated(mark, 4), repeated(mark, 4))) != NULL &&
		    name_of(pool_print(op->pool, "e%s", repeated(mark, 5)))
		    == NULL && name_of(pool_print(op->pool, "e%s",
		    repeated(mark, 50))) == NULL, "U+%04X", marks[i]);
		/* Without a letter there is nothing to sit on. */
		ck_assert_msg(name_of(mark) == NULL, "U+%04X", marks[i]);
	}
}
END_TEST

START_TEST(pr_06_only_https_addresses_are_pictures)
{
	static const char *const bad[] = {"", "http://a.example/b",
	    "HTTPS://a.example/", "javascript:alert(1)", "data:image/png,",
	    "vbscript:x", "file:///etc/passwd", "blob:https://a.example/b",
	    "//a.example/b", "/b", "b", "https:", "https://", "https:///b",
	    "https:a.example", "https:/a.example", " https://a.example/",
	    "ftp://a.example/"};

	ck_assert(takes_url("https://a.example"));
	ck_assert(takes_url("https://cdn-1.A.example/b/%C3%A4?c=d&e=(1)!*"));
	ck_assert(takes_url("https://lh3.googleusercontent.com/a/x=s96-c"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!takes_url(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(pr_07_a_picture_lies_at_a_public_host_name)
{
	static const char *const bad[] = {"u@a.example", "u:p@a.example",
	    "a.example:443", "a.example:", "127.0.0.1", "127.1", "0x7f.0.0.1",
	    "0177.0.0.0x1", "10.0.0.1", "2130706433", "[::1]",
	    "[::ffff:127.0.0.1]", "1.2.3.4.", "localhost", "LOCALHOST",
	    "a.localhost", "a.Internal", "metadata.google.internal",
	    "a.local", "a.localdomain", "a.home.arpa", "router.lan",
	    "intranet", "a.example.", ".a.example", "a..example",
	    "-a.example", "a-.example", "a_b.example", "a%2eexample.org",
	    "m\xc3\xbcller.example", "a.example\\b.org", "a,b.example",
	    "a\t.example", "a.\nexample", "a.1x", "*.example"};

	ck_assert(takes_url("https://xn--mller-kva.example/b"));
	ck_assert(takes_url("https://locals.example/b"));
	ck_assert(takes_url("https://1.2.3.4.example/"));
	ck_assert(takes_url("https://notlocalhost.example"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(!takes_url(pool_print(op->pool, "https://%s/p",
		    bad[i])), "%s", bad[i]);
		ck_assert_msg(!takes_url(pool_print(op->pool, "https://%s",
		    bad[i])), "%s", bad[i]);
	}
}
END_TEST

START_TEST(pr_07_the_rest_of_an_address_is_plain)
{
	static const char *const bad[] = {"#f", "b#", "b c", "b\\c", "b\"",
	    "b'", "b<c", "b>", "b`", "b{c}", "b|c", "b^c", "b[c]", "\t", "\n",
	    "b\r\nc", "b\x7f", "\xc3\xa4", "%", "%4", "%g1", "b%0d%0aSet",
	    "%00", "%1F", "%7f", "%0A", "b?c=%0d"};

	ck_assert(takes_url("https://a.example/%20%2F%e2%80%ae"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!takes_url(pool_print(op->pool,
		    "https://a.example/%s", bad[i])), "%s", bad[i]);
}
END_TEST

START_TEST(pr_07_an_address_has_at_most_2048_bytes)
{
	const char *host = "https://a.example/";

	ck_assert(takes_url(pool_print(op->pool, "%s%s", host,
	    repeated("b", 2048 - strlen(host)))));
	ck_assert(!takes_url(pool_print(op->pool, "%s%s", host,
	    repeated("b", 2049 - strlen(host)))));
	ck_assert(takes_url(pool_print(op->pool, "https://%s.example/",
	    repeated("b", 63))));
	ck_assert(!takes_url(pool_print(op->pool, "https://%s.example/",
	    repeated("b", 64))));
	ck_assert(takes_url(pool_print(op->pool, "https://%sexample",
	    repeated("ab.", 82))));
	ck_assert(!takes_url(pool_print(op->pool, "https://%sexample",
	    repeated("ab.", 83))));
}
END_TEST

START_TEST(all_that_is_wrong_is_told_at_once)
{
	struct users_profile change = {
	    .display_name = "", .avatar_url = "http://a.example"};
	struct refusal_fields wrong = {.count = 0};

	refusal_add(&wrong, "role", "no");
	profile_check(op->pool, &change, &wrong);
	ck_assert_uint_eq(wrong.count, 3);
	ck_assert_str_eq(wrong.items[0].field, "role");
	ck_assert_str_eq(wrong.items[1].field, "display_name");
	ck_assert_str_eq(wrong.items[2].field, "avatar_url");

	for (int i = 0; i < 32; i++)
		refusal_add(&wrong, "more", "no");
	ck_assert_uint_eq(wrong.count, 16);
}
END_TEST

START_TEST(null_hands_both_fields_back)
{
	struct users_profile change = {
	    .sets_display_name = true, .sets_avatar_url = true};
	struct refusal_fields wrong = {.count = 0};

	profile_check(op->pool, &change, &wrong);
	ck_assert_uint_eq(wrong.count, 0);
	ck_assert(change.sets_display_name && change.sets_avatar_url);
	ck_assert_ptr_null(change.display_name);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("profile");
	TCase *t = tcase_create("profile");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, pr_01_a_name_has_1_to_64_code_points_after_trimming);
	tcase_add_test(t,
	    pr_01_every_kind_of_blank_is_trimmed_and_none_alone_is_a_name);
	tcase_add_test(t, ordinary_names_of_the_world_stay_as_they_are);
	tcase_add_test(t,
	    pr_02_pr_03_what_is_hidden_is_refused_wherever_it_stands);
	tcase_add_test(t, a_hidden_character_is_named);
	tcase_add_test(t, pr_03_at_most_4_marks_sit_on_a_letter);
	tcase_add_test(t, pr_06_only_https_addresses_are_pictures);
	tcase_add_test(t, pr_07_a_picture_lies_at_a_public_host_name);
	tcase_add_test(t, pr_07_the_rest_of_an_address_is_plain);
	tcase_add_test(t, pr_07_an_address_has_at_most_2048_bytes);
	tcase_add_test(t, all_that_is_wrong_is_told_at_once);
	tcase_add_test(t, null_hands_both_fields_back);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
