/* SPDX-License-Identifier: ISC */
/*
 * Tokens that are refused.  Forged ones are signed with the right key, so
 * that the claim alone decides.  Time is support/fake_clock.c's.
 */
#include "auth/token.h"

#include <string.h>

#include <check.h>

#include "base/encode.h"
#include "client/jws.h"
#include "support/fake_clock.h"

#define USER "01910000-0000-7000-8000-000000000001"
#define SID  "01910000-0000-7000-8000-00000000000a"

/* The instant all of it happens at, in seconds. */
#define NOW INT64_C(1767323045)

#define SECRET(text) {(const unsigned char *)(text), sizeof(text) - 1}

static struct config config;
static struct op *op;

static void setup(void)
{
	fake_clock_now_ms = NOW * 1000 + 678;
	op = op_new("test", 10000);
	config = (struct config){
	    .base_url = "https://www.example.org",
	    .secret = SECRET("our own secret of at least 32 bytes"),
	    .previous_secret = {NULL, 0},
	    .jwt_secret = SECRET("the shared secret of at least 32 bytes"),
	    .jwt_previous_secret = {NULL, 0},
	    .jwt_access_ms = 1800000,
	    .jwt_issuer = "https://www.example.org",
	    .jwt_audience = "",
	};
	token_init(&config);
}

static void teardown(void)
{
	token_release();
	op_free(op);
}

/* The access token's or the refresh token's key, as token.c derives them. */
static struct jws_key key_of(bool access)
{
	struct secret secret = access ? config.jwt_secret :
	    crypt_derive(op->pool, config.secret, "latchkey refresh token");
	struct secret id = crypt_derive(op->pool, secret, "latchkey key id");
	char *text = encode_hex(op->pool, id.bytes, id.size);

	text[8] = '\0';
	return jws_hs256(op->pool, text, secret);
}

/*
 * A token that is right but for member, which is value's JSON; NULL takes it
 * out.
 */
static const char *forged(bool access, const char *member, const char *value)
{
	struct js *claims = js_object(op);
	struct jws_key key = key_of(access);
	const struct js *other = NULL;
	const char *const texts[][2] = {
		{"iss", "https://www.example.org"}, {"sub", USER},
		{"sid", SID}, {"type", access ? "access" : "refresh"},
		{"jti", SID ".3"},
	};

	if (value != NULL)
		ck_assert_int_eq(js_parse(op, pool_print(op->pool, "[%s]",
		    value), strlen(value) + 2, &other), RC_OK);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i][0], member) != 0)
			js_put_text(claims, texts[i][0], texts[i][1]);
	if (strcmp(member, "iat") != 0)
		js_put_int(claims, "iat", NOW);
	if (strcmp(member, "exp") != 0)
		js_put_int(claims, "exp", NOW + 60);
	if (value != NULL && js_as_text(js_at(other, 0)) != NULL)
		js_put_text(claims, member, js_as_text(js_at(other, 0)));
	else if (value != NULL && strcmp(value, "null") == 0)
		js_put_text(claims, member, NULL);
	else if (value != NULL)
		js_put_int(claims, member, strtoll(value, NULL, 10));

	return jws_sign(op, &key, claims);
}

/* The claims of a token, signed by another key. */
static const char *signed_again(const char *token, const struct jws_key *key)
{
	const char *body = strchr(token, '.') + 1;
	const struct js *claims;
	unsigned char *bytes;
	size_t size;

	ck_assert(encode_from_base64url(op->pool, body, strcspn(body, "."),
	    &bytes, &size));
	ck_assert_int_eq(js_parse(op, (const char *)bytes, size, &claims),
	    RC_OK);
	return jws_sign(op, key, claims);
}

/*
 * The outcome of verifying; *token must stay untouched unless it was one of
 * ours.
 */
static enum rc outcome(bool access, const char *text)
{
	struct token got = {.user_id = "untouched"};
	enum rc rc;

	op_clear(op);
	rc = access ? token_verify_access(op, text, &got) :
	    token_verify_refresh(op, text, &got);
	ck_assert((rc == RC_DENIED) == (strcmp(got.user_id, "untouched") == 0));
	ck_assert((rc == RC_OK) == (op_reason(op)[0] == '\0'));
	return rc;
}

START_TEST(a_configured_audience_is_demanded)
{
	ck_assert_int_eq(outcome(true, forged(true, "aud", "\"x\"")), RC_OK);
	config.jwt_audience = "the-site";
	ck_assert_int_eq(outcome(true, forged(true, "aud", NULL)), RC_DENIED);
	ck_assert_int_eq(outcome(true, forged(true, "aud", "\"x\"")),
	    RC_DENIED);
	ck_assert_int_eq(outcome(true, forged(true, "aud", "\"the-site\"")),
	    RC_OK);
}
END_TEST

START_TEST(a_token_of_one_kind_is_not_one_of_the_other)
{
	ck_assert_int_eq(outcome(true, forged(false, "none", NULL)), RC_DENIED);
	ck_assert_int_eq(outcome(false, forged(true, "none", NULL)), RC_DENIED);
	/* With the right key, too. */
	ck_assert_int_eq(outcome(true, forged(true, "type", "\"refresh\"")),
	    RC_DENIED);
	ck_assert_int_eq(outcome(false, forged(false, "type", "\"access\"")),
	    RC_DENIED);
}
END_TEST

START_TEST(no_forger_with_the_shared_secret_makes_refresh_tokens)
{
	struct jws_key key = key_of(true);
	const char *right = forged(false, "none", NULL);
	const char *ids[] = {key.id, token_refresh_key_id()};

	ck_assert_int_eq(outcome(false, right), RC_OK);
	for (size_t i = 0; i < 2; i++) {
		key.id = ids[i];
		ck_assert_int_eq(outcome(false, signed_again(right, &key)),
		    RC_DENIED);
	}
}
END_TEST

START_TEST(a_genuine_token_with_a_wrong_claim_is_refused)
{
	static const struct {
		const char *member;
		const char *value;
	} cases[] = {
		{"iss", NULL}, {"iss", "\"https://www.example.org/\""},
		{"iss", "\"\""}, {"iss", "1"}, {"type", NULL}, {"type", "1"},
		{"sub", NULL}, {"sub", "\"\""}, {"sub", "\"root\""},
		{"sub", "7"}, {"sid", NULL}, {"sid", "\"*\""}, {"sid", "null"},
		{"iat", NULL}, {"iat", "\"1767323045\""}, {"exp", NULL},
		{"exp", "\"1999999999\""}, {"exp", "null"},
	};

	ck_assert_int_eq(outcome(true, forged(true, "none", NULL)), RC_OK);
	ck_assert_int_eq(outcome(false, forged(false, "none", NULL)), RC_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(outcome(true, forged(true, cases[i].member,
		    cases[i].value)) == RC_DENIED, "access %zu", i);
		ck_assert_msg(outcome(false, forged(false, cases[i].member,
		    cases[i].value)) == RC_DENIED, "refresh %zu", i);
	}
}
END_TEST

START_TEST(a_refresh_token_needs_a_jti_of_its_session)
{
	static const char *const bad[] = {NULL, "\"\"", "3", "\"3\"",
	    "\"" SID "\"", "\"" SID ".\"", "\"" SID ".0\"", "\"" SID ".-1\"",
	    "\"" SID ".03\"", "\"" SID ".3x\"", "\"" SID " 3\"",
	    "\"" USER ".3\"", "\"" SID ".9223372036854775807\""};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(outcome(false, forged(false, "jti", bad[i])) ==
		    RC_DENIED, "number %zu", i);
}
END_TEST

START_TEST(what_is_no_token_is_refused)
{
	static const char *const bad[] = {"", ".", "..", "a.b.c", "a b"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(outcome(true, bad[i]), RC_DENIED);
		ck_assert_int_eq(outcome(false, bad[i]), RC_DENIED);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("token_verify");
	TCase *t = tcase_create("token_verify");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_configured_audience_is_demanded);
	tcase_add_test(t, a_token_of_one_kind_is_not_one_of_the_other);
	tcase_add_test(t,
	    no_forger_with_the_shared_secret_makes_refresh_tokens);
	tcase_add_test(t, a_genuine_token_with_a_wrong_claim_is_refused);
	tcase_add_test(t, a_refresh_token_needs_a_jti_of_its_session);
	tcase_add_test(t, what_is_no_token_is_refused);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
