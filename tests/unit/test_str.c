/* SPDX-License-Identifier: ISC */
/* Growing strings and the small questions about strings. */
#include "base/str.h"

#include <check.h>
#include <string.h>

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

START_TEST(a_new_string_is_empty_text)
{
	ck_assert_str_eq(str.text, "");
	ck_assert_uint_eq(str.len, 0);
	str_add(&str, "");
	ck_assert_str_eq(str.text, "");
}
END_TEST

START_TEST(two_new_strings_share_nothing)
{
	struct str other;

	str_init(&other, pool);
	str_add(&str, "one");
	str_add(&other, "two");
	ck_assert_str_eq(str.text, "one");
	ck_assert_str_eq(other.text, "two");
}
END_TEST

START_TEST(all_ways_of_adding_append)
{
	str_add(&str, "text");
	str_add_n(&str, "bytes and more", 5);
	str_add_char(&str, '!');
	str_print(&str, "%d-%s", 42, "x");
	ck_assert_str_eq(str.text, "textbytes!42-x");
	ck_assert_uint_eq(str.len, strlen("textbytes!42-x"));
}
END_TEST

START_TEST(a_string_grows_by_every_length)
{
	for (int i = 0; i < 5000; i++) {
		str_add_char(&str, (char)('a' + i % 26));
		ck_assert_uint_eq(strlen(str.text), str.len);
	}
	ck_assert_uint_eq(str.len, 5000);
	for (int i = 0; i < 5000; i++)
		ck_assert_int_eq(str.text[i], 'a' + i % 26);
}
END_TEST

START_TEST(printing_grows_a_string_of_any_length)
{
	for (int width = 0; width < 300; width++) {
		size_t before = str.len;

		str_print(&str, "%*s", width, "");
		ck_assert_uint_eq(str.len, before + (size_t)width);
		ck_assert_uint_eq(strlen(str.text), str.len);
	}
}
END_TEST

START_TEST(added_bytes_may_hold_a_nul)
{
	str_add_n(&str, "a\0b", 3);
	ck_assert_uint_eq(str.len, 3);
	ck_assert_mem_eq(str.text, "a\0b", 4);
}
END_TEST

START_TEST(beginnings_and_ends_are_recognised)
{
	ck_assert(str_begins("latchkey", "latch"));
	ck_assert(str_begins("latchkey", ""));
	ck_assert(str_begins("a", "a"));
	ck_assert(!str_begins("latchkey", "key"));
	ck_assert(!str_begins("la", "latch"));
	ck_assert(str_ends("latchkey", "key"));
	ck_assert(str_ends("latchkey", ""));
	ck_assert(str_ends("a", "a"));
	ck_assert(!str_ends("latchkey", "latch"));
	ck_assert(!str_ends("ey", "key"));
}
END_TEST

START_TEST(consisting_asks_for_every_byte)
{
	ck_assert(str_consists("0110", "01"));
	ck_assert(str_consists("", "01"));
	ck_assert(!str_consists("0112", "01"));
	ck_assert(!str_consists("2", "01"));
	ck_assert(!str_consists("0", ""));
}
END_TEST

START_TEST(lowering_touches_ascii_letters_only)
{
	char original[] = "AZ@[az`{09 \xc3\x84\x80\xff";
	char *lower = str_lower(pool, original);

	ck_assert_str_eq(lower, "az@[az`{09 \xc3\x84\x80\xff");
	ck_assert_str_eq(original, "AZ@[az`{09 \xc3\x84\x80\xff");
}
END_TEST

static const char *const not_integers[] = {"", "-", "-0", "00", "01", "-01",
	"+1", " 1", "1 ", "1a", "0x1", "1.0", "1e3", "--1",
	"9223372036854775808", "-9223372036854775809", "99999999999999999999999"};

START_TEST(what_is_no_integer_is_refused)
{
	int64_t value = 77;

	ck_assert(!str_int(not_integers[_i], INT64_MIN, INT64_MAX, &value));
	ck_assert_int_eq(value, 77);
}
END_TEST

START_TEST(integers_are_read_to_their_limits)
{
	int64_t value = 0;

	ck_assert(str_int("0", 0, 0, &value));
	ck_assert_int_eq(value, 0);
	ck_assert(str_int("-12", -12, 5, &value));
	ck_assert_int_eq(value, -12);
	ck_assert(str_int("5", -12, 5, &value));
	ck_assert_int_eq(value, 5);
	ck_assert(!str_int("6", -12, 5, &value));
	ck_assert(!str_int("-13", -12, 5, &value));
	ck_assert_int_eq(value, 5);
	ck_assert(str_int("9223372036854775807", 0, INT64_MAX, &value));
	ck_assert_int_eq(value, INT64_MAX);
	ck_assert(str_int("-9223372036854775808", INT64_MIN, 0, &value));
	ck_assert_int_eq(value, INT64_MIN);
}
END_TEST

static const struct {
	const char *text;
	int64_t ms;
} durations[] = {
	{"0", 0}, {"0s", 0}, {"250ms", 250}, {"30s", 30000}, {"10m", 600000},
	{"12h", 43200000}, {"7d", 604800000}, {"36525d", 3155760000000},
	{"3155760000000ms", 3155760000000},
};

START_TEST(durations_are_read_in_every_unit)
{
	int64_t ms = -1;

	ck_assert(str_duration(durations[_i].text, &ms));
	ck_assert_int_eq(ms, durations[_i].ms);
}
END_TEST

static const char *const not_durations[] = {"", "s", "5", "5 s", " 5s", "5s ",
	"-5s", "+5s", "05s", "00", "1.5h", "5sec", "5S", "5M", "1h30m", "1w",
	"36526d", "3155760000001ms", "99999999999999999999s", "1e3s", "0x5s"};

START_TEST(what_is_no_duration_is_refused)
{
	int64_t ms = 77;

	ck_assert(!str_duration(not_durations[_i], &ms));
	ck_assert_int_eq(ms, 77);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static TCase *cases(void)
{
	TCase *t = tcase_create("str");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_new_string_is_empty_text);
	tcase_add_test(t, two_new_strings_share_nothing);
	tcase_add_test(t, all_ways_of_adding_append);
	tcase_add_test(t, a_string_grows_by_every_length);
	tcase_add_test(t, printing_grows_a_string_of_any_length);
	tcase_add_test(t, added_bytes_may_hold_a_nul);
	tcase_add_test(t, beginnings_and_ends_are_recognised);
	tcase_add_test(t, consisting_asks_for_every_byte);
	tcase_add_test(t, lowering_touches_ascii_letters_only);
	tcase_add_loop_test(t, what_is_no_integer_is_refused, 0,
	    COUNT(not_integers));
	tcase_add_test(t, integers_are_read_to_their_limits);
	tcase_add_loop_test(t, durations_are_read_in_every_unit, 0,
	    COUNT(durations));
	tcase_add_loop_test(t, what_is_no_duration_is_refused, 0,
	    COUNT(not_durations));
	return t;
}

int main(void)
{
	Suite *s = suite_create("str");
	SRunner *r;
	int failed;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
