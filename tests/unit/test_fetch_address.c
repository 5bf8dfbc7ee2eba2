/* SPDX-License-Identifier: ISC */
/* Where a call may go: schemes, hosts and addresses. */
#include "client/fetch.h"

#include <string.h>

#include <check.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "client/fetch_address.h"
#include "support/tls_server.h"
#include "support/fetch_server.h"

static struct op *op;
static struct tls_server *server;

static void set_up(void)
{
	struct tls_server_settings settings = {.serve = fetch_server_serve};

	op = op_new(NULL, 2000);
	server = tls_server_start(&settings);
	fetch_open("latchkey/0.1 (https://latchkey.example/)");
}

static void tear_down(void)
{
	fetch_close();
	tls_server_stop(server);
	op_free(op);
}

static enum rc get(const char *url, bool internal, bool plain_http)
{
	struct fetch_request request = {
		.url = url,
		.internal = internal,
		.plain_http = plain_http,
	};
	const struct fetch_answer *answer;

	return fetch_run(op, &request, &answer);
}

static char *plain(const char *host)
{
	return pool_print(op->pool, "http://%s:%d/ok", host,
	    tls_server_port(server));
}

START_TEST(http_is_for_development_on_loopback_only)
{
	ck_assert_int_eq(get(plain("127.0.0.1"), true, true), RC_OK);
	ck_assert_int_eq(get(plain("localhost"), true, true), RC_OK);
	ck_assert_int_eq(get(plain("127.0.0.1"), true, false), RC_DENIED);
	ck_assert_int_eq(get("http://192.0.2.1/", true, true), RC_DENIED);
	ck_assert_int_eq(get("http://10.0.0.1/", true, true), RC_DENIED);
	ck_assert_int_eq(get("http://127.0.0.1.example/", true, true),
	    RC_DENIED);
}
END_TEST

START_TEST(loopback_is_refused_unless_internal)
{
	ck_assert_int_eq(get(plain("127.0.0.1"), false, true), RC_DENIED);
	ck_assert_int_eq(get("https://localhost:1/", false, false), RC_DENIED);
	ck_assert_int_eq(get("https://localhost:1/", true, false),
	    RC_UPSTREAM);
	ck_assert_uint_eq(tls_server_accepted(server), 0);
}
END_TEST

START_TEST(an_internal_provider_s_connection_serves_no_other_call)
{
	ck_assert_int_eq(get(plain("127.0.0.1"), true, true), RC_OK);
	ck_assert_int_eq(get(plain("127.0.0.1"), false, true), RC_DENIED);
	ck_assert_int_eq(get(plain("127.0.0.1"), true, true), RC_OK);
	ck_assert_uint_eq(tls_server_accepted(server), 1);
}
END_TEST

START_TEST(no_spelling_of_a_private_address_is_called)
{
	static const char *const urls[] = {"https://10.1.2.3/",
		"https://0x7f000001/", "https://2130706433/", "https://127.1/",
		"https://0177.0.0.1/", "https://[::1]/", "https://[::]/",
		"https://[::ffff:127.0.0.1]/", "https://[fd00::1]/",
		"https://169.254.169.254/", "https://0.0.0.0/"};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		op_clear(op);
		ck_assert_int_eq(get(urls[i], false, false), RC_DENIED);
	}
}
END_TEST

START_TEST(other_schemes_and_credentials_in_urls_are_refused)
{
	static const char *const urls[] = {"", "localhost", "/etc/passwd",
		"file:///etc/passwd", "ftp://192.0.2.1/", "gopher://192.0.2.1/",
		"https://user@192.0.2.1/", "https://u:p@192.0.2.1/",
		"https://", "https://a b/"};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		ck_assert_int_eq(get(urls[i], true, true), RC_DENIED);
}
END_TEST

START_TEST(a_public_address_is_called)
{
	/* Reserved for documentation: nobody answers, or it is unreachable. */
	enum rc rc;

	op->deadline_ms -= 1700;
	rc = get("https://192.0.2.1/?secret=1", false, false);
	ck_assert(rc == RC_EXPIRED || rc == RC_UPSTREAM);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "192.0.2.1"));
	ck_assert_ptr_null(strstr(op_reason(op), "secret"));
}
END_TEST

static enum fetch_address kind(const char *text)
{
	struct sockaddr_storage storage = {.ss_family = AF_INET};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
		memcpy(&storage, &in, sizeof(in));
	} else {
		ck_assert_int_eq(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
		memcpy(&storage, &in6, sizeof(in6));
	}
	return fetch_address_kind((struct sockaddr *)&storage);
}

START_TEST(every_border_of_the_table_is_exact)
{
	static const char *const inside[] = {"0.0.0.0", "0.255.255.255",
		"10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
		"169.254.0.0", "169.254.255.255", "172.16.0.0",
		"172.31.255.255", "192.0.0.255", "192.168.0.0",
		"192.168.255.255", "198.18.0.0", "198.19.255.255", "224.0.0.1",
		"240.0.0.1", "255.255.255.255", "::", "fc00::", "fdff:ffff::1",
		"fe80::1", "febf::1", "fec0::1", "feff::1", "ff02::1",
		"100::1", "2001::1", "2001:1ff::1", "64:ff9b:1::1",
		"::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1",
		"2002:a00:1::1"};
	static const char *const outside[] = {"1.0.0.0", "9.255.255.255",
		"11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "169.255.0.0",
		"172.15.255.255", "172.32.0.0", "192.0.1.0",
		"192.167.255.255", "192.169.0.0", "198.17.255.255",
		"198.20.0.0", "223.255.255.255", "2606:4700::1",
		"2001:200::1", "fbff::1", "fe7f::1", "::ffff:8.8.8.8",
		"64:ff9b::8.8.8.8", "2002:808:808::1"};
	static const char *const loopback[] = {"127.0.0.0", "127.255.255.255",
		"::1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"};

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		ck_assert_msg(kind(inside[i]) == FETCH_ADDRESS_PRIVATE,
		    "%s", inside[i]);
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		ck_assert_msg(kind(outside[i]) == FETCH_ADDRESS_PUBLIC,
		    "%s", outside[i]);
	for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++)
		ck_assert_msg(kind(loopback[i]) == FETCH_ADDRESS_LOOPBACK,
		    "%s", loopback[i]);
}
END_TEST

START_TEST(a_family_we_do_not_know_is_private)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	ck_assert_int_eq(fetch_address_kind((struct sockaddr *)&un),
	    FETCH_ADDRESS_PRIVATE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fetch_address");
	TCase *t = tcase_create("fetch_address");
	SRunner *r = srunner_create(s);
	int n;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 15);
	tcase_add_test(t, http_is_for_development_on_loopback_only);
	tcase_add_test(t, loopback_is_refused_unless_internal);
	tcase_add_test(t, an_internal_provider_s_connection_serves_no_other_call);
	tcase_add_test(t, no_spelling_of_a_private_address_is_called);
	tcase_add_test(t, other_schemes_and_credentials_in_urls_are_refused);
	tcase_add_test(t, a_public_address_is_called);
	tcase_add_test(t, every_border_of_the_table_is_exact);
	tcase_add_test(t, a_family_we_do_not_know_is_private);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	return n == 0 ? 0 : 1;
}
