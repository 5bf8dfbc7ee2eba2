/* SPDX-License-Identifier: ISC */
/* Encoders against published vectors, decoders against what they refuse. */
#include "base/encode.h"

#include <check.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static struct pool *pool;
static struct str str;

static void begin(void)
{
	pool = pool_new();
	str_init(&str, pool);
}

static void end(void)
{
	pool_free(pool);
}

static const unsigned char *bytes_of(const char *text)
{
	return (const unsigned char *)text;
}

START_TEST(hex_is_lower_case_and_complete)
{
	ck_assert_str_eq(encode_hex(pool, bytes_of("\x00\x0f\xa0\xff"), 4),
	    "000fa0ff");
	ck_assert_str_eq(encode_hex(pool, bytes_of(""), 0), "");
}
END_TEST

/* RFC 4648 section 10 without padding, and both characters of section 5. */
static const struct {
	const char *bytes;
	const char *text;
} base64url[] = {
	{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"},
	{"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
	{"\xff\xff\xff", "____"}, {"\xfb\xef\xbe", "----"},
};

START_TEST(base64url_follows_the_vectors)
{
	const char *bytes = base64url[_i].bytes;
	const char *text = base64url[_i].text;
	unsigned char *decoded = NULL;
	size_t size = 77;

	ck_assert_str_eq(
	    encode_base64url(pool, bytes_of(bytes), strlen(bytes)), text);
	ck_assert(encode_from_base64url(pool, text, strlen(text), &decoded,
	    &size));
	ck_assert_uint_eq(size, strlen(bytes));
	ck_assert_mem_eq(decoded, bytes, size + 1);
}
END_TEST

START_TEST(base64url_returns_what_it_was_given)
{
	unsigned char bytes[256];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 + 13);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		char *text = encode_base64url(pool, bytes, size);
		unsigned char *decoded;
		size_t made;

		ck_assert(encode_from_base64url(pool, text, strlen(text),
		    &decoded, &made));
		ck_assert_uint_eq(made, size);
		ck_assert_mem_eq(decoded, bytes, size);
		ck_assert_uint_eq(decoded[size], 0);
	}
}
END_TEST

/* Impossible length, padding, foreign characters, set bits beyond the end. */
static const char *const not_base64url[] = {"A", "AAAAA", "Zg==", "Zm8=",
	"Zm9v=", "Zm+v", "Zm/v", "Z g", "Zm9v\n", "Zm9\xc3", "Zm9.", "Zh",
	"Zm9vYh", "Zm9"};

START_TEST(base64url_of_another_spelling_is_refused)
{
	const char *text = not_base64url[_i];
	unsigned char *bytes = NULL;
	size_t size = 77;

	ck_assert(!encode_from_base64url(pool, text, strlen(text), &bytes,
	    &size));
	ck_assert_ptr_null(bytes);
	ck_assert_uint_eq(size, 77);
}
END_TEST

/* Of all bytes, in the order of their digits. */
START_TEST(base64url_knows_64_characters_and_no_more)
{
	static const char known[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789-_";

	for (int c = 0; c <= 255; c++) {
		const char text[] = {'A', (char)c, 'A', 'A'};
		const char *at = memchr(known, c, sizeof(known) - 1);
		unsigned char *bytes;
		size_t size;

		ck_assert_int_eq(encode_from_base64url(pool, text, 4, &bytes,
		    &size), at != NULL);
		if (at != NULL)
			ck_assert_int_eq(bytes[0] << 4 | bytes[1] >> 4,
			    at - known);
	}
}
END_TEST

START_TEST(base64url_with_a_nul_is_refused)
{
	unsigned char *bytes;
	size_t size;

	ck_assert(!encode_from_base64url(pool, "Zm9\0", 4, &bytes, &size));
}
END_TEST

START_TEST(percent_leaves_the_unreserved_alone)
{
	encode_percent(&str, "AZaz09-._~");
	ck_assert_str_eq(str.text, "AZaz09-._~");
	encode_percent(&str, " +&=?#/:%\"\n\x7f\xc3\xa4");
	ck_assert_str_eq(str.text, "AZaz09-._~"
	    "%20%2B%26%3D%3F%23%2F%3A%25%22%0A%7F%C3%A4");
}
END_TEST

/* RFC 3986 section 2.3 names all that may stand as it is. */
START_TEST(percent_encodes_every_other_byte)
{
	char one[2] = "";

	for (int c = 1; c < 256; c++) {
		bool plain = strchr("-._~", c) != NULL ||
		    (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z');

		str_init(&str, pool);
		one[0] = (char)c;
		encode_percent(&str, one);
		ck_assert_uint_eq(str.len, plain ? 1 : 3);
	}
}
END_TEST

static const struct {
	const char *text;
	const char *decoded;
} forms[] = {
	{"", ""}, {"plain-._~", "plain-._~"}, {"a+b", "a b"},
	{"a%2Bb%2b", "a+b+"}, {"%2541", "%41"}, {"%c3%A4", "\xc3\xa4"},
	{"%0a%7F%01", "\n\x7f\x01"}, {"a=b&c", "a=b&c"},
};

START_TEST(forms_are_decoded_once)
{
	const char *text = forms[_i].text;
	char *decoded = NULL;

	ck_assert(encode_from_form(pool, text, strlen(text), &decoded));
	ck_assert_str_eq(decoded, forms[_i].decoded);
}
END_TEST

static const struct {
	const char *text;
	size_t len;
} not_forms[] = {
	{"%", 1}, {"a%", 2}, {"%2", 2}, {"%g1", 3}, {"%1g", 3}, {"% 1", 3},
	{"%00", 3}, {"a%00b", 5}, {"a\0b", 3}, {"%2Bc", 2}, {"%-1", 3},
	{"%+1", 3}, {"%%41", 4}, {"%G1", 3}, {"%@1", 3}, {"%`1", 3}, {"%1:", 3},
};

START_TEST(broken_forms_are_refused)
{
	char *decoded = NULL;

	ck_assert(!encode_from_form(pool, not_forms[_i].text,
	    not_forms[_i].len, &decoded));
	ck_assert_ptr_null(decoded);
}
END_TEST

START_TEST(only_the_given_length_of_a_form_is_read)
{
	char *decoded = NULL;

	ck_assert(encode_from_form(pool, "abc&def", 3, &decoded));
	ck_assert_str_eq(decoded, "abc");
}
END_TEST

START_TEST(pairs_are_joined_where_they_must_be)
{
	encode_form_pair(&str, "a b", "1&2");
	encode_form_pair(&str, "c", "");
	ck_assert_str_eq(str.text, "a%20b=1%262&c=");

	str_init(&str, pool);
	str_add(&str, "https://www.example.org/x?");
	encode_form_pair(&str, "a", "1");
	encode_form_pair(&str, "b", "2");
	ck_assert_str_eq(str.text, "https://www.example.org/x?a=1&b=2");
}
END_TEST

START_TEST(html_is_harmless_in_content_and_attributes)
{
	encode_html(&str, "<a href=\"x\" id='y'>&amp; \xc3\xa4</a>");
	ck_assert_str_eq(str.text, "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;"
	    "&amp;amp; \xc3\xa4&lt;/a&gt;");
}
END_TEST

/* The first and last code point of every length, and around surrogates. */
static const struct {
	const char *text;
	size_t len;
	unsigned point;
} points[] = {
	{"\x00", 1, 0}, {"\x7f", 1, 0x7f}, {"\xc2\x80", 2, 0x80},
	{"\xdf\xbf", 2, 0x7ff}, {"\xe0\xa0\x80", 3, 0x800},
	{"\xed\x9f\xbf", 3, 0xd7ff}, {"\xee\x80\x80", 3, 0xe000},
	{"\xef\xbf\xbf", 3, 0xffff}, {"\xf0\x90\x80\x80", 4, 0x10000},
	{"\xf4\x8f\xbf\xbf", 4, 0x10ffff}, {"\xe2\x82\xac", 3, 0x20ac},
};

START_TEST(code_points_are_read_at_every_border)
{
	unsigned point = 77;

	ck_assert_uint_eq(encode_utf8_next(points[_i].text, points[_i].len,
	    &point), points[_i].len);
	ck_assert_uint_eq(point, points[_i].point);
	ck_assert(encode_utf8_is_valid(points[_i].text, points[_i].len));
}
END_TEST

/* RFC 3629 section 3: overlong, surrogate, too large, cut, stray. */
static const struct {
	const char *text;
	size_t size;
} not_utf8[] = {
	{"\xc0\x80", 2}, {"\xc1\xbf", 2}, {"\xe0\x80\x80", 3},
	{"\xe0\x9f\xbf", 3}, {"\xf0\x80\x80\x80", 4}, {"\xf0\x8f\xbf\xbf", 4},
	{"\xed\xa0\x80", 3}, {"\xed\xbf\xbf", 3}, {"\xf4\x90\x80\x80", 4},
	{"\xf5\x80\x80\x80", 4}, {"\xf8\x88\x80\x80\x80", 5},
	{"\xfc\x84\x80\x80\x80\x80", 6}, {"\xfe", 1}, {"\xff", 1},
	{"\x80", 1}, {"\xbf", 1}, {"\xc3", 1}, {"\xe2\x82", 2},
	{"\xf0\x9f\x98", 3}, {"\xc3\x41", 2}, {"\xe2\x41\xac", 3},
	{"\xe2\x82\x41", 3}, {"\xf0\x9f\x98\xc0", 4}, {"\xc3\xa4", 1},
};

START_TEST(what_is_not_utf8_is_refused)
{
	unsigned point = 77;

	ck_assert_uint_eq(encode_utf8_next(not_utf8[_i].text,
	    not_utf8[_i].size, &point), 0);
	ck_assert_uint_eq(point, 77);
	ck_assert(!encode_utf8_is_valid(not_utf8[_i].text, not_utf8[_i].size));
}
END_TEST

START_TEST(one_bad_byte_spoils_a_text)
{
	ck_assert(encode_utf8_is_valid("", 0));
	ck_assert(encode_utf8_is_valid("a\xc3\xa4\xe2\x82\xac" "b", 7));
	ck_assert(!encode_utf8_is_valid("a\xc3\xa4\xe2\x82" "b", 6));
	ck_assert(!encode_utf8_is_valid("abc\xff", 4));
}
END_TEST

static const struct {
	const char *text;
	size_t most;
	const char *printable;
} printables[] = {
	{"plain", 100, "plain"}, {"", 10, ""}, {"plain", 3, "pla"},
	{"plain", 0, ""}, {"a\nb\tc\x1b[0m", 100, "a?b?c?[0m"},
	{"a\x7f\xc2\x85z", 100, "a??z"}, {"\xc3\xa4\xe2\x82\xac", 5,
	    "\xc3\xa4\xe2\x82\xac"}, {"\xc3\xa4\xe2\x82\xac", 4, "\xc3\xa4"},
	{"\xc3\xa4\xe2\x82\xac", 1, ""}, {"a\xff\xc0\x80" "b", 100, "a???b"},
	{"a\xe2\x82", 100, "a??"}, {"\n\n\n", 2, "??"},
	{"\xc2\xa0" "x", 100, "\xc2\xa0" "x"},
};

START_TEST(what_is_shown_is_valid_cut_and_without_controls)
{
	char *printable = encode_printable(pool, printables[_i].text,
	    printables[_i].most);

	ck_assert_str_eq(printable, printables[_i].printable);
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("encode");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, hex_is_lower_case_and_complete);
	tcase_add_loop_test(t, base64url_follows_the_vectors, 0,
	    COUNT(base64url));
	tcase_add_test(t, base64url_returns_what_it_was_given);
	tcase_add_loop_test(t, base64url_of_another_spelling_is_refused, 0,
	    COUNT(not_base64url));
	tcase_add_test(t, base64url_knows_64_characters_and_no_more);
	tcase_add_test(t, base64url_with_a_nul_is_refused);
	tcase_add_test(t, percent_leaves_the_unreserved_alone);
	tcase_add_test(t, percent_encodes_every_other_byte);
	tcase_add_loop_test(t, forms_are_decoded_once, 0, COUNT(forms));
	tcase_add_loop_test(t, broken_forms_are_refused, 0, COUNT(not_forms));
	tcase_add_test(t, only_the_given_length_of_a_form_is_read);
	tcase_add_test(t, pairs_are_joined_where_they_must_be);
	tcase_add_test(t, html_is_harmless_in_content_and_attributes);
	tcase_add_loop_test(t, code_points_are_read_at_every_border, 0,
	    COUNT(points));
	tcase_add_loop_test(t, what_is_not_utf8_is_refused, 0,
	    COUNT(not_utf8));
	tcase_add_test(t, one_bad_byte_spoils_a_text);
	tcase_add_loop_test(t, what_is_shown_is_valid_cut_and_without_controls,
	    0, COUNT(printables));
	return t;
}

int main(void)
{
	Suite *s = suite_create("encode");
	SRunner *r;
	int failed;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
