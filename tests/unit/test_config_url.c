/* SPDX-License-Identifier: ISC */
/* CF-04 and the http half of CF-07: base_url, mount and providers' URLs. */
#include <stdlib.h>

#include <check.h>

#include "support/config_file.h"

/* A file with this base_url, and development as given. */
static struct config_file with_base(const char *base_url, const char *more)
{
	return (struct config_file){
		.base_url = pool_print(config_file_pool(),
		    "base_url = \"%s\"", base_url),
		.top = more,
	};
}

static void accept_base(const char *base_url)
{
	config_file_accepts(with_base(base_url, ""));
}

static void refuse_base(const char *base_url, const char *words)
{
	config_file_refuses(with_base(base_url, ""), words);
}

static struct config_file with_url(const char *url, const char *top)
{
	return (struct config_file){
		.top = top,
		.providers = pool_print(config_file_pool(),
		    "corp = { kind = \"oidc\" token_url = \"%s\" }", url),
	};
}

static void refuse_url(const char *url, const char *words)
{
	config_file_refuses(with_url(url, ""), words);
}

START_TEST(a_base_url_is_an_https_origin)
{
	accept_base("https://www.example.org");
	accept_base("https://localhost");
	accept_base("https://example.org:8443");
	accept_base("https://192.0.2.1");
	accept_base("https://[2001:db8::1]");
	accept_base("https://[2001:db8::1]:8443");
	accept_base("https://a-b.example");
}
END_TEST

START_TEST(a_base_url_over_http_is_refused)
{
	refuse_base("http://www.example.org", ":1: base_url: is http, which "
	    "anybody on the way can read; write https://");
	refuse_base("http://localhost:8080", "is http");
}
END_TEST

START_TEST(development_allows_http_on_loopback_only)
{
	const char *dev = "development = true";

	config_file_accepts(with_base("http://localhost:8080", dev));
	config_file_accepts(with_base("http://127.0.0.1:8080", dev));
	config_file_accepts(with_base("http://[::1]:8080", dev));
	config_file_refuses(with_base("http://www.example.org", dev),
	    "is http to another host than this one");
	config_file_refuses(with_base("http://localhost.example.org", dev),
	    "is http to another host than this one");
	config_file_refuses(with_base("http://127.0.0.1.example.org", dev),
	    "is http to another host than this one");
	config_file_refuses(with_base("http://localhost:8080",
	    "development = false"), "is http");
}
END_TEST

START_TEST(a_base_url_has_nothing_after_host_and_port)
{
	refuse_base("https://www.example.org/", "after host and port");
	refuse_base("https://www.example.org/app", "after host and port");
	refuse_base("https://www.example.org?a=b", "after host and port");
	refuse_base("https://www.example.org#a", "after host and port");
	refuse_base("https://www.example.org:8443/", "after host and port");
	refuse_base("https://www.example.org\\\\", "after host and port");
}
END_TEST

START_TEST(a_base_url_has_no_user_name)
{
	refuse_base("https://user@www.example.org", "user name or password");
	refuse_base("https://user:pw@www.example.org", "user name or password");
}
END_TEST

START_TEST(a_base_url_is_in_lower_case)
{
	refuse_base("https://WWW.example.org", "not in lower case");
	refuse_base("HTTPS://www.example.org", "in lower case");
}
END_TEST

START_TEST(a_base_url_has_a_well_formed_host)
{
	refuse_base("https://", "host that is empty");
	refuse_base("https://:8443", "host that is empty");
	refuse_base("https://a..b", "well-formed");
	refuse_base("https://example.org.", "well-formed");
	refuse_base("https://-a.example", "well-formed");
	refuse_base("https://a b.example", "well-formed");
	refuse_base("https://a_b.example", "well-formed");
	refuse_base("https://[2001:db8::1", "well-formed");
	refuse_base("https://[]", "well-formed");
	refuse_base("www.example.org", "does not begin with https://");
	refuse_base("ftp://www.example.org", "does not begin with https://");
}
END_TEST

START_TEST(a_base_url_has_a_port_only_where_it_is_needed)
{
	refuse_base("https://www.example.org:443", "goes without saying");
	refuse_base("https://www.example.org:", "port that is not a number");
	refuse_base("https://www.example.org:0", "port that is not a number");
	refuse_base("https://www.example.org:65536", "port that is not");
	refuse_base("https://www.example.org:08", "port that is not");
	refuse_base("https://www.example.org:8x", "port that is not");
	refuse_base("https://[2001:db8::1]8443", "port that is not");
	config_file_refuses(with_base("http://localhost:80",
	    "development = true"), "goes without saying");
	accept_base("https://www.example.org:80");
}
END_TEST

START_TEST(a_mount_is_empty_or_a_path_without_slash_at_the_end)
{
	static const char *const bad[] = {"/", "api", "/api/", "//api",
		"/a//b", "/a/../b", "/.", "/a b", "/a?b", "/a%2fb", "/\\\\a"};
	static const char *const good[] = {"", "/api", "/a/b", "/a.b", "/..."};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		config_file_refuses((struct config_file){.top = pool_print(
		    config_file_pool(), "mount = \"%s\"", bad[i])},
		    ":3: mount: is not a plain path");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		config_file_accepts((struct config_file){.top = pool_print(
		    config_file_pool(), "mount = \"%s\"", good[i])});
}
END_TEST

START_TEST(a_provider_url_is_https_with_any_path_and_query)
{
	config_file_accepts(with_url("https://id.example/t?a=b%20c", ""));
	config_file_accepts(with_url("https://id.example:8443/", ""));
	config_file_accepts(with_url("https://id.example", ""));
}
END_TEST

START_TEST(a_provider_url_over_http_is_refused)
{
	refuse_url("http://id.example/t",
	    "providers.corp.token_url: is http, which");
	refuse_url("http://127.0.0.1/t", "is http, which");
	config_file_accepts(with_url("http://127.0.0.1:9000/t",
	    "development = true"));
	config_file_refuses(with_url("http://id.example/t",
	    "development = true"), "is http to another host");
}
END_TEST

START_TEST(a_provider_url_that_is_not_well_formed_is_refused)
{
	refuse_url("id.example/t", "does not begin with https://");
	refuse_url("https://u:p@id.example/t", "user name or password");
	refuse_url("https://id.example/t#x", "has a fragment");
	refuse_url("https://id.example/a b", "holds a sign");
	refuse_url("https://id.example\\\\@evil.example/", "holds a sign");
	refuse_url("https://ID.example/t", "not in lower case");
	refuse_url("javascript:alert(1)", "does not begin with https://");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("config_url");
	TCase *t = tcase_create("config_url");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, config_file_setup, config_file_teardown);
	tcase_add_test(t, a_base_url_is_an_https_origin);
	tcase_add_test(t, a_base_url_over_http_is_refused);
	tcase_add_test(t, development_allows_http_on_loopback_only);
	tcase_add_test(t, a_base_url_has_nothing_after_host_and_port);
	tcase_add_test(t, a_base_url_has_no_user_name);
	tcase_add_test(t, a_base_url_is_in_lower_case);
	tcase_add_test(t, a_base_url_has_a_well_formed_host);
	tcase_add_test(t, a_base_url_has_a_port_only_where_it_is_needed);
	tcase_add_test(t, a_mount_is_empty_or_a_path_without_slash_at_the_end);
	tcase_add_test(t, a_provider_url_is_https_with_any_path_and_query);
	tcase_add_test(t, a_provider_url_over_http_is_refused);
	tcase_add_test(t, a_provider_url_that_is_not_well_formed_is_refused);
	suite_add_tcase(s, t);

	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
