/* SPDX-License-Identifier: ISC */
/* Which handle a call gets, and when its connections are closed. */
#include "client/fetch_handle.h"

#include <check.h>

#include "client/fetch.h"
#include "support/fake_clock.h"
#include "support/fetch_server.h"
#include "support/tls_server.h"

#define IDLE_MS 3000

static void set_up(void)
{
	fetch_open("latchkey/0.1 (https://latchkey.example/)");
}

static void tear_down(void)
{
	fetch_close();
}

/* A handle that was given back and borrowed anew knows when that was. */
static bool is_new(const struct fetch_handle *handle)
{
	return handle->used_ms == 0;
}

static void give_back_at(struct fetch_handle *handle, int64_t ms)
{
	fake_clock_mono_ms = ms;
	fetch_handle_give_back(handle);
}

START_TEST(the_last_used_is_borrowed_first)
{
	struct fetch_handle *one = fetch_handle_borrow(false);
	struct fetch_handle *two = fetch_handle_borrow(false);

	ck_assert(is_new(one) && is_new(two));
	fetch_handle_give_back(one);
	fetch_handle_give_back(two);
	ck_assert_ptr_eq(fetch_handle_borrow(false), two);
	ck_assert_ptr_eq(fetch_handle_borrow(false), one);
	fetch_handle_give_back(one);
	fetch_handle_give_back(two);
}
END_TEST

START_TEST(internal_calls_and_others_share_no_handle)
{
	struct fetch_handle *internal = fetch_handle_borrow(true);
	struct fetch_handle *other;

	fetch_handle_give_back(internal);
	other = fetch_handle_borrow(false);
	ck_assert_ptr_ne(other, internal);
	fetch_handle_give_back(other);
	ck_assert_ptr_eq(fetch_handle_borrow(true), internal);
	fetch_handle_give_back(internal);
}
END_TEST

START_TEST(only_those_that_fell_idle_are_closed)
{
	struct fetch_handle *borrowed = fetch_handle_borrow(false);
	struct fetch_handle *old = fetch_handle_borrow(true);
	struct fetch_handle *young = fetch_handle_borrow(false);

	give_back_at(old, 1000);
	give_back_at(young, 2000);
	ck_assert(!fetch_handle_close_idle(999));
	ck_assert(!fetch_handle_close_idle(1999));

	ck_assert_ptr_eq(fetch_handle_borrow(false), young);
	old = fetch_handle_borrow(true);
	ck_assert(is_new(old));
	fetch_handle_give_back(old);
	fetch_handle_give_back(young);
	fetch_handle_give_back(borrowed);
}
END_TEST

START_TEST(who_closes_the_last_is_told)
{
	struct fetch_handle *old = fetch_handle_borrow(true);
	struct fetch_handle *young = fetch_handle_borrow(false);

	ck_assert(!fetch_handle_close_idle(INT64_MAX));
	give_back_at(old, 1000);
	give_back_at(young, 2000);
	ck_assert(!fetch_handle_close_idle(1000));
	ck_assert(fetch_handle_close_idle(2000));
	ck_assert(!fetch_handle_close_idle(2000));
}
END_TEST

START_TEST(a_connection_idle_for_3_s_is_closed)
{
	struct tls_server *server = tls_server_start(
	    &(struct tls_server_settings){.serve = fetch_server_serve});
	struct op *op = op_new(NULL, 10000);
	struct fetch_request request = {
		.url = pool_print(op->pool, "http://127.0.0.1:%d/ok",
		    tls_server_port(server)),
		.internal = true,
		.plain_http = true,
	};
	const struct fetch_answer *answer;

	ck_assert_int_eq(fetch_run(op, &request, &answer), RC_OK);
	fake_clock_mono_ms += IDLE_MS - 1;
	ck_assert(!fetch_look());
	ck_assert_int_eq(fetch_run(op, &request, &answer), RC_OK);
	ck_assert_uint_eq(tls_server_accepted(server), 1);

	fake_clock_mono_ms += IDLE_MS;
	ck_assert(fetch_look());
	ck_assert(!fetch_look());
	ck_assert_int_eq(fetch_run(op, &request, &answer), RC_OK);
	ck_assert_uint_eq(tls_server_accepted(server), 2);
	op_free(op);
	tls_server_stop(server);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fetch_handle");
	TCase *t = tcase_create("fetch_handle");
	SRunner *r = srunner_create(s);
	int n;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, the_last_used_is_borrowed_first);
	tcase_add_test(t, internal_calls_and_others_share_no_handle);
	tcase_add_test(t, only_those_that_fell_idle_are_closed);
	tcase_add_test(t, who_closes_the_last_is_told);
	tcase_add_test(t, a_connection_idle_for_3_s_is_closed);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	return n == 0 ? 0 : 1;
}
