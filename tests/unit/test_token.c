/* SPDX-License-Identifier: ISC */
/*
 * Our own tokens: what they say, how long they are good, which key signs.
 * Time is support/fake_clock.c's.
 */
#include "auth/token.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/encode.h"
#include "base/uuid.h"
#include "client/js.h"
#include "client/jws.h"
#include "support/fake_clock.h"

#define USER "01910000-0000-7000-8000-000000000001"
#define SID  "01910000-0000-7000-8000-00000000000a"

/* The instant all of it happens at, in seconds. */
#define NOW INT64_C(1767323045)

#define TOKENS 10000

#define SECRET(text) {(const unsigned char *)(text), sizeof(text) - 1}

static struct config config;
static struct op *op;
static const struct token one = {.user_id = USER, .sid = SID};

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

/* After a change of config. */
static void again(void)
{
	token_release();
	token_init(&config);
}

static const char *access_token(int64_t absolute_ms, int64_t *lifetime_s)
{
	return token_issue_access(op, &one, absolute_ms, lifetime_s);
}

static const char *some_access_token(void)
{
	int64_t lifetime_s;

	return access_token((NOW + 86400) * 1000, &lifetime_s);
}

static struct sessions_grant grant(void)
{
	return (struct sessions_grant){
	    .generation = 3,
	    .issued_ms = NOW * 1000 + 321,
	    .expires_ms = (NOW + 600) * 1000 + 987,
	    .absolute_ms = (NOW + 86400) * 1000,
	    .key_id = token_refresh_key_id(),
	};
}

static const char *refresh_token(const struct sessions_grant *given)
{
	return token_issue_refresh(op, &one, given);
}

/* Part i of a token as JSON. */
static const struct js *part(const char *token, int i)
{
	const struct js *value;
	unsigned char *bytes;
	size_t size;

	while (i-- > 0)
		token = strchr(token, '.') + 1;
	ck_assert(encode_from_base64url(op->pool, token, strcspn(token, "."),
	    &bytes, &size));
	ck_assert_int_eq(js_parse(op, (const char *)bytes, size, &value),
	    RC_OK);
	return value;
}

static int64_t number(const struct js *claims, const char *name)
{
	int64_t value;

	ck_assert_msg(js_int(claims, name, &value), "%s", name);
	return value;
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

START_TEST(an_access_token_says_what_the_manual_says)
{
	int64_t lifetime_s;
	const char *text = access_token((NOW + 86400) * 1000, &lifetime_s);
	const struct js *claims = part(text, 1);

	ck_assert_int_eq(lifetime_s, 1800);
	ck_assert_str_eq(js_text(part(text, 0), "alg"), "HS256");
	ck_assert_str_eq(js_text(claims, "iss"), "https://www.example.org");
	ck_assert_str_eq(js_text(claims, "sub"), USER);
	ck_assert_str_eq(js_text(claims, "sid"), SID);
	ck_assert_str_eq(js_text(claims, "type"), "access");
	ck_assert(uuid_is_valid(js_text(claims, "jti")));
	ck_assert_int_eq(number(claims, "iat"), NOW);
	ck_assert_int_eq(number(claims, "exp"), NOW + 1800);
	ck_assert_uint_eq(js_count(claims), 7);
}
END_TEST

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* All of them in one millisecond. */
START_TEST(at_16_each_access_token_has_a_jti_of_its_own)
{
	static char jtis[TOKENS][UUID_SIZE];

	for (size_t i = 0; i < TOKENS; i++) {
		const char *jti = js_text(part(some_access_token(), 1), "jti");

		ck_assert(uuid_is_valid(jti));
		memcpy(jtis[i], jti, UUID_SIZE);
		op_free(op);
		op = op_new("test", 10000);
	}

	qsort(jtis, TOKENS, UUID_SIZE, by_text);
	for (size_t i = 1; i < TOKENS; i++)
		ck_assert_str_ne(jtis[i - 1], jtis[i]);
}
END_TEST

START_TEST(an_access_token_never_outlives_its_session)
{
	int64_t lifetime_s;
	const struct js *claims;

	claims = part(access_token((NOW + 100) * 1000 + 999, &lifetime_s), 1);
	ck_assert_int_eq(number(claims, "exp"), NOW + 100);
	ck_assert_int_eq(lifetime_s, 100);
	access_token((NOW - 1) * 1000, &lifetime_s);
	ck_assert_int_eq(lifetime_s, 0);
}
END_TEST

START_TEST(issuer_and_audience_can_be_configured)
{
	const struct js *claims;

	config.jwt_issuer = "https://issuer.example";
	config.jwt_audience = "the-site";
	again();
	claims = part(some_access_token(), 1);
	ck_assert_str_eq(js_text(claims, "iss"), "https://issuer.example");
	ck_assert_str_eq(js_text(claims, "aud"), "the-site");
	ck_assert_int_eq(outcome(true, some_access_token()), RC_OK);
}
END_TEST

START_TEST(a_refresh_token_says_what_its_grant_says)
{
	struct sessions_grant given = grant();
	const struct js *claims = part(refresh_token(&given), 1);

	ck_assert_str_eq(js_text(claims, "iss"), "https://www.example.org");
	ck_assert_str_eq(js_text(claims, "sub"), USER);
	ck_assert_str_eq(js_text(claims, "sid"), SID);
	ck_assert_str_eq(js_text(claims, "type"), "refresh");
	ck_assert_str_eq(js_text(claims, "jti"), SID ".3");
	ck_assert_int_eq(number(claims, "iat"), NOW);
	ck_assert_int_eq(number(claims, "exp"), NOW + 600);
	ck_assert_uint_eq(js_count(claims), 7);
}
END_TEST

START_TEST(the_same_grant_always_gives_the_same_text)
{
	struct sessions_grant given = grant();
	const char *first = refresh_token(&given);

	fake_clock_now_ms += 29000;
	ck_assert_str_eq(first, refresh_token(&given));
	given.generation++;
	ck_assert_str_ne(first, refresh_token(&given));
}
END_TEST

START_TEST(a_grant_of_the_previous_key_is_signed_with_it_again)
{
	struct sessions_grant given = grant();
	const char *first = refresh_token(&given);

	config.previous_secret = config.secret;
	config.secret = (struct secret)SECRET("a new secret of no less than 32");
	given.key_id = pool_text(op->pool, given.key_id);
	again();
	ck_assert_str_ne(token_refresh_key_id(), given.key_id);
	ck_assert_str_eq(first, refresh_token(&given));
	ck_assert_int_eq(outcome(false, first), RC_OK);
}
END_TEST

START_TEST(a_grant_of_a_key_that_is_gone_is_signed_with_the_current_one)
{
	struct sessions_grant given = grant();
	const char *text;

	config.previous_secret = (struct secret)
	    SECRET("an old secret of no less than 32");
	again();
	given.key_id = "00000000";
	text = refresh_token(&given);
	ck_assert_str_eq(js_text(part(text, 0), "kid"),
	    token_refresh_key_id());
	ck_assert_int_eq(outcome(false, text), RC_OK);
}
END_TEST

START_TEST(tokens_of_a_secret_that_is_gone_are_refused)
{
	struct sessions_grant given = grant();
	const char *access = some_access_token();
	const char *refresh = refresh_token(&given);

	config.previous_secret = config.secret;
	config.jwt_previous_secret = config.jwt_secret;
	config.secret = (struct secret)SECRET("a new secret of no less than 32");
	config.jwt_secret = (struct secret)SECRET("another one of no less than 32 b");
	again();
	ck_assert_int_eq(outcome(true, access), RC_OK);
	ck_assert_int_eq(outcome(false, refresh), RC_OK);

	config.previous_secret.size = 0;
	config.jwt_previous_secret.size = 0;
	again();
	ck_assert_int_eq(outcome(true, access), RC_DENIED);
	ck_assert_int_eq(outcome(false, refresh), RC_DENIED);
}
END_TEST

START_TEST(what_was_issued_is_read_back)
{
	struct sessions_grant given = grant();
	struct token token;

	ck_assert_int_eq(token_verify_access(op, some_access_token(), &token),
	    RC_OK);
	ck_assert_str_eq(token.user_id, USER);
	ck_assert_str_eq(token.sid, SID);
	ck_assert_int_eq(token.generation, 0);

	ck_assert_int_eq(token_verify_refresh(op, refresh_token(&given),
	    &token), RC_OK);
	ck_assert_str_eq(token.user_id, USER);
	ck_assert_str_eq(token.sid, SID);
	ck_assert_int_eq(token.generation, 3);
}
END_TEST

START_TEST(a_token_of_more_than_its_limit_is_refused)
{
	config.jwt_audience = pool_print(op->pool, "%0*d", JWS_TOKEN_MOST / 2,
	    7);
	ck_assert_int_eq(outcome(true, some_access_token()), RC_OK);
	config.jwt_audience = pool_print(op->pool, "%0*d", JWS_TOKEN_MOST, 7);
	ck_assert_int_eq(outcome(true, some_access_token()), RC_DENIED);
}
END_TEST

START_TEST(an_expired_token_is_told_apart)
{
	struct sessions_grant given = grant();
	const char *access = some_access_token();
	const char *refresh = refresh_token(&given);

	fake_clock_now_ms = (NOW + 600) * 1000 - 1;
	ck_assert_int_eq(outcome(false, refresh), RC_OK);
	fake_clock_now_ms++;
	ck_assert_int_eq(outcome(false, refresh), RC_EXPIRED);

	fake_clock_now_ms = (NOW + 1800) * 1000 - 1;
	ck_assert_int_eq(outcome(true, access), RC_OK);
	fake_clock_now_ms++;
	ck_assert_int_eq(outcome(true, access), RC_EXPIRED);
}
END_TEST

START_TEST(a_token_of_the_future_is_refused_beyond_60_seconds)
{
	struct sessions_grant given = grant();
	const char *text = some_access_token();
	const char *refresh = refresh_token(&given);

	fake_clock_now_ms -= 60000;
	ck_assert_int_eq(outcome(true, text), RC_OK);
	fake_clock_now_ms -= 1000;
	ck_assert_int_eq(outcome(true, text), RC_DENIED);
	/* Whether that one is of use Redis decides, by its own clock. */
	ck_assert_int_eq(outcome(false, refresh), RC_OK);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("token");
	TCase *t = tcase_create("token");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, an_access_token_says_what_the_manual_says);
	tcase_add_test(t, at_16_each_access_token_has_a_jti_of_its_own);
	tcase_add_test(t, an_access_token_never_outlives_its_session);
	tcase_add_test(t, issuer_and_audience_can_be_configured);
	tcase_add_test(t, a_refresh_token_says_what_its_grant_says);
	tcase_add_test(t, the_same_grant_always_gives_the_same_text);
	tcase_add_test(t, a_grant_of_the_previous_key_is_signed_with_it_again);
	tcase_add_test(t,
	    a_grant_of_a_key_that_is_gone_is_signed_with_the_current_one);
	tcase_add_test(t, tokens_of_a_secret_that_is_gone_are_refused);
	tcase_add_test(t, what_was_issued_is_read_back);
	tcase_add_test(t, a_token_of_more_than_its_limit_is_refused);
	tcase_add_test(t, an_expired_token_is_told_apart);
	tcase_add_test(t, a_token_of_the_future_is_refused_beyond_60_seconds);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
