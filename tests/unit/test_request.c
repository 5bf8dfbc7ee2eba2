/* SPDX-License-Identifier: ISC */
/*
 * What is read of a request's head: its query, our cookies, its id. Bodies
 * need nginx and are the API tests'.
 */
#include "http/request.h"

#include <stdio.h>
#include <string.h>

#include <check.h>

#include "auth/signin.h"
#include "base/str.h"

#define ID "0123abcd"		/* as the names of our cookies end */

static FCGX_Request fcgi;
static struct request *request;

/* Takes a request in that has one parameter, NAME=value. */
static enum rc received(const char *parameter)
{
	static char text[REQUEST_COOKIES_MOST * 64];
	static char *parameters[] = {text, NULL};

	snprintf(text, sizeof(text), "%s", parameter);
	fcgi = (FCGX_Request){.envp = parameters};
	request_free(request);
	request = request_new(&fcgi);
	return request_parse(request);
}

static void teardown(void)
{
	request_free(request);
	request = NULL;
}

/* A parameter with count parts: prefix, a number and a value, and end. */
static const char *parts(struct pool *pool, const char *prefix, int count,
    const char *end)
{
	struct str text;

	str_init(&text, pool);
	str_add(&text, strcmp(end, "&") == 0 ? "QUERY_STRING=" :
	    "HTTP_COOKIE=");
	for (int i = 0; i < count; i++)
		str_print(&text, "%s%08d=x%s", prefix, i, end);
	return text.text;
}

START_TEST(a_query_is_decoded_by_name)
{
	ck_assert_int_eq(received("QUERY_STRING=a=1&&b=x%20y+z&c&d=e=f&"),
	    RC_OK);
	ck_assert_str_eq(request_query(request, "a"), "1");
	ck_assert_str_eq(request_query(request, "b"), "x y z");
	ck_assert_str_eq(request_query(request, "c"), "");
	ck_assert_str_eq(request_query(request, "d"), "e=f");
	ck_assert_ptr_null(request_query(request, "A"));
}
END_TEST

START_TEST(a_query_that_is_broken_or_says_a_thing_twice_is_refused)
{
	static const char *const bad[] = {"QUERY_STRING=a=%",
		"QUERY_STRING=%g1=a", "QUERY_STRING=a=%00",
		"QUERY_STRING=a=1&a=1", "QUERY_STRING=a=1&%61=1"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(received(bad[i]) == RC_BAD, "%s", bad[i]);
}
END_TEST

START_TEST(a_query_has_no_more_parameters_than_its_limit)
{
	struct pool *pool = pool_new();

	ck_assert_int_eq(received(parts(pool, "p", REQUEST_PARAMS_MOST, "&")),
	    RC_OK);
	ck_assert_int_eq(received(parts(pool, "p", REQUEST_PARAMS_MOST + 1,
	    "&")), RC_BAD);
	pool_free(pool);
}
END_TEST

START_TEST(a_cookie_is_ours_by_its_whole_name)
{
	ck_assert_int_eq(received("HTTP_COOKIE=a=b; " SIGNIN_COOKIE ID "=1.x"
	    " \t;" SIGNIN_COOKIE ID "0=2; " SIGNIN_COOKIE "0123abcG=3; "
	    SIGNIN_COOKIE "0123ABCD=4; " SIGNIN_COOKIE "0123abc=5; x"
	    SIGNIN_COOKIE ID "=6;" SIGNIN_COOKIE ID), RC_OK);
	ck_assert_uint_eq(request->cookies.count, 1);
	ck_assert_str_eq(request_cookie(request, SIGNIN_COOKIE ID), "1.x");
}
END_TEST

START_TEST(our_cookies_come_once_each_and_in_a_sane_number)
{
	struct pool *pool = pool_new();

	ck_assert_int_eq(received("HTTP_COOKIE=" SIGNIN_COOKIE ID "=1; "
	    SIGNIN_COOKIE ID "=1"), RC_BAD);
	ck_assert_int_eq(received(parts(pool, SIGNIN_COOKIE,
	    REQUEST_COOKIES_MOST, "; ")), RC_OK);
	ck_assert_int_eq(received(parts(pool, SIGNIN_COOKIE,
	    REQUEST_COOKIES_MOST + 1, "; ")), RC_BAD);
	pool_free(pool);
}
END_TEST

START_TEST(an_id_of_nginx_is_kept_where_it_is_one)
{
	struct pool *pool = pool_new();
	const char *longest = pool_print(pool, "REQUEST_ID=%064d", 7);
	const char *longer = pool_print(pool, "REQUEST_ID=%065d", 7);

	ck_assert_int_eq(received("REQUEST_ID=0aF-9"), RC_OK);
	ck_assert_str_eq(request->op->id, "0aF-9");
	ck_assert_int_eq(received(longest), RC_OK);
	ck_assert_str_eq(request->op->id, strchr(longest, '=') + 1);
	ck_assert_int_eq(received(longer), RC_OK);
	ck_assert(!str_begins(request->op->id, "00000000"));
	ck_assert_int_eq(received("REQUEST_ID=0a x"), RC_OK);
	ck_assert_str_ne(request->op->id, "0a x");
	ck_assert_int_eq(received("REQUEST_ID="), RC_OK);
	ck_assert_str_ne(request->op->id, "");
	pool_free(pool);
}
END_TEST

START_TEST(an_empty_authorization_is_none)
{
	ck_assert_int_eq(received("HTTP_AUTHORIZATION="), RC_OK);
	ck_assert_ptr_null(request->authorization);
	ck_assert_int_eq(received("HTTP_AUTHORIZATION=Bearer x"), RC_OK);
	ck_assert_str_eq(request->authorization, "Bearer x");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("request");
	TCase *t = tcase_create("request");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, a_query_is_decoded_by_name);
	tcase_add_test(t,
	    a_query_that_is_broken_or_says_a_thing_twice_is_refused);
	tcase_add_test(t, a_query_has_no_more_parameters_than_its_limit);
	tcase_add_test(t, a_cookie_is_ours_by_its_whole_name);
	tcase_add_test(t, our_cookies_come_once_each_and_in_a_sane_number);
	tcase_add_test(t, an_id_of_nginx_is_kept_where_it_is_one);
	tcase_add_test(t, an_empty_authorization_is_none);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
