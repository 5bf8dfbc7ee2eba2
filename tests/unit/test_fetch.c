/* SPDX-License-Identifier: ISC */
/* Calls over real TLS to a server that misbehaves on request. */
#include "client/fetch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "base/str.h"
#include "support/cert.h"
#include "support/tls_server.h"
#include "support/fetch_server.h"

#define AGENT "latchkey/0.1 (https://latchkey.example/)"

static char dir[64];
static struct cert *authority;
static struct cert *good;
static struct tls_server *server;
static struct op *op;
static const struct fetch_answer *answer;
static char last[8192];

static char *file(const char *name)
{
	return pool_print(op->pool, "%s/%s", dir, name);
}

static char *url(const char *path)
{
	return pool_print(op->pool, "https://localhost:%d%s",
	    tls_server_port(server), path);
}

static struct tls_server *start(const struct cert *cert, int version_most)
{
	struct tls_server_settings settings = {
		.cert = cert,
		.tls_version_most = version_most,
		.serve = fetch_server_serve,
	};

	return tls_server_start(&settings);
}

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/test_fetch.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	op = op_new(NULL, 10000);
	authority = cert_new_authority();
	good = cert_new_server(authority, "DNS:localhost,IP:127.0.0.1", 1);
	cert_write(authority, file("ca.pem"));
	server = start(good, 0);
	answer = NULL;
	fetch_open(AGENT);
}

static void tear_down(void)
{
	fetch_close();
	tls_server_stop(server);
	unlink(file("ca.pem"));
	unlink(file("other.pem"));
	unlink(file(".netrc"));
	rmdir(dir);
	cert_free(good);
	cert_free(authority);
	op_free(op);
}

/* Calls an internal provider that has the test's own authority. */
static enum rc call(const char *where, const char *form, const char *bearer)
{
	struct fetch_request request = {
		.url = where,
		.form = form,
		.bearer = bearer,
		.ca_file = file("ca.pem"),
		.internal = true,
	};

	return fetch_run(op, &request, &answer);
}

static enum rc get(const char *where)
{
	return call(where, NULL, NULL);
}

/* Replaces the server by one with another certificate or version. */
static void restart(const struct cert *cert, int version_most)
{
	tls_server_stop(server);
	server = start(cert, version_most);
}

START_TEST(an_answer_comes_whole_with_status_and_type)
{
	ck_assert_int_eq(get(url("/ok")), RC_OK);
	ck_assert_int_eq(answer->status, 200);
	ck_assert_str_eq(answer->content_type, "application/json");
	ck_assert_str_eq(answer->body, "{\"ok\":true}");
	ck_assert_uint_eq(answer->len, 11);
	ck_assert_int_eq(answer->retry_after_s, 0);
}
END_TEST

START_TEST(an_error_status_is_an_answer)
{
	ck_assert_int_eq(get(url("/teapot")), RC_OK);
	ck_assert_int_eq(answer->status, 418);
	ck_assert_str_eq(answer->content_type, "");
	ck_assert_str_eq(answer->body, "short");
}
END_TEST

START_TEST(the_request_says_who_we_are_and_nothing_needless)
{
	ck_assert_int_eq(get(url("/ok")), RC_OK);
	fetch_server_last(last, sizeof(last));
	ck_assert_ptr_nonnull(strstr(last, "GET /ok HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(last, "\r\nUser-Agent: " AGENT "\r\n"));
	ck_assert_ptr_nonnull(strstr(last, "\r\nAccept: application/json\r\n"));
	ck_assert_ptr_null(strstr(last, "Accept-Encoding"));
	ck_assert_ptr_null(strstr(last, "Authorization"));
}
END_TEST

START_TEST(a_form_is_posted_byte_for_byte)
{
	const char *form = "code=a%26b&redirect_uri=https%3A%2F%2Fy";

	ck_assert_int_eq(call(url("/ok"), form, NULL), RC_OK);
	fetch_server_last(last, sizeof(last));
	ck_assert_ptr_nonnull(strstr(last, "POST /ok HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(last,
	    "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
	ck_assert_ptr_null(strstr(last, "Expect:"));
	ck_assert_str_eq(strstr(last, "\r\n\r\n") + 4, form);
}
END_TEST

START_TEST(a_bearer_goes_into_one_header_of_one_call)
{
	ck_assert_int_eq(call(url("/ok"), NULL, "ya29.a-b_c/d+e="), RC_OK);
	fetch_server_last(last, sizeof(last));
	ck_assert_ptr_nonnull(strstr(last,
	    "\r\nAuthorization: Bearer ya29.a-b_c/d+e=\r\n"));

	ck_assert_int_eq(get(url("/ok")), RC_OK);
	fetch_server_last(last, sizeof(last));
	ck_assert_ptr_null(strstr(last, "Authorization"));
}
END_TEST

START_TEST(a_bearer_that_could_end_the_header_is_refused)
{
	static const char *const bad[] = {"", "a\r\nX-Evil: 1", "a\nb", "a b",
		"a\tb", "t\xc3\xb6ken", "a\x7f"};
	char *longest = pool_alloc(op->pool, 20001);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(call(url("/ok"), NULL, bad[i]),
		    RC_UPSTREAM);
	memset(longest, 'a', 20000);
	ck_assert_int_eq(call(url("/ok"), NULL, longest),
	    RC_UPSTREAM);
	ck_assert_uint_eq(tls_server_accepted(server), 0);
}
END_TEST

START_TEST(a_foreign_authority_is_refused)
{
	struct cert *other = cert_new_authority();
	struct fetch_request request = {
		.url = url("/ok"),
		.ca_file = file("other.pem"),
		.internal = true,
	};

	cert_write(other, request.ca_file);
	cert_free(other);
	ck_assert_int_eq(fetch_run(op, &request, &answer), RC_UPSTREAM);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "certificate"));

	request.ca_file = NULL;
	ck_assert_int_eq(fetch_run(op, &request, &answer), RC_UPSTREAM);
	request.ca_file = file("missing.pem");
	ck_assert_int_eq(fetch_run(op, &request, &answer), RC_UPSTREAM);
	ck_assert_ptr_null(answer);
}
END_TEST

START_TEST(a_certificate_of_another_name_or_time_is_refused)
{
	struct cert *other = cert_new_server(authority, "DNS:other.example", 1);
	struct cert *old = cert_new_server(authority, "DNS:localhost", -1);

	restart(other, 0);
	ck_assert_int_eq(get(url("/ok")), RC_UPSTREAM);
	restart(old, 0);
	ck_assert_int_eq(get(url("/ok")), RC_UPSTREAM);
	cert_free(old);
	cert_free(other);
}
END_TEST

START_TEST(tls_before_1_2_is_refused)
{
	restart(good, TLS1_1_VERSION);
	ck_assert_int_eq(get(url("/ok")), RC_UPSTREAM);
	restart(good, TLS1_2_VERSION);
	ck_assert_int_eq(get(url("/ok")), RC_OK);
}
END_TEST

START_TEST(a_redirect_is_an_answer_and_not_followed)
{
	ck_assert_int_eq(get(url("/redirect")), RC_OK);
	ck_assert_int_eq(answer->status, 302);
	fetch_server_last(last, sizeof(last));
	ck_assert_ptr_nonnull(strstr(last, "GET /redirect "));
}
END_TEST

START_TEST(too_much_is_refused_with_and_without_a_length)
{
	ck_assert_int_eq(get(url("/big")), RC_UPSTREAM);
	ck_assert_int_eq(get(url("/endless")), RC_UPSTREAM);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "too much"));
	ck_assert_int_eq(get(url("/headers")), RC_UPSTREAM);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "too much"));
	ck_assert_ptr_null(answer);
}
END_TEST

START_TEST(a_cut_answer_and_one_that_is_not_http_are_refused)
{
	ck_assert_int_eq(get(url("/cut")), RC_UPSTREAM);
	ck_assert_int_eq(get(url("/other")), RC_UPSTREAM);
	ck_assert_ptr_null(answer);
}
END_TEST

START_TEST(a_dead_port_is_the_provider_s_failure)
{
	char *where = url("/ok");

	restart(NULL, 0);
	ck_assert_int_eq(get(where), RC_UPSTREAM);
}
END_TEST

START_TEST(the_deadline_of_the_operation_ends_a_call)
{
	int64_t began = clock_mono_ms();

	op->deadline_ms = began + 300;
	ck_assert_int_eq(get(url("/silent?secret=1")), RC_EXPIRED);
	ck_assert_int_lt(clock_mono_ms() - began, 1500);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "localhost"));
	ck_assert_ptr_null(strstr(op_reason(op), "secret"));

	ck_assert_int_eq(get(url("/ok")), RC_EXPIRED);
	ck_assert_uint_eq(tls_server_accepted(server), 1);
}
END_TEST

/* The request is made before: a thread must not use op's pool. */
static void *get_silent(void *request)
{
	struct op *patient = op_new(NULL, 30000);
	const struct fetch_answer *none;

	/* curl's words: no other limit of ours ends a call with these. */
	ck_assert_int_eq(fetch_run(patient, request, &none), RC_EXPIRED);
	ck_assert_msg(strstr(op_reason(patient), "too slow") != NULL &&
	    strstr(op_reason(patient), "the last 6 seconds") != NULL, "%s",
	    op_reason(patient));
	op_free(patient);
	return NULL;
}

START_TEST(a_slow_provider_is_given_up_after_6_s_a_dripping_one_after_8_s)
{
	struct fetch_request silent = {.url = url("/silent"),
	    .ca_file = file("ca.pem"), .internal = true};
	int64_t began = clock_mono_ms();
	pthread_t thread;

	op->deadline_ms = began + 30000;
	pthread_create(&thread, NULL, get_silent, &silent);
	ck_assert_int_eq(get(url("/drip")), RC_EXPIRED);
	ck_assert_int_ge(clock_mono_ms() - began, 7000);
	/* It would drip for 12 s. */
	ck_assert_int_lt(clock_mono_ms() - began, 11000);
	pthread_join(thread, NULL);
}
END_TEST

START_TEST(retry_after_is_read_as_seconds_or_date_and_capped)
{
	static const struct {
		const char *text;
		int seconds;
	} cases[] = {
		{"30", 30}, {"0", 0}, {"999999", 3600}, {"-5", 0}, {"soon", 0},
		{"99999999999999999999", 0},
		{"Thu,_01_Jan_2015_00:00:00_GMT", 0},
		{"Thu,_01_Jan_2099_00:00:00_GMT", 3600},
	};
	time_t then = time(NULL) + 100;
	struct tm tm;
	char date[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(get(url(pool_print(op->pool, "/after/%s",
		    cases[i].text))), RC_OK);
		ck_assert_int_eq(answer->status, 429);
		ck_assert_int_eq(answer->retry_after_s, cases[i].seconds);
	}

	gmtime_r(&then, &tm);
	strftime(date, sizeof(date), "/after/%a,_%d_%b_%Y_%H:%M:%S_GMT", &tm);
	ck_assert_int_eq(get(url(date)), RC_OK);
	ck_assert_int_ge(answer->retry_after_s, 95);
	ck_assert_int_le(answer->retry_after_s, 100);
}
END_TEST

START_TEST(a_connection_is_used_again_and_cookies_are_not_kept)
{
	ck_assert_int_eq(get(url("/ok")), RC_OK);
	ck_assert_int_eq(get(url("/ok")), RC_OK);
	fetch_server_last(last, sizeof(last));
	ck_assert_ptr_null(strstr(last, "Cookie"));
	ck_assert_uint_eq(tls_server_accepted(server), 1);
}
END_TEST

START_TEST(proxies_and_netrc_of_the_environment_are_ignored)
{
	FILE *netrc = fopen(file(".netrc"), "w");

	fputs("machine localhost login joe password secret\n", netrc);
	fclose(netrc);
	setenv("HOME", dir, 1);
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	ck_assert_int_eq(get(url("/ok")), RC_OK);
	fetch_server_last(last, sizeof(last));
	ck_assert_ptr_null(strstr(last, "Authorization"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fetch");
	TCase *t = tcase_create("fetch");
	SRunner *r = srunner_create(s);
	int n;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, an_answer_comes_whole_with_status_and_type);
	tcase_add_test(t, an_error_status_is_an_answer);
	tcase_add_test(t, the_request_says_who_we_are_and_nothing_needless);
	tcase_add_test(t, a_form_is_posted_byte_for_byte);
	tcase_add_test(t, a_bearer_goes_into_one_header_of_one_call);
	tcase_add_test(t, a_bearer_that_could_end_the_header_is_refused);
	tcase_add_test(t, a_foreign_authority_is_refused);
	tcase_add_test(t, a_certificate_of_another_name_or_time_is_refused);
	tcase_add_test(t, tls_before_1_2_is_refused);
	tcase_add_test(t, a_redirect_is_an_answer_and_not_followed);
	tcase_add_test(t, too_much_is_refused_with_and_without_a_length);
	tcase_add_test(t, a_cut_answer_and_one_that_is_not_http_are_refused);
	tcase_add_test(t, a_dead_port_is_the_provider_s_failure);
	tcase_add_test(t, the_deadline_of_the_operation_ends_a_call);
	tcase_add_test(t,
	    a_slow_provider_is_given_up_after_6_s_a_dripping_one_after_8_s);
	tcase_add_test(t, retry_after_is_read_as_seconds_or_date_and_capped);
	tcase_add_test(t, a_connection_is_used_again_and_cookies_are_not_kept);
	tcase_add_test(t, proxies_and_netrc_of_the_environment_are_ignored);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	return n == 0 ? 0 : 1;
}
