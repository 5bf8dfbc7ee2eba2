/* SPDX-License-Identifier: ISC */
/*
 * What a token says: only ours, for this issuer, person, session, kind and
 * time count, however well the rest is signed; and secrets that are known do
 * not open what the other one guards.
 */
#include <string.h>

#include <check.h>

#include "base/uuid.h"
#include "support/flow.h"
#include "support/forge.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define JTI_COUNT 200

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

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

static void assert_refused(const char *token)
{
	ck_assert_msg(!tokens_open(browser, token), "accepted: %s", token);
}

static void assert_accepted(const char *token)
{
	ck_assert_msg(tokens_open(browser, token), "refused: %s", token);
}

/* A token with these claims, signed as latchkey signs access tokens. */
static const char *signed_with(const struct forge_claims *claims)
{
	struct jws_key key = forge_access_key(op);

	return forge_token(op, &key, claims);
}

START_TEST(at_06_times_are_integers_and_judged_to_the_second)
{
	struct forge_claims claims = forge_like(op, tokens.access);
	static const char *const wrong[] = {NULL, "null", "\"9999999999\"",
		"9999999999.5", "1e400", "-1", "0", "[9999999999]", "true",
		"9223372036854775808"};

	claims.exp = forge_time(op, 60);
	assert_accepted(signed_with(&claims));
	claims.exp = forge_time(op, -1);
	assert_refused(signed_with(&claims));
	for (size_t i = 0; i < COUNT(wrong); i++) {
		claims.exp = wrong[i];
		assert_refused(signed_with(&claims));
	}

	claims.exp = forge_time(op, 3600);
	claims.iat = forge_time(op, 30);
	assert_accepted(signed_with(&claims));
	claims.iat = forge_time(op, 120);
	assert_refused(signed_with(&claims));
	claims.iat = "\"0\"";
	assert_refused(signed_with(&claims));
	claims.iat = NULL;
	assert_refused(signed_with(&claims));
}
END_TEST

START_TEST(at_08_another_issuer_is_refused)
{
	struct forge_claims claims = forge_like(op, tokens.access);
	const char *own = stack_setting("BASE_URL");
	const char *const wrong[] = {NULL, "null", "\"\"",
		"\"https://evil.example\"", text_print("\"%s/\"", own),
		text_print("[\"%s\"]", own), text_print("\"%sx\"", own)};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		claims.iss = wrong[i];
		assert_refused(signed_with(&claims));
	}
	claims.iss = text_print("\"%s\"", own);
	assert_accepted(signed_with(&claims));
}
END_TEST

START_TEST(at_08_another_person_or_session_is_refused)
{
	struct flow_tokens other = flow_sign_in(browser, "discord",
	    "80351110224678913");
	struct forge_claims claims = forge_like(op, tokens.access);
	const char *const wrong[] = {NULL, "null", "\"\"", "\"alice\"", "7",
		"\"01890a5d-ac96-774b-bcce-b302099a8057\"",
		text_print("\"%s\"", forge_claim(op, other.access, "sub"))};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		claims = forge_like(op, tokens.access);
		claims.sub = wrong[i];
		assert_refused(signed_with(&claims));
		claims = forge_like(op, tokens.access);
		claims.sid = wrong[i];
		assert_refused(signed_with(&claims));
	}
	assert_accepted(other.access);
}
END_TEST

START_TEST(at_09_kinds_of_tokens_do_not_mix)
{
	struct forge_claims claims = forge_like(op, tokens.refresh);
	const char *callback;

	assert_refused(tokens.refresh);
	assert_refused(signed_with(&claims));
	tokens_assert_dead(browser, tokens.access);

	callback = flow_consent_as(browser, "google",
	    flow_start(browser, "google"), "alice");
	assert_refused(flow_parameter(browser, callback, "code"));

	/* An id_token: somebody else's key and algorithm. */
	claims = forge_like(op, tokens.access);
	assert_refused(forge_signed(op, forge_access_key(op).bytes, 512,
	    "{\"alg\":\"RS256\",\"kid\":\"google-1\"}",
	    forge_payload(op, &claims)));
	claims = forge_like(op, tokens.access);
	claims.type = NULL;
	assert_refused(signed_with(&claims));
	claims.type = "\"Access\"";
	assert_refused(signed_with(&claims));
}
END_TEST

START_TEST(at_15_an_access_token_says_no_more_than_it_must)
{
	static const char *const names[] = {"iss", "sub", "sid", "iat", "exp",
		"jti", "type"};
	const struct js *claims = forge_claims_of(op, tokens.access);
	struct answer answer;
	int64_t issued;
	int64_t expires;

	for (size_t i = 0; i < COUNT(names); i++)
		ck_assert_msg(js_has(claims, names[i]), "no %s", names[i]);
	ck_assert_uint_eq(js_count(claims), COUNT(names));

	ck_assert_str_eq(js_text(claims, "iss"), stack_setting("BASE_URL"));
	ck_assert_str_eq(js_text(claims, "type"), "access");
	ck_assert(uuid_is_valid(js_text(claims, "jti")));
	ck_assert(js_int(claims, "iat", &issued));
	ck_assert(js_int(claims, "exp", &expires));
	ck_assert_int_eq(expires - issued, 30 * 60);
	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	ck_assert_str_eq(js_text(claims, "sub"),
	    answer_member(browser, &answer, "id"));
}
END_TEST

START_TEST(at_16_no_two_access_tokens_have_the_same_jti)
{
	const char *seen[JTI_COUNT];

	for (size_t i = 0; i < JTI_COUNT; i++) {
		tokens = tokens_refresh(browser, tokens.refresh);
		seen[i] = forge_claim(op, tokens.access, "jti");
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(seen[k], seen[i]);
	}
}
END_TEST

START_TEST(a_token_signed_with_another_secret_is_refused)
{
	struct forge_claims claims = forge_like(op, tokens.access);
	struct jws_key key = forge_access_key(op);
	unsigned char other[CRYPT_HASH_SIZE];

	assert_accepted(forge_token(op, &key, &claims));
	crypt_random(other, sizeof(other));
	key.bytes = (struct secret){other, sizeof(other)};
	assert_refused(forge_token(op, &key, &claims));
	key.bytes = forge_refresh_key(op).bytes;
	assert_refused(forge_token(op, &key, &claims));
}
END_TEST

START_TEST(knowing_the_jwt_secret_makes_no_refresh_token)
{
	struct forge_claims claims = forge_like(op, tokens.refresh);
	struct jws_key right = forge_refresh_key(op);
	struct jws_key access = forge_access_key(op);
	struct jws_key derived = forge_refresh_key_of_jwt(op);

	claims.exp = forge_time(op, 3600);
	tokens_assert_dead(browser, forge_token(op, &access, &claims));
	tokens_assert_dead(browser, forge_token(op, &derived, &claims));
	access.id = derived.id = right.id;
	tokens_assert_dead(browser, forge_token(op, &access, &claims));
	tokens_assert_dead(browser, forge_token(op, &derived, &claims));
	assert_accepted(tokens.access);

	/* Only the key itself does: the claims above were good. */
	ck_assert_int_eq(flow_refresh(browser,
	    forge_token(op, &right, &claims)).status, 200);
}
END_TEST

/* n letters. */
static char *letters(size_t n)
{
	char *text = pool_alloc(op->pool, n + 1);

	memset(text, 'a', n);
	return text;
}

START_TEST(rs_09_tokens_of_any_size_are_refused_and_harm_nobody)
{
	static const size_t sizes[] = {1000, 4000, 4096, 4097, 5000, 7000,
		16000, 17000, 1000000, 16000000};
	struct answer answer;
	pid_t before[8];
	pid_t after[8];
	size_t count = stack_all_workers(before, COUNT(before));

	for (size_t i = 0; i < COUNT(sizes); i++) {
		char *text = letters(sizes[i]);

		answer = flow_refresh(browser, text);
		ck_assert_int_eq(answer.status, sizes[i] <= 16000 ? 401 : 413);
		text[sizes[i] / 3] = text[sizes[i] / 2] = '.';
		answer = flow_refresh(browser, text);
		ck_assert_int_eq(answer.status, sizes[i] <= 16000 ? 401 : 413);
		if (sizes[i] > 7000)
			continue;
		assert_refused(text);
		answer = browser_get(browser, stack_url(text_print(
		    "/api/auth/google/callback?state=%s&code=c", text)));
		ck_assert_int_eq(answer.status, 400);
	}

	ck_assert_uint_eq(stack_workers(after, COUNT(after)), count);
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(before[i], after[i]);
	assert_accepted(tokens.access);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("claims");
	TCase *t = tcase_create("claims");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, at_06_times_are_integers_and_judged_to_the_second);
	tcase_add_test(t, at_08_another_issuer_is_refused);
	tcase_add_test(t, at_08_another_person_or_session_is_refused);
	tcase_add_test(t, at_09_kinds_of_tokens_do_not_mix);
	tcase_add_test(t, at_15_an_access_token_says_no_more_than_it_must);
	tcase_add_test(t, at_16_no_two_access_tokens_have_the_same_jti);
	tcase_add_test(t, a_token_signed_with_another_secret_is_refused);
	tcase_add_test(t, knowing_the_jwt_secret_makes_no_refresh_token);
	tcase_add_test(t, rs_09_tokens_of_any_size_are_refused_and_harm_nobody);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
