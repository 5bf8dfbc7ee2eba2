/* SPDX-License-Identifier: ISC */
/*
 * Sign-in with OpenID Connect, and keys that are kept.  The provider's side
 * is scripted (support/fake_fetch.c), its tokens are signed by
 * support/fake_issuer.c, time is support/fake_clock.c's.
 */
#include "auth/oidc.h"

#include <string.h>

#include <check.h>

#include "auth/provider_state.h"
#include "auth/refusal.h"
#include "support/fake_clock.h"
#include "support/fake_fetch.h"
#include "support/fake_issuer.h"

#define ISSUER	      "https://id.example"
#define AUTHORIZE_URL ISSUER "/authorize"
#define TOKEN_URL     ISSUER "/token"
#define JWKS_URL      ISSUER "/keys"
#define USERINFO_URL  ISSUER "/userinfo"

#define NOW	INT64_C(1767323045)	/* seconds; the claims' iat */
#define MINUTES INT64_C(60000)		/* in milliseconds */

static const struct provider_grant grant = {
	.code = "the-code", .redirect_uri = "https://www.example.org/cb",
	.verifier = "the-verifier", .nonce = "our-nonce"};
static struct provider provider;
static struct op *op;

static void setup(void)
{
	fake_clock_now_ms = NOW * 1000;
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
	fake_issuer_begin();
	fake_fetch_begin();
}

static void teardown(void)
{
	fake_fetch_end();
	fake_issuer_end();
	provider_state_free(provider.state);
	op_free(op);
}

/* The token endpoint answers with an id_token by this key. */
static void token_comes(int key, const char *kid)
{
	const char *claims = "{\"iss\":\"" ISSUER "\",\"sub\":\"alice\","
	    "\"aud\":\"our-client\",\"nonce\":\"our-nonce\","
	    "\"iat\":1767323045,\"exp\":1799999999}";

	fake_fetch_says(TOKEN_URL, pool_print(op->pool,
	    "{\"access_token\":\"at\",\"id_token\":\"%s\"}",
	    fake_issuer_token(op->pool, key, kid, claims)));
}

/* The key set holds this key. */
static void keys_come(int key, const char *kid)
{
	fake_fetch_says(JWKS_URL, fake_issuer_keys(op->pool, key, kid));
}

/* The outcome; the identity must stay untouched on failure. */
static enum rc identify(void)
{
	struct identity got = {.subject = "untouched"};
	enum rc rc;

	op_clear(op);
	rc = oidc_ops.identify(op, &provider, &grant, &got);
	ck_assert_str_eq(got.subject, rc == RC_OK ? "alice" : "untouched");
	ck_assert((rc == RC_OK) == (op_reason(op)[0] == '\0'));
	return rc;
}

/* One sign-in that fills the cache of keys with key 0 as "k0". */
static void warm_up(void)
{
	token_comes(0, "k0");
	keys_come(0, "k0");
	ck_assert_int_eq(identify(), RC_OK);
}

START_TEST(a_sign_in_redeems_the_code_and_verifies_by_the_keys)
{
	warm_up();
	ck_assert_ptr_nonnull(strstr(fake_fetch_call(0)->form,
	    "&code=the-code&"));
	ck_assert_ptr_nonnull(strstr(fake_fetch_call(0)->form,
	    "&code_verifier=the-verifier&"));
	ck_assert_ptr_null(fake_fetch_call(1)->form);
	ck_assert_ptr_null(fake_fetch_call(1)->bearer);
}
END_TEST

START_TEST(discovered_endpoints_serve_a_sign_in)
{
	provider.authorize_url = "";
	provider.token_url = "";
	provider.jwks_url = "";
	fake_fetch_says(ISSUER "/.well-known/openid-configuration",
	    "{\"issuer\":\"" ISSUER "\","
	    "\"authorization_endpoint\":\"" AUTHORIZE_URL "\","
	    "\"token_endpoint\":\"" TOKEN_URL "\","
	    "\"jwks_uri\":\"" JWKS_URL "\"}");
	warm_up();
}
END_TEST

START_TEST(keys_are_kept_for_an_hour)
{
	warm_up();
	fake_clock_mono_ms += 60 * MINUTES;
	token_comes(0, "k0");
	ck_assert_int_eq(identify(), RC_OK);

	fake_clock_mono_ms += 1;
	token_comes(0, "k0");
	keys_come(0, "k0");
	ck_assert_int_eq(identify(), RC_OK);
}
END_TEST

START_TEST(an_unknown_key_id_fetches_the_keys_once_more)
{
	warm_up();
	token_comes(1, "k1");
	keys_come(1, "k1");
	ck_assert_int_eq(identify(), RC_OK);

	/* The new ones are kept, the old key is gone. */
	token_comes(1, "k1");
	ck_assert_int_eq(identify(), RC_OK);
	token_comes(0, "k0");
	ck_assert_int_eq(identify(), RC_UPSTREAM);
}
END_TEST

START_TEST(unknown_key_ids_force_one_fetch_in_five_minutes)
{
	warm_up();
	token_comes(1, "k1");
	keys_come(0, "k0");
	ck_assert_int_eq(identify(), RC_UPSTREAM);

	fake_clock_mono_ms += 5 * MINUTES - 1;
	token_comes(1, "k1");
	ck_assert_int_eq(identify(), RC_UPSTREAM);

	fake_clock_mono_ms += 1;
	token_comes(1, "k1");
	keys_come(1, "k1");
	ck_assert_int_eq(identify(), RC_OK);
}
END_TEST

START_TEST(a_wrong_signature_fetches_no_keys)
{
	warm_up();
	token_comes(1, "k0");
	ck_assert_int_eq(identify(), RC_UPSTREAM);
	ck_assert_uint_eq(fake_fetch_count(), 3);
}
END_TEST

START_TEST(a_failing_fetch_of_keys_keeps_the_old_ones)
{
	warm_up();
	token_comes(1, "k1");
	fake_fetch_fails(JWKS_URL, RC_EXPIRED);
	ck_assert_int_eq(identify(), RC_UPSTREAM);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_TIMEOUT);

	token_comes(0, "k0");
	ck_assert_int_eq(identify(), RC_OK);
}
END_TEST

START_TEST(keys_of_no_use_are_not_kept)
{
	token_comes(0, "k0");
	fake_fetch_says(JWKS_URL, "{\"keys\":[]}");
	ck_assert_int_eq(identify(), RC_UPSTREAM);
	warm_up();
}
END_TEST

START_TEST(a_key_of_another_algorithm_than_configured_is_none)
{
	provider.alg = JWS_RS256;
	token_comes(0, "k0");
	keys_come(0, "k0");
	ck_assert_int_eq(identify(), RC_UPSTREAM);
}
END_TEST

START_TEST(an_answer_without_id_token_is_refused)
{
	fake_fetch_says(TOKEN_URL, "{\"access_token\":\"at\"}");
	ck_assert_int_eq(identify(), RC_UPSTREAM);
	fake_fetch_says(TOKEN_URL,
	    "{\"access_token\":\"at\",\"id_token\":{\"sub\":\"alice\"}}");
	ck_assert_int_eq(identify(), RC_UPSTREAM);
}
END_TEST

START_TEST(a_genuine_id_token_for_another_nonce_is_refused)
{
	struct provider_grant other = grant;
	struct identity identity;

	token_comes(0, "k0");
	keys_come(0, "k0");
	other.nonce = "another-nonce";
	ck_assert_int_eq(oidc_ops.identify(op, &provider, &other, &identity),
	    RC_UPSTREAM);
}
END_TEST

/* The outcome when the user endpoint is configured and says this. */
static enum rc userinfo_says(const char *json)
{
	provider.userinfo_url = USERINFO_URL;
	token_comes(0, "k0");
	fake_fetch_says(USERINFO_URL, json);
	return identify();
}

START_TEST(the_user_endpoint_must_name_the_same_subject)
{
	warm_up();
	ck_assert_int_eq(userinfo_says("{\"sub\":\"alice\"}"), RC_OK);
	ck_assert_str_eq(fake_fetch_call(3)->bearer, "at");
	ck_assert_int_eq(userinfo_says("{\"id\":\"alice\"}"), RC_OK);
	ck_assert_int_eq(userinfo_says("{\"sub\":\"bob\"}"), RC_UPSTREAM);
	ck_assert_int_eq(userinfo_says("{\"sub\":\"bob\",\"id\":\"alice\"}"),
	    RC_UPSTREAM);
	ck_assert_int_eq(userinfo_says("{\"id\":7}"), RC_UPSTREAM);
	ck_assert_int_eq(userinfo_says("{}"), RC_UPSTREAM);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("oidc");
	TCase *t = tcase_create("oidc");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_sign_in_redeems_the_code_and_verifies_by_the_keys);
	tcase_add_test(t, discovered_endpoints_serve_a_sign_in);
	tcase_add_test(t, keys_are_kept_for_an_hour);
	tcase_add_test(t, an_unknown_key_id_fetches_the_keys_once_more);
	tcase_add_test(t, unknown_key_ids_force_one_fetch_in_five_minutes);
	tcase_add_test(t, a_wrong_signature_fetches_no_keys);
	tcase_add_test(t, a_failing_fetch_of_keys_keeps_the_old_ones);
	tcase_add_test(t, keys_of_no_use_are_not_kept);
	tcase_add_test(t, a_key_of_another_algorithm_than_configured_is_none);
	tcase_add_test(t, an_answer_without_id_token_is_refused);
	tcase_add_test(t, a_genuine_id_token_for_another_nonce_is_refused);
	tcase_add_test(t, the_user_endpoint_must_name_the_same_subject);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
