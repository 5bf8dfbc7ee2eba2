/* SPDX-License-Identifier: ISC */
/*
 * Access tokens at /users/me: every form that is not a valid one is a 401
 * with the right challenge, whoever made it and with whatever key.
 */
#include <string.h>

#include <check.h>

#include "base/crypt.h"
#include "client/fetch.h"
#include "support/flow.h"
#include "support/forge.h"
#include "support/promise.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

static struct op *op;
static struct browser *browser;
static struct flow_tokens tokens;

static void setup(void)
{
	op = op_new("test", 60000);
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "alice");
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

/* GET /users/me with this Authorization, NULL for none. */
static struct answer me(const char *authorization)
{
	const char *const headers[] = {authorization == NULL ? NULL :
		text_print("Authorization: %s", authorization), NULL};

	return browser_send(browser, "GET", stack_url("/api/users/me"),
	    headers, NULL);
}

/* RFC 6750 section 3.1: without a token there is no error to name. */
static void assert_challenge(const struct answer *answer, bool has_token)
{
	const char *sent = answer_header(browser, answer, "WWW-Authenticate",
	    0);

	flow_assert_problem(browser, answer, 401,
	    has_token ? "invalid_token" : "authentication_required");
	ck_assert_pstr_eq(sent, has_token ?
	    "Bearer realm=\"latchkey\", error=\"invalid_token\"" :
	    "Bearer realm=\"latchkey\"");
}

static void assert_missing(const char *authorization)
{
	struct answer answer = me(authorization);

	assert_challenge(&answer, false);
}

static void assert_refused(const char *token)
{
	struct answer answer = me(text_print("Bearer %s", token));

	ck_assert_msg(answer.status == 401, "%ld for %s", answer.status,
	    token);
	assert_challenge(&answer, true);
}

static void assert_accepted(const char *token)
{
	struct answer answer = me(text_print("Bearer %s", token));

	ck_assert_msg(answer.status == 200, "%ld for %s: %s", answer.status,
	    token, answer.body);
}

/* alice's claims, rightly signed, under another header. */
static const char *with_header(const char *header, int bits)
{
	struct forge_claims claims = forge_like(op, tokens.access);

	return forge_signed(op, forge_access_key(op).bytes, bits, header,
	    forge_payload(op, &claims));
}

static const char *with_alg(const char *alg, int bits)
{
	return with_header(text_print("{\"alg\":%s,\"typ\":\"JWT\","
	    "\"kid\":\"%s\"}", alg, forge_access_key(op).id), bits);
}

START_TEST(at_01_without_a_token_the_challenge_names_no_error)
{
	assert_missing(NULL);
	assert_missing("Basic YWxpY2U6c2VjcmV0");
	assert_missing("Digest username=\"alice\"");
	assert_missing(text_print("Token %s", tokens.access));
	assert_missing(text_print("Bearer%s", tokens.access));
}
END_TEST

START_TEST(at_02_the_scheme_has_no_case_and_a_malformed_token_is_refused)
{
	const char *token = tokens.access;

	ck_assert_int_eq(me(text_print("bearer %s", token)).status, 200);
	ck_assert_int_eq(me(text_print("BEARER %s", token)).status, 200);
	ck_assert_int_eq(me(text_print("Bearer\t%s", token)).status, 401);
	ck_assert_int_eq(me("Bearer").status, 401);
	assert_refused("");
	assert_refused(text_print(" %s", token));
	assert_refused(text_print("%s %s", token, token));
	assert_refused(text_print("%s,%s", token, token));
	assert_refused(text_print("%s, Bearer %s", token, token));
	assert_refused(text_print("%.20s %s", token, token + 20));
	assert_refused(text_print("%s\"", token));
	assert_refused(text_print("%s%%00", token));
	assert_refused("\xff\xfe");
}
END_TEST

START_TEST(at_03_a_token_in_query_or_body_is_not_one)
{
	static const char *const form[] = {
		"Content-Type: application/x-www-form-urlencoded", NULL};
	const char *body = text_print("access_token=%s", tokens.access);
	const char *url = stack_url(text_print("/api/users/me?%s", body));
	struct answer answer;

	answer = browser_get(browser, url);
	flow_assert_problem(browser, &answer, 401, "authentication_required");
	answer = browser_send(browser, "GET", stack_url("/api/users/me"), form,
	    body);
	flow_assert_problem(browser, &answer, 401, "authentication_required");
	answer = browser_get_as(browser, url, "nonsense");
	flow_assert_problem(browser, &answer, 401, "invalid_token");
	browser_set_cookie(browser, "access_token", tokens.access);
	assert_missing(NULL);
}
END_TEST

START_TEST(at_04_another_algorithm_is_refused)
{
	assert_accepted(with_alg("\"HS256\"", 256));

	assert_refused(with_alg("\"none\"", 0));
	assert_refused(with_alg("\"None\"", 0));
	assert_refused(with_alg("\"nOnE\"", 0));
	assert_refused(with_alg("\"none\"", 256));
	assert_refused(with_alg("\"HS256\"", 0));
	assert_refused(with_alg("\"HS384\"", 384));
	assert_refused(with_alg("\"HS512\"", 512));
	assert_refused(with_alg("\"hs256\"", 256));
	assert_refused(with_alg("\"RS256\"", 256));
	assert_refused(with_alg("256", 256));
	assert_refused(with_alg("[\"HS256\"]", 256));
	assert_refused(with_alg("null", 256));
	assert_refused(with_alg("\"none\",\"alg\":\"HS256\"", 256));
	assert_refused(with_alg("\"HS256\",\"crit\":[\"exp\"]", 256));
}
END_TEST

START_TEST(at_04_a_header_that_names_no_key_of_ours_is_refused)
{
	const char *id = forge_access_key(op).id;

	assert_refused(with_header("{\"alg\":\"none\"}", 0));
	assert_refused(with_header("{\"alg\":\"HS256\","
	    "\"kid\":\"ffffffff\"}", 256));
	assert_refused(with_header("{\"alg\":\"HS256\",\"kid\":7}", 256));
	assert_refused(with_header(text_print("{\"kid\":\"%s\"}", id), 256));
	assert_refused(with_header(text_print("[\"HS256\",\"%s\"]", id), 256));
	assert_refused(with_header("", 256));
}
END_TEST

START_TEST(at_04_a_token_with_another_signature_is_refused)
{
	const char *token = tokens.access;
	int len = (int)strlen(token);
	int signature = (int)(strrchr(token, '.') - token) + 1;
	int payload = (int)(strchr(token, '.') - token) + 1;

	for (int i = signature; i < len; i += 7) {
		char *bent = pool_text(op->pool, token);

		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		assert_refused(bent);
	}
	assert_refused(text_print("%.*s", len - 1, token));
	assert_refused(text_print("%.*s", len - 4, token));
	assert_refused(text_print("%.*s", signature, token));
	assert_refused(text_print("%.*s", signature - 1, token));
	assert_refused(text_print("%sA", token));
	assert_refused(text_print("%sAAAA", token));
	assert_refused(text_print("%s=", token));
	assert_refused(text_print("%s.%s", token, token + signature));
	assert_refused(text_print("%s.", token));
	assert_refused(text_print(".%s", token + payload));
	assert_refused(text_print("%.*s.%s", payload, token,
	    token + signature));
	assert_refused("..");
	assert_refused("a.b.c");
}
END_TEST

/* alice's consent as latchkey asks for it, for a verifier of our own. */
static const char *code_for(const char *verifier)
{
	const char *url = flow_start(browser, "google");
	const char *challenge = flow_parameter(browser, url,
	    "code_challenge");
	const char *at = strstr(url, challenge);

	ck_assert_ptr_nonnull(at);
	url = text_print("%.*s%s%s", (int)(at - url), url,
	    crypt_sha256_base64url(op->pool, verifier),
	    at + strlen(challenge));
	return flow_parameter(browser, flow_consent_as(browser, "google", url,
	    "alice"), "code");
}

/* What Google gives latchkey for alice, by asking as latchkey does. */
static const char *id_token_of_google(void)
{
	const char *verifier = crypt_random_token(op->pool);
	const struct fetch_answer *answer;
	const struct js *body;

	fetch_open("test/1 (https://www.example.org)");
	ck_assert_int_eq(fetch_run(op, &(struct fetch_request){
	    .url = text_print("%s/google/token",
		stack_setting("PROVIDER_URL")),
	    .form = text_print("grant_type=authorization_code&code=%s"
		"&redirect_uri=%s&code_verifier=%s&client_id=test-google"
		"&client_secret=test-google-secret", code_for(verifier),
		stack_url("/api/auth/google/callback"), verifier),
	    .ca_file = text_print("%s/provider/ca.pem", stack_dir()),
	    .internal = true}, &answer), RC_OK);
	ck_assert_msg(answer->status == 200, "%s", answer->body);
	ck_assert_int_eq(js_parse(op, answer->body, answer->len, &body),
	    RC_OK);
	fetch_close();
	return js_text(body, "id_token");
}

START_TEST(at_09_an_id_token_of_a_provider_opens_nothing)
{
	const char *id_token = id_token_of_google();

	ck_assert_ptr_nonnull(id_token);
	ck_assert_str_eq(forge_claim(op, id_token, "aud"), "test-google");
	assert_refused(id_token);
}
END_TEST

START_TEST(at_12_an_access_token_dies_with_its_session)
{
	assert_accepted(tokens.access);
	ck_assert_int_eq(tokens_logout(browser, tokens.refresh), 204);
	assert_refused(tokens.access);
}
END_TEST

/* None, a malformed one, one of an ended session, one of another kind. */
START_TEST(az_01_no_route_of_who_is_signed_in_takes_anything_else)
{
	struct flow_tokens ended = flow_sign_in(browser, "google", "alice");
	const char *const wrong[] = {"", "nonsense", ended.access,
		tokens.refresh};
	size_t routes = 0;

	ck_assert_int_eq(tokens_logout(browser, ended.refresh), 204);
	promise_asker = (struct promise_asker){.browser = browser,
	    .id = forge_claim(op, tokens.access, "sid")};
	for (const struct route *route = route_table;
	    route < route_table + route_count; route++) {
		if (route->who != ROUTE_SIGNED_IN)
			continue;
		for (size_t i = 0; i < 4; i++) {
			struct answer answer = promise_send(browser, route,
			    &(struct promise_try){.token = wrong[i]});

			ck_assert_msg(answer.status == 401, "%s %s: %ld "
			    "for %s", route->method, route->pattern,
			    answer.status, wrong[i]);
			assert_challenge(&answer, wrong[i][0] != '\0');
		}
		routes++;
	}
	ck_assert_uint_gt(routes, 10);
	assert_accepted(tokens.access);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tokens");
	TCase *t = tcase_create("tokens");
	SRunner *r;
	int failed;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    at_01_without_a_token_the_challenge_names_no_error);
	tcase_add_test(t,
	    at_02_the_scheme_has_no_case_and_a_malformed_token_is_refused);
	tcase_add_test(t, at_03_a_token_in_query_or_body_is_not_one);
	tcase_add_test(t, at_04_another_algorithm_is_refused);
	tcase_add_test(t,
	    at_04_a_header_that_names_no_key_of_ours_is_refused);
	tcase_add_test(t, at_04_a_token_with_another_signature_is_refused);
	tcase_add_test(t, at_09_an_id_token_of_a_provider_opens_nothing);
	tcase_add_test(t, at_12_an_access_token_dies_with_its_session);
	tcase_add_test(t,
	    az_01_no_route_of_who_is_signed_in_takes_anything_else);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return failed == 0 ? 0 : 1;
}
