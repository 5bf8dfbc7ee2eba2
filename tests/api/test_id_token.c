/* SPDX-License-Identifier: ISC */
/*
 * id_tokens that are not what they should be.  Each comes from the token
 * endpoint itself, with the right nonce unless that is what is wrong, and
 * lets nobody in.
 */
#include <string.h>

#include <check.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/pool.h"
#include "support/attempt.h"
#include "support/stack.h"
#include "support/text.h"

static struct browser *alice;
static struct browser *mallory;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
	mallory = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
	browser_free(mallory);
}

static void next(const char *falsified)
{
	flow_next("{\"provider\": \"google\", \"subject\": \"victim\", %s}",
	    falsified);
}

static void assert_rejected(const char *falsified)
{
	next(falsified);
	attempt_refused(alice, "google", 502, "provider_error");
}

static void assert_all_rejected(const char *const falsified[])
{
	for (size_t i = 0; falsified[i] != NULL; i++)
		assert_rejected(falsified[i]);
}

static const char *base64url(const char *text)
{
	struct pool *pool = pool_new();
	const char *made = text_print("%s", encode_base64url(pool,
	    (const unsigned char *)text, strlen(text)));

	pool_free(pool);
	return made;
}

/* Header and claims of a good id_token for this start, without signature. */
static const char *unsigned_for(const char *consent, const char *header)
{
	long long now = (long long)clock_now_ms() / 1000;

	return text_print("%s.%s", base64url(header),
	    base64url(text_print("{\"iss\":\"%s/google\",\"aud\":"
		"\"test-google\",\"sub\":\"victim\",\"iat\":%lld,"
		"\"exp\":%lld,\"nonce\":\"%s\"}",
		stack_setting("PROVIDER_URL"), now, now + 600,
		flow_parameter(alice, consent, "nonce"))));
}

/* Signs in with a text made for the nonce of this very start. */
static void assert_unsigned_rejected(const char *header, const char *rest)
{
	struct attempt before = attempt_begin();
	const char *consent = flow_start(alice, "google");
	struct answer answer;

	next(text_print("\"id_token\": \"%s%s\"",
	    unsigned_for(consent, header), rest));
	answer = browser_get(alice, flow_consent(alice, consent));
	before.calls++;
	attempt_assert_refused(alice, &answer, 502, "provider_error",
	    &before);
}

START_TEST(it_01_no_signature_no_entry)
{
	static const char *const falsified[] = {
		"\"sign\": \"none\"",
		"\"sign\": \"none\", \"header\": {\"alg\": \"None\"}",
		"\"sign\": \"none\", \"header\": {\"alg\": \"nOnE\"}",
		"\"sign\": \"none\", \"header\": {\"alg\": \"RS256\"}",
		"\"header\": {\"alg\": \"none\"}",
		"\"header\": {\"alg\": \"rs256\"}",
		"\"header\": {\"alg\": \"\"}", "\"header\": {\"alg\": null}",
		"\"header\": {\"alg\": [\"RS256\"]}",
		"\"header\": {\"alg\": \"RS512\"}",
		"\"sign\": \"wrong\"", NULL};
	static const char *const headers[] = {
		"{\"alg\":\"none\"}", "{\"alg\":\"None\"}",
		"{\"alg\":\"RS256\",\"kid\":\"google-1\"}"};
	static const char *const rests[] = {"", ".", "..", ".AA",
		".AAAA.AAAA"};

	assert_all_rejected(falsified);
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 5; j++)
			assert_unsigned_rejected(headers[i], rests[j]);
}
END_TEST

START_TEST(it_02_a_public_key_is_no_secret)
{
	static const char *const falsified[] = {
		"\"sign\": \"hs256-pem\"", "\"sign\": \"hs256-der\"",
		"\"sign\": \"hs256-jwk\"", "\"sign\": \"hs256-secret\"",
		"\"sign\": \"hs256-pem\", \"header\": {\"alg\": \"RS256\"}",
		"\"sign\": \"hs256-pem\", \"header\": {\"alg\": \"hs256\"}",
		"\"sign\": \"hs256-pem\", \"header\": {\"alg\": \"HS512\"}",
		NULL};

	assert_all_rejected(falsified);
}
END_TEST

/* What a header may not ask for, though the signature is right. */
START_TEST(a_header_chooses_neither_key_nor_rules)
{
	static const char *const falsified[] = {
		"\"header\": {\"crit\": [\"exp\"]}",
		"\"header\": {\"kid\": \"unknown\"}",
		"\"header\": {\"kid\": 1}",
		"\"header\": {\"typ\": \"at+jwt\"}", NULL};

	assert_all_rejected(falsified);
}
END_TEST

/* An iss that is near to the stand-in's https://localhost:PORT/google. */
static const char *issuer(const char *before, const char *after)
{
	return text_print("\"claims\": {\"iss\": %s%s%s}", before,
	    stack_setting("PROVIDER_URL") + strlen("https"), after);
}

START_TEST(it_03_iss_is_the_issuer_to_the_letter)
{
	const char *const falsified[] = {
		issuer("\"https", "/other\""), issuer("\"http", "/google\""),
		issuer("\"https", "/google/\""),
		issuer("\"HTTPS", "/google\""), issuer("\"", "/google\""),
		issuer("[\"https", "/google\"]"),
		"\"claims\": {\"iss\": \"accounts.google.com\"}",
		"\"claims\": {\"iss\": \"https://accounts.google.com\"}",
		"\"claims\": {\"iss\": \"\"}", "\"claims\": {\"iss\": null}",
		"\"without\": [\"iss\"]", NULL};

	assert_all_rejected(falsified);
}
END_TEST

START_TEST(it_04_the_audience_is_us_alone)
{
	static const char *const falsified[] = {
		"\"claims\": {\"aud\": \"test-other\"}",
		"\"claims\": {\"aud\": \"test-google2\"}",
		"\"claims\": {\"aud\": \"TEST-GOOGLE\"}",
		"\"claims\": {\"aud\": [\"test-google\", \"test-other\"]}",
		"\"claims\": {\"aud\": [\"test-other\"]}",
		"\"claims\": {\"aud\": [\"test-google\", \"test-google\"]}",
		"\"claims\": {\"aud\": []}", "\"claims\": {\"aud\": \"\"}",
		"\"claims\": {\"aud\": [[\"test-google\"]]}",
		"\"claims\": {\"aud\": {\"test-google\": 1}}",
		"\"without\": [\"aud\"]",
		"\"claims\": {\"azp\": \"test-other\"}",
		"\"claims\": {\"azp\": null}", "\"claims\": {\"azp\": 1}",
		NULL};

	assert_all_rejected(falsified);
	/* One in an array is still us alone; azp is not always there. */
	next("\"claims\": {\"aud\": [\"test-google\"]}, "
	    "\"without\": [\"azp\"]");
	attempt_accepted(alice, "google");
}
END_TEST

/* A time as a claim, seconds from now. */
static const char *at(const char *claim, int seconds)
{
	return text_print("\"claims\": {\"%s\": %lld}", claim,
	    (long long)clock_now_ms() / 1000 + seconds);
}

START_TEST(it_05_times_are_integers_and_now)
{
	static const char *const falsified[] = {
		"\"without\": [\"exp\"]", "\"without\": [\"iat\"]",
		"\"claims\": {\"exp\": \"99999999999\"}",
		"\"claims\": {\"exp\": 99999999999.5}",
		"\"claims\": {\"exp\": 1e400}",
		"\"claims\": {\"exp\": 9e10}", "\"claims\": {\"exp\": -1}",
		"\"claims\": {\"exp\": 0}", "\"claims\": {\"exp\": true}",
		"\"claims\": {\"exp\": null}",
		"\"claims\": {\"exp\": [99999999999]}",
		"\"claims\": {\"exp\": 9223372036854775808}",
		"\"claims\": {\"exp\": -9223372036854775809}",
		"\"claims\": {\"exp\": 184467440737095516160}",
		"\"claims\": {\"iat\": \"1\"}", "\"claims\": {\"iat\": 1e9}",
		NULL};

	assert_all_rejected(falsified);
	assert_rejected(at("exp", -62));
	assert_rejected(at("exp", -86400));
	assert_rejected(at("iat", 90));
	/* Clocks may differ a little. */
	next(at("exp", -30));
	attempt_accepted(alice, "google");
	next(at("iat", 30));
	attempt_accepted(alice, "google");
}
END_TEST

START_TEST(it_07_the_nonce_is_the_one_that_was_sent)
{
	static const char *const falsified[] = {
		"\"without\": [\"nonce\"]", "\"nonce\": \"of-another\"",
		"\"nonce\": \"\"", "\"nonce\": null", "\"nonce\": 1",
		"\"nonce\": {}", NULL};
	struct attempt before;
	struct answer answer;
	const char *consent;

	assert_all_rejected(falsified);
	/* The right one in an array, and the one of another start. */
	for (int i = 0; i < 2; i++) {
		before = attempt_begin();
		consent = flow_start(alice, "google");
		if (i == 0)
			next(text_print("\"nonce\": [\"%s\"]", flow_parameter(
			    alice, consent, "nonce")));
		else
			next(text_print("\"nonce\": \"%s\"", flow_parameter(
			    mallory, flow_start(mallory, "google"),
			    "nonce")));
		answer = browser_get(alice, flow_consent(alice, consent));
		before.calls++;
		attempt_assert_refused(alice, &answer, 502, "provider_error",
		    &before);
	}
}
END_TEST

START_TEST(it_13_a_token_of_another_kind_is_no_id_token)
{
	struct flow_tokens tokens = flow_sign_in(mallory, "google", "it-13");

	assert_rejected(text_print("\"id_token\": \"%s\"", tokens.access));
	assert_rejected(text_print("\"id_token\": \"%s\"", tokens.refresh));
	assert_rejected("\"id_token\": \"\"");
	assert_rejected("\"token\": {\"id_token\": 1}");
	assert_rejected("\"token\": {\"id_token\": {}}");
	assert_rejected("\"without_token\": [\"id_token\"]");
}
END_TEST

START_TEST(it_13_an_id_token_of_another_provider_is_none_of_ours)
{
	const char *others = text_print("\"sign\": \"foreign\", \"claims\": "
	    "{\"iss\": \"%s/other\", \"aud\": \"test-other\", "
	    "\"azp\": \"test-other\"}", stack_setting("PROVIDER_URL"));

	assert_rejected(others);
	/* Nor does it pass for one of the other's: claims, or key id. */
	assert_rejected("\"sign\": \"foreign\"");
	assert_rejected("\"sign\": \"foreign\", "
	    "\"header\": {\"kid\": \"google-1\"}");
}
END_TEST

/* Whoever was refused so often is nobody yet; the plain way is open. */
START_TEST(what_is_as_it_should_be_gets_in)
{
	next("\"name\": \"Victim\"");
	ck_assert_str_eq(attempt_me(alice, attempt_accepted(alice, "google"),
	    "display_name"), "Victim");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("id_token");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, it_01_no_signature_no_entry);
	tcase_add_test(t, it_02_a_public_key_is_no_secret);
	tcase_add_test(t, a_header_chooses_neither_key_nor_rules);
	tcase_add_test(t, it_03_iss_is_the_issuer_to_the_letter);
	tcase_add_test(t, it_04_the_audience_is_us_alone);
	tcase_add_test(t, it_05_times_are_integers_and_now);
	tcase_add_test(t, it_07_the_nonce_is_the_one_that_was_sent);
	tcase_add_test(t, it_13_a_token_of_another_kind_is_no_id_token);
	tcase_add_test(t,
	    it_13_an_id_token_of_another_provider_is_none_of_ours);
	tcase_add_test(t, what_is_as_it_should_be_gets_in);
	return t;
}

int main(void)
{
	Suite *s = suite_create("id_token");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	suite_add_tcase(s, tests());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
