/* SPDX-License-Identifier: ISC */
/*
 * Requests at the FastCGI socket that nginx never sends: lengths that lie,
 * parameters that come twice or hold control characters, bytes that are no
 * records.
 */
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "base/op.h"
#include "support/fcgi_client.h"
#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

/* Far longer than io_timeout; without it these would never be closed. */
#define CLOSED_MS 8000

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Time enough for a large body on a busy machine. */
static const char *const settings[] = {"--set", "io_timeout = \"3s\"", NULL};

static struct op *op;
static struct browser *browser;
static pid_t workers[8];
static size_t worker_count;

static void setup(void)
{
	op = op_new("test", 120000);
	browser = browser_new();
	worker_count = stack_all_workers(workers, COUNT(workers));
}

/* Whatever a test did, the workers are the same, alive and free. */
static void assert_unharmed(void)
{
	pid_t now[COUNT(workers)];

	ck_assert_int_eq(browser_get(browser,
	    stack_url("/api/auth/providers")).status, 200);
	ck_assert_uint_eq(stack_workers(now, COUNT(now)), worker_count);
	for (size_t i = 0; i < worker_count; i++)
		ck_assert_int_eq(now[i], workers[i]);
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

/* The head of a refresh of an announced length. */
static void refresh_head(struct str *out, const char *length)
{
	const char *const further[] = {"CONTENT_TYPE", "application/json",
		"CONTENT_LENGTH", length, NULL};

	str_init(out, op->pool);
	fcgi_client_head(out, "POST", "/auth/refresh", further);
}

static int refresh(const char *length, const char *body)
{
	struct str out;

	refresh_head(&out, length);
	fcgi_client_body(&out, body);
	return fcgi_client_status(fcgi_client_exchange(&out));
}

START_TEST(rq_04_a_length_is_a_number_and_tells_the_truth)
{
	static const char body[] = "{\"refresh_token\":\"x\"}";

	ck_assert_int_eq(refresh("21", body), 401);
	ck_assert_int_eq(refresh("21", "{\"refresh_token\":\"x\"}  garbage"),
	    401);
	ck_assert_int_eq(refresh("", body), 400);
	ck_assert_int_eq(refresh("abc", body), 400);
	ck_assert_int_eq(refresh("-1", body), 400);
	ck_assert_int_eq(refresh("+21", body), 400);
	ck_assert_int_eq(refresh("021", body), 400);
	ck_assert_int_eq(refresh("2e1", body), 400);
	ck_assert_int_eq(refresh("21 ", body), 400);
	ck_assert_int_eq(refresh("0x15", body), 400);
	ck_assert_int_eq(refresh("22", body), 400);
	ck_assert_int_eq(refresh("20", body), 400);
	ck_assert_int_eq(refresh("0", body), 400);
	ck_assert_int_eq(refresh("0", ""), 400);
	ck_assert_int_eq(refresh("16384", body), 400);
	ck_assert_int_eq(refresh("16385", body), 413);
	ck_assert_int_eq(refresh("2147483647", body), 413);
	ck_assert_int_eq(refresh("2147483648", body), 400);
	ck_assert_int_eq(refresh("99999999999999999999", body), 400);
	assert_unharmed();
}
END_TEST

START_TEST(rq_04_of_two_lengths_the_first_counts)
{
	const char *const further[] = {"CONTENT_TYPE", "application/json",
		"CONTENT_LENGTH", "21", "CONTENT_LENGTH", "5", NULL};
	struct str out;

	str_init(&out, op->pool);
	fcgi_client_head(&out, "POST", "/auth/refresh", further);
	fcgi_client_body(&out, "{\"refresh_token\":\"x\"}");
	ck_assert_int_eq(fcgi_client_status(fcgi_client_exchange(&out)), 401);
}
END_TEST

START_TEST(rq_04_a_body_larger_than_announced_is_read_to_its_end)
{
	char *body = pool_alloc(op->pool, 60001);
	struct str out;

	memset(body, ' ', 60000);
	refresh_head(&out, "21");
	for (int i = 0; i < 20; i++)
		fcgi_client_record(&out, FCGI_CLIENT_STDIN, body, 60000);
	fcgi_client_body(&out, "");
	ck_assert_int_eq(fcgi_client_status(fcgi_client_exchange(&out)), 400);
	assert_unharmed();
}
END_TEST

START_TEST(rq_18_of_repeated_parameters_the_first_counts)
{
	const char *token = text_print("Bearer %s",
	    flow_sign_in(browser, "google", "alice").access);
	const char *const good[] = {"HTTP_AUTHORIZATION", token,
		"HTTP_AUTHORIZATION", "Bearer x", "REQUEST_METHOD", "DELETE",
		"PATH_INFO", "/nothing", "LATCHKEY_LISTENER", "local", NULL};
	const char *const bad[] = {"HTTP_AUTHORIZATION", "Bearer x",
		"HTTP_AUTHORIZATION", token, NULL};
	const char *const lower[] = {"http_authorization", token, NULL};

	ck_assert_int_eq(fcgi_client_get(op->pool, "/users/me", good), 200);
	ck_assert_int_eq(fcgi_client_get(op->pool, "/users/me", bad), 401);
	ck_assert_int_eq(fcgi_client_get(op->pool, "/users/me", lower), 401);
	ck_assert_int_eq(fcgi_client_get(op->pool, "/health/live", good), 404);
}
END_TEST

START_TEST(il_05_parameters_stay_inside_their_value_in_the_log)
{
	const char *const further[] = {"REQUEST_ID", "a\nevent=fake",
		"HTTP_USER_AGENT", "\nevent=fake", NULL};
	struct str out;
	const char *log;

	str_init(&out, op->pool);
	fcgi_client_head(&out, "GET\nevent=fake", "/mark\r\nevent=fake",
	    further);
	fcgi_client_body(&out, "");
	ck_assert_int_eq(fcgi_client_status(fcgi_client_exchange(&out)), 404);
	log = stack_log();
	ck_assert_ptr_nonnull(strstr(log, " method=\"GET\\u000aevent=fake\" "
	    "path=\"/mark\\u000d\\u000aevent=fake\" "));
	ck_assert_ptr_null(strstr(log, "\nevent=fake"));
	ck_assert_ptr_null(strstr(log, "request_id=\"a"));
}
END_TEST

START_TEST(a_connection_is_closed_after_one_request_whatever_the_peer_asks)
{
	struct str out;
	struct str params;

	str_init(&out, op->pool);
	str_init(&params, op->pool);
	fcgi_client_param(&params, "REQUEST_METHOD", "GET");
	fcgi_client_param(&params, "PATH_INFO", "/auth/providers");
	fcgi_client_begin(&out, true);
	fcgi_client_record(&out, FCGI_CLIENT_PARAMS, params.text, params.len);
	fcgi_client_record(&out, FCGI_CLIENT_PARAMS, "", 0);
	fcgi_client_body(&out, "");
	ck_assert_int_eq(fcgi_client_status(fcgi_client_exchange(&out)), 200);
}
END_TEST

/* Opens a connection that has sent out so far. */
static int open_with(const struct str *out)
{
	int fd = fcgi_client_open();

	ck_assert(fcgi_client_write(fd, out));
	return fd;
}

START_TEST(a_request_taken_back_and_bytes_that_are_none_harm_nobody)
{
	static const char garbage[][24] = {"GET / HTTP/1.1\r\n\r\n",
		"\2\1\0\1\0\10\0", "\1\11\0\1\0\10\0", "\1\4\0\1\0\4\0",
		"\1\5\0\1\0\0\0", "\1\1\0\0\0\0\0", "\1\1\0\1\0\10\0\0\0\1\0",
		"\1\1\0\1\0\10\0\0\0\7\0"};
	struct str out;
	int fd;

	str_init(&out, op->pool);
	fcgi_client_begin(&out, false);
	fcgi_client_record(&out, FCGI_CLIENT_ABORT, "", 0);
	for (size_t i = 0; i < COUNT(garbage); i++) {
		fd = open_with(&out);
		ck_assert_ptr_nonnull(fcgi_client_read(op->pool, fd,
		    CLOSED_MS));
		close(fd);
		str_init(&out, op->pool);
		str_add_n(&out, garbage[i], sizeof(garbage[i]));
	}
	assert_unharmed();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("socket");
	TCase *t = tcase_create("socket");
	SRunner *r;
	int n;

	if (!stack_begin(settings))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rq_04_a_length_is_a_number_and_tells_the_truth);
	tcase_add_test(t, rq_04_of_two_lengths_the_first_counts);
	tcase_add_test(t,
	    rq_04_a_body_larger_than_announced_is_read_to_its_end);
	tcase_add_test(t, rq_18_of_repeated_parameters_the_first_counts);
	tcase_add_test(t, il_05_parameters_stay_inside_their_value_in_the_log);
	tcase_add_test(t,
	    a_connection_is_closed_after_one_request_whatever_the_peer_asks);
	tcase_add_test(t,
	    a_request_taken_back_and_bytes_that_are_none_harm_nobody);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
