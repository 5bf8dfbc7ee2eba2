/* SPDX-License-Identifier: ISC */
/* Identifiers: their form, their order in time, what passes for one. */
#include "base/uuid.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* The milliseconds in the first 48 bits (RFC 9562 section 5.7). */
static int64_t time_of(const char *uuid)
{
	char digits[13];

	snprintf(digits, sizeof(digits), "%.8s%.4s", uuid, uuid + 9);
	return strtoll(digits, NULL, 16);
}

START_TEST(a_new_identifier_is_of_version_seven)
{
	char text[UUID_SIZE + 1];

	for (int i = 0; i < 200; i++) {
		memset(text, '#', sizeof(text));
		uuid_new(text);
		ck_assert_int_eq(text[UUID_SIZE], '#');
		ck_assert_uint_eq(strlen(text), 36);
		ck_assert(uuid_is_valid(text));
		ck_assert_int_eq(text[14], '7');
		ck_assert_ptr_nonnull(strchr("89ab", text[19]));
	}
}
END_TEST

START_TEST(an_identifier_holds_the_time_it_was_made)
{
	int64_t before = clock_now_ms();
	char text[UUID_SIZE];
	int64_t after;

	uuid_new(text);
	after = clock_now_ms();
	ck_assert_int_ge(time_of(text), before);
	ck_assert_int_le(time_of(text), after);
}
END_TEST

START_TEST(identifiers_sort_by_time)
{
	char earlier[UUID_SIZE];
	char later[UUID_SIZE];

	uuid_new(earlier);
	for (int i = 0; i < 10; i++) {
		usleep(2000);
		uuid_new(later);
		ck_assert_str_lt(earlier, later);
		memcpy(earlier, later, sizeof(earlier));
	}
}
END_TEST

/* Every random bit takes both values, so none is fixed by mistake. */
START_TEST(identifiers_of_one_moment_differ_in_every_random_digit)
{
	char first[UUID_SIZE];
	char other[UUID_SIZE];
	bool changed[UUID_SIZE] = {false};

	uuid_new(first);
	for (int i = 0; i < 500; i++) {
		uuid_new(other);
		ck_assert_str_ne(first, other);
		for (int k = 15; k < UUID_SIZE - 1; k++)
			changed[k] = changed[k] || first[k] != other[k];
	}
	for (int k = 15; k < UUID_SIZE - 1; k++)
		ck_assert(changed[k] != (k == 18 || k == 23));
}
END_TEST

static const char *const valid[] = {
	"00000000-0000-0000-0000-000000000000",
	"0190a6ab-cdef-7123-89ab-0123456789af",
	"f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
};

START_TEST(any_version_in_lower_case_is_valid)
{
	ck_assert(uuid_is_valid(valid[_i]));
}
END_TEST

static const char *const invalid[] = {
	"", "0190a6ab", "0190a6ab-cdef-7123-89ab-0123456789a",
	"0190a6ab-cdef-7123-89ab-0123456789aff",
	"0190A6AB-cdef-7123-89ab-0123456789af",
	"0190a6abcdef-7123-89ab-0123456789af0",
	"0190a6ab-cdef-7123-89ab-0123456789ag",
	"0190a6a-bcdef-7123-89ab-0123456789af",
	"0190a6ab-cdef-7123-89ab_0123456789af",
	"0190a6ab-cdef-7123-89ab-01234567 9af",
	"-190a6ab-cdef-7123-89ab-0123456789af",
	"{190a6ab-cdef-7123-89ab-0123456789a}",
	"0190a6ab-cdef-7123-89ab-0123456789a/",
	"0190a6ab-cdef-7123-89ab-0123456789a:",
	"0190a6ab-cdef-7123-89ab-0123456789a`",
};

START_TEST(what_has_another_form_is_not_valid)
{
	ck_assert(!uuid_is_valid(invalid[_i]));
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("uuid");

	tcase_add_test(t, a_new_identifier_is_of_version_seven);
	tcase_add_test(t, an_identifier_holds_the_time_it_was_made);
	tcase_add_test(t, identifiers_sort_by_time);
	tcase_add_test(t,
	    identifiers_of_one_moment_differ_in_every_random_digit);
	tcase_add_loop_test(t, any_version_in_lower_case_is_valid, 0,
	    (int)(sizeof(valid) / sizeof(valid[0])));
	tcase_add_loop_test(t, what_has_another_form_is_not_valid, 0,
	    (int)(sizeof(invalid) / sizeof(invalid[0])));
	return t;
}

int main(void)
{
	Suite *s = suite_create("uuid");
	SRunner *r;
	int failed;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
