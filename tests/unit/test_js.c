/* SPDX-License-Identifier: ISC */
/* What js.c accepts and refuses, reads without converting, and builds. */
#include "client/js.h"

#include <string.h>

#include <check.h>

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

/* Parses exactly len bytes: nothing behind them may be read. */
static enum rc parse_n(const char *text, size_t len, const struct js **value)
{
	char *exact = pool_copy(op->pool, text, len);

	return js_parse(op, exact, len, value);
}

static const struct js *parsed(const char *text)
{
	const struct js *value;
	enum rc rc = parse_n(text, strlen(text), &value);

	ck_assert_msg(rc == RC_OK, "%s: %s", text, op_reason(op));
	return value;
}

static void refused_n(const char *text, size_t len, const char *reason)
{
	static const char untouched;
	const struct js *value = (const struct js *)&untouched;

	op_clear(op);
	ck_assert_msg(parse_n(text, len, &value) == RC_BAD, "passed: %s",
	    text);
	ck_assert_ptr_eq(value, &untouched);
	ck_assert_str_eq(op_reason(op), reason);
}

static void refused(const char *text, const char *reason)
{
	refused_n(text, strlen(text), reason);
}

/* levels brackets around inside. */
static const char *nested(size_t levels, const char *inside)
{
	struct str text;

	str_init(&text, op->pool);
	for (size_t i = 0; i < levels; i++)
		str_add_char(&text, '[');
	str_add(&text, inside);
	for (size_t i = 0; i < levels; i++)
		str_add_char(&text, ']');
	return text.text;
}

START_TEST(every_kind_of_value_is_read)
{
	const struct js *value = parsed(" {\"t\":\"x\", \"n\":-1.5e+3,\r\n"
	    "\t\"yes\":true,\"no\":false,\"nil\":null,\"a\":[1,[]],\"o\":{}} ");

	ck_assert_int_eq(js_type(value), JS_OBJECT);
	ck_assert_uint_eq(js_count(value), 7);
	ck_assert_int_eq(js_type(js_get(value, "t")), JS_TEXT);
	ck_assert_int_eq(js_type(js_get(value, "n")), JS_NUMBER);
	ck_assert_int_eq(js_type(js_get(value, "yes")), JS_BOOL);
	ck_assert_int_eq(js_type(js_get(value, "nil")), JS_NULL);
	ck_assert_int_eq(js_type(js_get(value, "a")), JS_ARRAY);
	ck_assert_int_eq(js_type(js_get(value, "o")), JS_OBJECT);
	ck_assert(js_has(value, "nil"));
	ck_assert(!js_has(value, "nothing"));
	ck_assert(js_is_true(value, "yes"));
	ck_assert(!js_is_true(value, "no"));
	ck_assert_str_eq(js_name(value, 0), "t");
	ck_assert_str_eq(js_name(value, 6), "o");
	ck_assert_ptr_null(js_name(value, 7));
}
END_TEST

START_TEST(a_value_alone_is_a_text)
{
	ck_assert_int_eq(js_type(parsed("null")), JS_NULL);
	ck_assert_int_eq(js_type(parsed("true")), JS_BOOL);
	ck_assert_str_eq(js_as_text(parsed("\"\"")), "");
	ck_assert_uint_eq(js_count(parsed("[]")), 0);
}
END_TEST

START_TEST(escapes_become_the_characters_they_stand_for)
{
	ck_assert_str_eq(js_as_text(parsed("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")),
	    "\"\\/\b\f\n\r\t");
	ck_assert_str_eq(js_as_text(parsed("\"\\u0041\\u00e4\\u20aC\"")),
	    "A\xc3\xa4\xe2\x82\xac");
	ck_assert_str_eq(js_as_text(parsed("\"\\ud83d\\ude00\"")),
	    "\xf0\x9f\x98\x80");
	ck_assert_str_eq(js_as_text(parsed("\"\x7f \xf4\x8f\xbf\xbf\"")),
	    "\x7f \xf4\x8f\xbf\xbf");
}
END_TEST

START_TEST(broken_grammar_is_refused)
{
	static const char *const texts[] = {"", " ", "{", "[", "\"", "\"\\",
		"\"\\u00", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\" 1}",
		"{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{1:1}", "[1,]",
		"[,1]", "[1 2]", "[1}", "{]", "{} {}", "[]]", "1 2", "nul",
		"TRUE", "True", "NULL", "nullx", "truefalse", "NaN", "-NaN",
		"nan", "Infinity", "-Infinity", "inf", "+1", "007", "-01", "-",
		"1.", ".5", "1.e1", "1e", "1e+", "0x10", "1_000", "- 1",
		"// c\n1", "/* c */1", "1//c", "[1/*c*/]", "'x'", "`x`",
		"\xef\xbb\xbf{}", "\v1", "\f1", ("\xc2\xa0" "1"), "{}x", "}",
		"\"\\x\"", "\"\\u12g4\"", "\"\\U0041\"", "\"\\'\"", "undefined"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct js *value;

		ck_assert_msg(parse_n(texts[i], strlen(texts[i]), &value) ==
		    RC_BAD, "passed: %s", texts[i]);
		ck_assert(str_begins(op_reason(op), "JSON at offset "));
	}
	refused("\"ab", "JSON at offset 3: a string is not closed");
}
END_TEST

START_TEST(bytes_that_are_not_utf8_are_refused)
{
	static const char *const bytes[] = {"\x80", "\xc0\xaf", "\xc1\xbf",
		"\xe0\x80\xaf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xc3",
		"\xe2\x82", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xf5",
		"\xff"};

	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		refused(pool_print(op->pool, "[\"a%s\"]", bytes[i]),
		    "JSON at offset 3: not valid UTF-8");
		refused(pool_print(op->pool, "{\"%s\":1}", bytes[i]),
		    "JSON at offset 2: not valid UTF-8");
	}
}
END_TEST

START_TEST(control_characters_must_be_escaped)
{
	for (char c = 1; c < 0x20; c++)
		refused(pool_print(op->pool, "[\"a%c\"]", c),
		    "JSON at offset 3: a raw control character");
	refused_n("[\"a\0b\"]", 7, "JSON at offset 3: a raw control character");
	refused_n("{}\0", 3, "JSON at offset 2: something follows the end");
	refused_n("\0{}", 3, "JSON at offset 0: a value should stand here");
}
END_TEST

START_TEST(an_escaped_nul_is_refused)
{
	refused("\"a\\u0000b\"", "JSON at offset 4: an escaped NUL");
	refused("{\"exp\\u0000x\":1}", "JSON at offset 7: an escaped NUL");
}
END_TEST

START_TEST(a_lone_surrogate_is_refused)
{
	refused("\"\\udc00\"", "JSON at offset 3: a lone surrogate");
	refused("\"\\ud800\"", "JSON at offset 7: a lone surrogate");
	refused("\"\\ud800x\"", "JSON at offset 7: a lone surrogate");
	refused("\"\\ud800\\n\"", "JSON at offset 8: a lone surrogate");
	refused("\"\\ud800\\u0041\"", "JSON at offset 9: a lone surrogate");
	refused("\"\\ud800\\ue000\"", "JSON at offset 9: a lone surrogate");
	refused("\"\\uDBFF\\uD800\"", "JSON at offset 9: a lone surrogate");
}
END_TEST

START_TEST(a_repeated_member_is_refused_however_it_is_spelt)
{
	static const char reason[] = "JSON with a repeated member";

	refused("{\"a\":1,\"a\":1}", reason);
	refused("{\"a\":1,\"\\u0061\":2}", reason);
	refused("{\"/\":1,\"b\":2,\"\\/\":2}", reason);
	refused("{\"\xc3\xa4\":1,\"\\u00E4\":2}", reason);
	refused("{\"\":1,\"\":2}", reason);
	refused("[0,{\"o\":{\"a\":null,\"a\":null}}]", reason);
	refused("{\"a\":{\"x\":1,\"y\":2},\"a\":{\"x\":1,\"y\":2}}", reason);
	refused("{\"a\":{},\"b\":[{\"c\":1,\"c\":{\"d\":1}}]}", reason);
}
END_TEST

START_TEST(the_same_name_may_stand_in_different_objects)
{
	const struct js *value = parsed("{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]}}");

	ck_assert_uint_eq(js_count(js_get(js_get(value, "a"), "a")), 2);
}
END_TEST

START_TEST(sixteen_levels_are_the_most)
{
	ck_assert_int_eq(js_type(parsed(nested(16, ""))), JS_ARRAY);
	ck_assert_int_eq(js_type(parsed(nested(16, "1"))), JS_ARRAY);
	ck_assert_int_eq(js_type(parsed(nested(15, "{\"a\":\"b\"}"))),
	    JS_ARRAY);
	refused(nested(17, ""), "JSON at offset 17: too many levels");
	refused(nested(16, "{}"), "JSON at offset 17: too many levels");
	refused(nested(100000, ""), "JSON at offset 17: too many levels");
}
END_TEST

START_TEST(levels_side_by_side_do_not_add_up)
{
	struct str text;

	str_init(&text, op->pool);
	str_add(&text, "[[]");
	for (int i = 0; i < 100; i++)
		str_add(&text, ",[{\"a\":[]}]");
	str_add(&text, "]");
	ck_assert_uint_eq(js_count(parsed(text.text)), 101);
}
END_TEST

START_TEST(integers_are_read_to_the_last_digit)
{
	const struct js *value = parsed("{\"max\":9223372036854775807,"
	    "\"min\":-9223372036854775808,\"zero\":0,\"minus\":-0}");
	int64_t number = 5;

	ck_assert(js_int(value, "max", &number) && number == INT64_MAX);
	ck_assert(js_int(value, "min", &number) && number == INT64_MIN);
	ck_assert(js_int(value, "zero", &number) && number == 0);
	number = 5;
	ck_assert(js_int(value, "minus", &number) && number == 0);
}
END_TEST

START_TEST(what_is_not_written_as_an_integer_of_64_bits_is_none)
{
	static const char *const numbers[] = {"9223372036854775808",
		"-9223372036854775809", "18446744073709551615",
		"18446744073709551616", "-99999999999999999999999999",
		"99999999999999999999999999", "1.0", "1e3", "0e0", "1E400",
		"1e400", "-1e400", "1e-400", "0.5", "-0.0", "\"1\"", "\"12abc\"",
		"true", "null", "[1]", "{\"n\":1}"};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct js *value = parsed(
		    pool_print(op->pool, "{\"n\":%s}", numbers[i]));
		int64_t number = 5;

		ck_assert_msg(!js_int(value, "n", &number), "%s", numbers[i]);
		ck_assert_int_eq(number, 5);
	}
	ck_assert(!js_int(parsed("{}"), "n", &(int64_t){0}));
}
END_TEST

START_TEST(a_huge_integer_stays_a_number_and_does_not_saturate)
{
	const struct js *value = parsed("[18446744073709551616,"
	    "-9223372036854775809,99999999999999999999e5,"
	    "99999999999999999999.5]");

	ck_assert_int_eq(js_type(js_at(value, 0)), JS_NUMBER);
	ck_assert_str_eq(js_print(op, value),
	    "[184467440737095516e2,-92233720368547758e2,"
	    "99999999999999999999e5,99999999999999999999.5]");
}
END_TEST

START_TEST(getters_never_convert)
{
	const struct js *value = parsed("{\"n\":1,\"t\":\"true\",\"one\":1,"
	    "\"yes\":true,\"a\":[\"x\"],\"nil\":null}");

	ck_assert_ptr_null(js_text(value, "n"));
	ck_assert_ptr_null(js_text(value, "yes"));
	ck_assert_ptr_null(js_text(value, "a"));
	ck_assert_ptr_null(js_text(value, "nil"));
	ck_assert(js_says(value, "t", "true") && !js_says(value, "t", "tru"));
	ck_assert(!js_says(value, "n", "1") && !js_says(value, "no", ""));
	ck_assert(!js_is_true(value, "t") && !js_is_true(value, "one"));
	ck_assert(!js_is_true(value, "a") && !js_is_true(value, "nothing"));
	ck_assert_ptr_null(js_at(value, 0));
	ck_assert_ptr_null(js_get(js_get(value, "a"), "x"));
	ck_assert_uint_eq(js_count(js_get(value, "t")), 0);
}
END_TEST

START_TEST(what_is_not_there_can_be_asked_too)
{
	const struct js *list = parsed("[null,\"x\"]");

	ck_assert_int_eq(js_type(NULL), JS_NULL);
	ck_assert_ptr_null(js_get(NULL, "a"));
	ck_assert_ptr_null(js_text(NULL, "a"));
	ck_assert_uint_eq(js_count(NULL), 0);
	ck_assert(!js_has(NULL, "a") && !js_is_true(NULL, "a"));
	ck_assert_ptr_null(js_at(list, 0));
	ck_assert_str_eq(js_as_text(js_at(list, 1)), "x");
	ck_assert_ptr_null(js_at(list, 2));
	ck_assert_ptr_null(js_at(list, (size_t)-1));
}
END_TEST

START_TEST(a_reason_never_shows_the_text)
{
	const struct js *value;

	ck_assert_int_eq(parse_n("{\"hunter2\":hunter2}", 19, &value), RC_BAD);
	ck_assert_ptr_null(strstr(op_reason(op), "hunter2"));
}
END_TEST

START_TEST(a_built_value_prints_compactly)
{
	struct js *object = js_object(op);
	struct js *list = js_array(op);

	js_put_text(object, "t", "a/\"\\\n\x1f\xc3\xa4");
	js_put_text(object, "none", NULL);
	js_put_int(object, "n", INT64_MIN);
	js_put_bool(object, "yes", true);
	js_put_bool(object, "no", false);
	js_put_time(op, object, "at", 1);
	js_put_time(op, object, "never", 0);
	js_append(list, js_object(op));
	js_put(object, "l", list);

	ck_assert_str_eq(js_print(op, object),
	    "{\"t\":\"a/\\\"\\\\\\n\\u001f\xc3\xa4\",\"none\":null,"
	    "\"n\":-9223372036854775808,\"yes\":true,\"no\":false,"
	    "\"at\":\"1970-01-01T00:00:00.001Z\",\"never\":null,\"l\":[{}]}");
	ck_assert_str_eq(js_print(op, NULL), "null");
}
END_TEST

START_TEST(a_child_may_be_older_or_younger_than_its_parent)
{
	struct js *older = js_array(op);
	struct js *parent = js_object(op);
	struct js *younger = js_array(op);

	js_put(parent, "older", older);
	js_put(parent, "younger", younger);
	js_append(older, js_object(op));
	js_put(parent, "older_again", older);
	js_put_text(parent, "younger", NULL);

	ck_assert_str_eq(js_print(op, parent), "{\"older\":[{}],"
	    "\"younger\":null,\"older_again\":[{}]}");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("js");
	TCase *t = tcase_create("js");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, every_kind_of_value_is_read);
	tcase_add_test(t, a_value_alone_is_a_text);
	tcase_add_test(t, escapes_become_the_characters_they_stand_for);
	tcase_add_test(t, broken_grammar_is_refused);
	tcase_add_test(t, bytes_that_are_not_utf8_are_refused);
	tcase_add_test(t, control_characters_must_be_escaped);
	tcase_add_test(t, an_escaped_nul_is_refused);
	tcase_add_test(t, a_lone_surrogate_is_refused);
	tcase_add_test(t, a_repeated_member_is_refused_however_it_is_spelt);
	tcase_add_test(t, the_same_name_may_stand_in_different_objects);
	tcase_add_test(t, sixteen_levels_are_the_most);
	tcase_add_test(t, levels_side_by_side_do_not_add_up);
	tcase_add_test(t, integers_are_read_to_the_last_digit);
	tcase_add_test(t, what_is_not_written_as_an_integer_of_64_bits_is_none);
	tcase_add_test(t, a_huge_integer_stays_a_number_and_does_not_saturate);
	tcase_add_test(t, getters_never_convert);
	tcase_add_test(t, what_is_not_there_can_be_asked_too);
	tcase_add_test(t, a_reason_never_shows_the_text);
	tcase_add_test(t, a_built_value_prints_compactly);
	tcase_add_test(t, a_child_may_be_older_or_younger_than_its_parent);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
