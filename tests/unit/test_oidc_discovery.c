/* SPDX-License-Identifier: ISC */
/*
 * What is discovered of an issuer, and how long it is believed.  The
 * provider's side is scripted (support/fake_fetch.c), time is
 * support/fake_clock.c's.
 */
#include "auth/oidc.h"

#include <string.h>

#include <check.h>

#include "auth/provider_state.h"
#include "support/fake_clock.h"
#include "support/fake_fetch.h"

#define ISSUER	      "https://id.example"
#define DISCOVERY     ISSUER "/.well-known/openid-configuration"
#define AUTHORIZE_URL ISSUER "/authorize"
#define TOKEN_URL     ISSUER "/token"
#define JWKS_URL      ISSUER "/keys"

#define MINUTES INT64_C(60000)		/* in milliseconds */

#define METADATA                                                              \
	"\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"" AUTHORIZE_URL \
	"\",\"token_endpoint\":\"" TOKEN_URL "\",\"jwks_uri\":\"" JWKS_URL "\""

static const struct provider_question question = {
	.redirect_uri = "https://www.example.org/cb", .state = "st",
	.challenge = "ch", .nonce = "no"};

static struct provider provider;
static struct op *op;

static void setup(void)
{
	op = op_new("test", 10000);
	provider = (struct provider){
	    .ops = &oidc_ops,
	    .name = "example",
	    .issuer = ISSUER,
	    .authorize_url = AUTHORIZE_URL,
	    .token_url = TOKEN_URL,
	    .userinfo_url = "",
	    .jwks_url = JWKS_URL,
	    .client_id = "our-client",
	    .client_secret = "secret",
	    .hosted_domain = "",
	    .alg = JWS_ES256,
	    .state = provider_state_new(),
	};
	fake_fetch_begin();
}

static void teardown(void)
{
	fake_fetch_end();
	provider_state_free(provider.state);
	op_free(op);
}

/* The endpoints are no longer configured. */
static void forget_endpoints(void)
{
	provider.authorize_url = "";
	provider.token_url = "";
	provider.jwks_url = "";
}

START_TEST(fixed_endpoints_need_no_discovery)
{
	const char *url;

	ck_assert(oidc_ops.takes_nonce);
	ck_assert(oidc_ops.is_ready(&provider));
	ck_assert_int_eq(oidc_ops.authorize(op, &provider, &question, &url),
	    RC_OK);
	ck_assert_str_eq(url, AUTHORIZE_URL "?response_type=code"
	    "&client_id=our-client&redirect_uri=https%3A%2F%2Fwww.example.org"
	    "%2Fcb&scope=openid%20email%20profile&state=st&code_challenge=ch"
	    "&code_challenge_method=S256&nonce=no");
}
END_TEST

/* The outcome of asking for the consent screen. */
static enum rc ask(const char **url)
{
	op_clear(op);
	return oidc_ops.authorize(op, &provider, &question, url);
}

START_TEST(endpoints_are_discovered_and_kept_for_an_hour)
{
	const char *url;

	forget_endpoints();
	ck_assert(!oidc_ops.is_ready(&provider));
	fake_fetch_says(DISCOVERY, "{" METADATA "}");
	ck_assert_int_eq(ask(&url), RC_OK);
	ck_assert_int_eq(strncmp(url, AUTHORIZE_URL "?", 27), 0);
	ck_assert(oidc_ops.is_ready(&provider));

	fake_clock_mono_ms += 60 * MINUTES;
	ck_assert_int_eq(ask(&url), RC_OK);
	ck_assert(oidc_ops.is_ready(&provider));

	fake_clock_mono_ms += 1;
	ck_assert(!oidc_ops.is_ready(&provider));
	fake_fetch_says(DISCOVERY, "{" METADATA "}");
	ck_assert_int_eq(ask(&url), RC_OK);
}
END_TEST

START_TEST(a_configured_endpoint_goes_before_the_discovered_one)
{
	const char *url;

	provider.token_url = "";
	provider.jwks_url = "";
	provider.authorize_url = "https://else.example/a";
	fake_fetch_says(DISCOVERY, "{" METADATA "}");
	ck_assert_int_eq(ask(&url), RC_OK);
	ck_assert_int_eq(strncmp(url, "https://else.example/a?", 23), 0);
}
END_TEST

START_TEST(one_slash_stands_between_issuer_and_path)
{
	const char *url;

	forget_endpoints();
	provider.issuer = ISSUER "/";
	fake_fetch_says(DISCOVERY, "{\"issuer\":\"" ISSUER "/\","
	    "\"authorization_endpoint\":\"https://a\","
	    "\"token_endpoint\":\"https://b\",\"jwks_uri\":\"https://c\"}");
	ck_assert_int_eq(ask(&url), RC_OK);
}
END_TEST

START_TEST(metadata_that_is_not_the_issuers_is_refused)
{
	static const char *const endpoints[3] = {"authorization_endpoint",
	    "token_endpoint", "jwks_uri"};
	static const char *const values[4] = {"\"http://id.example/x\"",
	    "\"/x\"", "null", "1"};
	static const char *const issuers[4] = {ISSUER "/", "https://else.example",
	    "", "http://id.example"};
	const char *url = "untouched";

	forget_endpoints();
	for (int i = 0; i < 4; i++) {
		fake_fetch_says(DISCOVERY, pool_print(op->pool,
		    "{\"issuer\":\"%s\",\"authorization_endpoint\":\"https://a\","
		    "\"token_endpoint\":\"https://b\","
		    "\"jwks_uri\":\"https://c\"}", issuers[i]));
		ck_assert_int_eq(ask(&url), RC_UPSTREAM);
	}
	for (int i = 0; i < 12; i++) {
		const char *text = "\"issuer\":\"" ISSUER "\"";

		for (int j = 0; j < 3; j++)
			text = pool_print(op->pool, "%s,\"%s\":%s", text,
			    endpoints[j], j == i % 3 ? values[i / 3] :
			    "\"https://id.example/x\"");
		fake_fetch_says(DISCOVERY, pool_print(op->pool, "{%s}", text));
		ck_assert_msg(ask(&url) == RC_UPSTREAM, "%s", text);
	}
	ck_assert_str_eq(url, "untouched");
	ck_assert(!oidc_ops.is_ready(&provider));
}
END_TEST

/* The outcome of a discovery that says url for endpoint i of the three. */
static enum rc discovered(int i, const char *url)
{
	static const char *const endpoints[3] = {"authorization_endpoint",
	    "token_endpoint", "jwks_uri"};
	const char *text = "\"issuer\":\"" ISSUER "\"";
	const char *asked;

	/* A script has few calls. */
	fake_fetch_end();
	fake_fetch_begin();
	for (int j = 0; j < 3; j++)
		text = pool_print(op->pool, "%s,\"%s\":\"%s\"", text,
		    endpoints[j], j == i ? url : "https://id.example/x");
	fake_fetch_says(DISCOVERY, pool_print(op->pool, "{%s}", text));
	return ask(&asked);
}

START_TEST(a_discovered_endpoint_holds_the_signs_of_a_url_only)
{
	/* As JSON spells them: what would split a header, a log line, a URL. */
	static const char *const signs[] = {"\\r\\nX: y", "\\n", "\\t",
		"\\u0001", "\\u001b[0m", "\\u007f", "\\u0000", " ", "\\\"",
		"\\\\", "<", ">", "^", "`", "{", "|", "}", "#", "\\u0085",
		"\\u00e9", "\\u202e", "\xc3\xa9"};

	forget_endpoints();
	for (size_t i = 0; i < 3 * sizeof(signs) / sizeof(signs[0]); i++) {
		const char *sign = signs[i / 3];

		ck_assert_msg(discovered((int)(i % 3), pool_print(op->pool,
		    "https://id.example/a%sb", sign)) == RC_UPSTREAM, "%s",
		    sign);
		ck_assert_msg(discovered((int)(i % 3), pool_print(op->pool,
		    "https://id.example/%s", sign)) == RC_UPSTREAM, "%s",
		    sign);
	}
	ck_assert(!oidc_ops.is_ready(&provider));
	ck_assert_int_eq(discovered(0, "https://[::1]:8443/aZ09-._~%41!$&'()*+"
	    ",;=:@/?b=c"), RC_OK);
}
END_TEST

START_TEST(a_discovered_endpoint_has_2048_bytes_at_most)
{
	char url[2050];

	memset(url, 'a', sizeof(url));
	memcpy(url, "https://", strlen("https://"));
	url[2049] = '\0';

	forget_endpoints();
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(discovered(i, url), RC_UPSTREAM);
	url[2048] = '\0';
	ck_assert_int_eq(discovered(0, url), RC_OK);
}
END_TEST

START_TEST(http_endpoints_are_for_development_only)
{
	const char *url;

	forget_endpoints();
	provider.plain_http = true;
	fake_fetch_says(DISCOVERY, "{\"issuer\":\"" ISSUER "\","
	    "\"authorization_endpoint\":\"http://127.0.0.1/a\","
	    "\"token_endpoint\":\"http://127.0.0.1/b\","
	    "\"jwks_uri\":\"http://127.0.0.1/c\"}");
	ck_assert_int_eq(ask(&url), RC_OK);
}
END_TEST

/* What a provider is said to send, asked by a worker that knows nothing. */
static bool sends_iss(void)
{
	bool sends;

	ck_assert_int_eq(oidc_ops.sends_iss(op, &provider, &sends), RC_OK);
	return sends;
}

START_TEST(iss_is_demanded_where_it_is_configured)
{
	ck_assert(!sends_iss());
	provider.announces_iss = true;
	ck_assert(sends_iss());
	forget_endpoints();
	ck_assert(sends_iss());
}
END_TEST

START_TEST(iss_is_demanded_where_the_metadata_announces_it)
{
	forget_endpoints();
	fake_fetch_says(DISCOVERY, "{" METADATA
	    ",\"authorization_response_iss_parameter_supported\":true}");
	ck_assert(sends_iss());
	ck_assert(sends_iss());

	/* A worker whose memory is too old asks again. */
	fake_clock_mono_ms += 61 * MINUTES;
	fake_fetch_says(DISCOVERY, "{" METADATA
	    ",\"authorization_response_iss_parameter_supported\":\"true\"}");
	ck_assert(!sends_iss());
}
END_TEST

START_TEST(iss_is_not_waived_because_the_metadata_cannot_be_had)
{
	bool sends = true;

	forget_endpoints();
	fake_fetch_fails(DISCOVERY, RC_UPSTREAM);
	ck_assert_int_eq(oidc_ops.sends_iss(op, &provider, &sends),
	    RC_UPSTREAM);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("oidc_discovery");
	TCase *t = tcase_create("oidc_discovery");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, fixed_endpoints_need_no_discovery);
	tcase_add_test(t, endpoints_are_discovered_and_kept_for_an_hour);
	tcase_add_test(t,
	    a_configured_endpoint_goes_before_the_discovered_one);
	tcase_add_test(t, one_slash_stands_between_issuer_and_path);
	tcase_add_test(t, metadata_that_is_not_the_issuers_is_refused);
	tcase_add_test(t,
	    a_discovered_endpoint_holds_the_signs_of_a_url_only);
	tcase_add_test(t, a_discovered_endpoint_has_2048_bytes_at_most);
	tcase_add_test(t, http_endpoints_are_for_development_only);
	tcase_add_test(t, iss_is_demanded_where_it_is_configured);
	tcase_add_test(t, iss_is_demanded_where_the_metadata_announces_it);
	tcase_add_test(t,
	    iss_is_not_waived_because_the_metadata_cannot_be_had);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
