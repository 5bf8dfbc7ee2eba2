/* SPDX-License-Identifier: ISC */
/*
 * Log lines as the administrator gets them.  stderr is one end of a socket
 * that keeps message borders, so that each write can be counted.
 */
#include "base/log.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/pool.h"

static int sockets[2];
static int real_stderr;
static struct log_line line;
static char got[2 * LOG_LINE_SIZE];

static void begin(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets), 0);
	real_stderr = dup(STDERR_FILENO);
	dup2(sockets[1], STDERR_FILENO);
	log_threshold(LOG_LEVEL_INFO);
}

static void end(void)
{
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(sockets[0]);
	close(sockets[1]);
}

/* The next write, or NULL when there was none. */
static const char *next_write(void)
{
	ssize_t len = recv(sockets[0], got, sizeof(got) - 1, MSG_DONTWAIT);

	if (len < 0)
		return NULL;
	got[len] = '\0';
	return got;
}

/* The one line written, without time, level and newline. */
static const char *the_line(void)
{
	const char *text = next_write();
	char *newline;

	ck_assert_ptr_nonnull(text);
	newline = strchr(got, '\n');
	ck_assert_ptr_nonnull(newline);
	ck_assert_str_eq(newline, "\n");
	*newline = '\0';
	ck_assert_int_lt(recv(sockets[0], &line, 1, MSG_DONTWAIT), 0);
	text = strstr(text, " event=");
	ck_assert_ptr_nonnull(text);
	return text + 1;
}

START_TEST(a_line_begins_with_time_level_and_event)
{
	const char *form = "time=dddd-dd-ddTdd:dd:dd.dddZ level=warning "
	    "event=began\n";
	const char *text;

	log_begin(&line, LOG_LEVEL_WARNING, "began");
	log_end(&line);
	text = next_write();
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(strlen(text), strlen(form));
	for (size_t i = 5; i < strlen(form); i++) {
		if (form[i] == 'd' && i < 29)
			ck_assert(text[i] >= '0' && text[i] <= '9');
		else
			ck_assert_int_eq(text[i], form[i]);
	}
	ck_assert_mem_eq(text, "time=20", 7);
}
END_TEST

START_TEST(plain_values_stand_without_quotes)
{
	log_begin(&line, LOG_LEVEL_INFO, "request");
	log_text(&line, "path", "/users/me");
	log_number(&line, "status", 200);
	log_number(&line, "least", INT64_MIN);
	log_text(&line, "nothing", NULL);
	log_end(&line);
	ck_assert_str_eq(the_line(), "event=request path=/users/me status=200 "
	    "least=-9223372036854775808");
}
END_TEST

static const struct {
	const char *value;
	const char *written;
} values[] = {
	{"", "\"\""},
	{"two words", "\"two words\""},
	{"a=b", "\"a=b\""},
	{"x\nlevel=error event=forged", "\"x\\u000alevel=error event=forged\""},
	{"a\r\tb", "\"a\\u000d\\u0009b\""},
	{"\x1b[31mred", "\"\\u001b[31mred\""},
	{"say \"x\"", "\"say \\\"x\\\"\""},
	{"\" forged=1 \"", "\"\\\" forged=1 \\\"\""},
	{"back\\slash", "\"back\\\\slash\""},
	{"\x7f\xc2\x9b", "\"\\u007f\\u009b\""},
	{"\xc3\xa4", "\"\xc3\xa4\""},
	{"\xff\xfe", "\"\\xff\\xfe\""},
	{"\xc0\x8a", "\"\\xc0\\x8a\""},
	{"\xe2\x82", "\"\\xe2\\x82\""},
	{"\xe2\x80\xae" "x\xe2\x80\xa8", "\"\\u202ex\\u2028\""},
	{"\xe2\x81\xa6", "\"\\u2066\""},
};

START_TEST(other_values_are_quoted_and_escaped)
{
	char expected[300] = "event=e v=";

	memcpy(expected + 10, values[_i].written,
	    strlen(values[_i].written) + 1);
	log_begin(&line, LOG_LEVEL_INFO, "e");
	log_text(&line, "v", values[_i].value);
	log_end(&line);
	ck_assert_str_eq(the_line(), expected);
}
END_TEST

START_TEST(no_byte_makes_a_second_line)
{
	char value[3] = "x";

	for (int c = 1; c < 256; c++) {
		const char *text;

		value[1] = (char)c;
		log_begin(&line, LOG_LEVEL_INFO, "e");
		log_text(&line, "v", value);
		log_end(&line);
		text = the_line();
		ck_assert(encode_utf8_is_valid(text, strlen(text)));
		for (; *text != '\0'; text++)
			ck_assert((unsigned char)*text >= 0x20 &&
			    *text != 0x7f);
	}
}
END_TEST

/* A value of size times what and what stands between its quotes. */
static const char *quoted(const char *what, size_t size, size_t *len)
{
	struct pool *pool = pool_new();
	struct str str;
	const char *text;

	str_init(&str, pool);
	while (str.len < size)
		str_add(&str, what);
	log_begin(&line, LOG_LEVEL_INFO, "e");
	log_text(&line, "v", str.text);
	log_number(&line, "after", 1);
	log_end(&line);
	pool_free(pool);

	text = the_line();
	ck_assert_mem_eq(text, "event=e v=\"", 11);
	ck_assert_ptr_nonnull(strstr(text, "\" after=1"));
	*len = (size_t)(strstr(text, "\" after=1") - text) - 11;
	return text + 11;
}

static const char *const bricks[] = {"x", "\n", "\xff", "\xe2\x82\xac",
	"\xf0\x9f\x98\x80", "\"", "a b", "\xc3\xa4-"};

START_TEST(a_long_value_is_cut_and_the_line_goes_on)
{
	size_t len;
	const char *text = quoted(bricks[_i], 100000, &len);

	ck_assert_uint_ge(len, LOG_VALUE_MOST - 5 + 3);
	ck_assert_uint_le(len, LOG_VALUE_MOST + 3);
	ck_assert_mem_eq(text + len - 3, "...", 3);
	ck_assert(encode_utf8_is_valid(text, len - 3));
}
END_TEST

START_TEST(a_value_of_the_full_length_is_not_cut)
{
	char value[LOG_VALUE_MOST + 1];
	const char *text;

	memset(value, 'x', LOG_VALUE_MOST);
	value[LOG_VALUE_MOST] = '\0';
	log_begin(&line, LOG_LEVEL_INFO, "e");
	log_text(&line, "v", value);
	log_end(&line);
	text = the_line();
	ck_assert_uint_eq(strlen(text), strlen("event=e v=") + LOG_VALUE_MOST);
	ck_assert_ptr_null(strchr(text, '"'));
}
END_TEST

START_TEST(a_sentence_may_be_longer_than_a_value)
{
	char sentence[1000];
	const char *text;

	memset(sentence, 'x', sizeof(sentence) - 1);
	sentence[sizeof(sentence) - 1] = '\0';
	log_begin(&line, LOG_LEVEL_INFO, "e");
	log_sentence(&line, "reason", sentence);
	log_end(&line);
	text = the_line();
	ck_assert_mem_eq(text, "event=e reason=\"xxx", 19);
	ck_assert_uint_eq(strspn(text + 16, "x"), LOG_SENTENCE_MOST);
	ck_assert_str_eq(text + 16 + LOG_SENTENCE_MOST, "...\"");
}
END_TEST

START_TEST(an_overfull_line_is_still_one_line)
{
	const char *text;

	log_begin(&line, LOG_LEVEL_INFO, "e");
	for (int i = 0; i < 100; i++)
		log_text(&line, "key", "a value with blanks, a hundred times");
	log_end(&line);
	text = next_write();
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(strlen(text), LOG_LINE_SIZE);
	ck_assert_ptr_eq(strchr(text, '\n'), text + LOG_LINE_SIZE - 1);
	ck_assert_ptr_null(next_write());
}
END_TEST

START_TEST(lines_below_the_threshold_are_dropped)
{
	for (int least = LOG_LEVEL_DEBUG; least <= LOG_LEVEL_ERROR; least++) {
		log_threshold((enum log_level)least);
		for (int at = LOG_LEVEL_DEBUG; at <= LOG_LEVEL_ERROR; at++) {
			log_event((enum log_level)at, "e", "at %d", at);
			ck_assert((next_write() != NULL) == (at >= least));
		}
	}
}
END_TEST

START_TEST(each_level_has_its_name)
{
	static const char *const names[] = {" level=debug ", " level=info ",
		" level=warning ", " level=error "};

	log_threshold(LOG_LEVEL_DEBUG);
	for (int at = LOG_LEVEL_DEBUG; at <= LOG_LEVEL_ERROR; at++) {
		log_event((enum log_level)at, "e", "x");
		ck_assert_ptr_nonnull(strstr(next_write(), names[at]));
	}
}
END_TEST

START_TEST(an_event_is_a_whole_line)
{
	log_event(LOG_LEVEL_ERROR, "no_server", "%s did not answer\n", "redis");
	ck_assert_str_eq(the_line(), "event=no_server "
	    "message=\"redis did not answer\\u000a\"");
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("log");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_line_begins_with_time_level_and_event);
	tcase_add_test(t, plain_values_stand_without_quotes);
	tcase_add_loop_test(t, other_values_are_quoted_and_escaped, 0,
	    (int)(sizeof(values) / sizeof(values[0])));
	tcase_add_test(t, no_byte_makes_a_second_line);
	tcase_add_loop_test(t, a_long_value_is_cut_and_the_line_goes_on, 0,
	    (int)(sizeof(bricks) / sizeof(bricks[0])));
	tcase_add_test(t, a_value_of_the_full_length_is_not_cut);
	tcase_add_test(t, a_sentence_may_be_longer_than_a_value);
	tcase_add_test(t, an_overfull_line_is_still_one_line);
	tcase_add_test(t, lines_below_the_threshold_are_dropped);
	tcase_add_test(t, each_level_has_its_name);
	tcase_add_test(t, an_event_is_a_whole_line);
	return t;
}

int main(void)
{
	Suite *s = suite_create("log");
	SRunner *r;
	int failed;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
