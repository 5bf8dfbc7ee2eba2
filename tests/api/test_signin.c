/* SPDX-License-Identifier: ISC */
/* The whole round with both providers, and what it leaves in a browser. */
#include <string.h>
#include <time.h>

#include <check.h>

#include "auth/signin.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "base/str.h"
#include "support/facts.h"
#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

static struct browser *browser;

static void setup(void)
{
	flow_reset();
	browser = browser_new();
}

static void teardown(void)
{
	browser_free(browser);
}

/* Signs in as who is queued; the answer to the callback. */
static struct answer sign_in(const char *provider)
{
	const char *consent = flow_start(browser, provider);

	return browser_get(browser, flow_consent(browser, consent));
}

static struct answer me(const struct answer *signed_in)
{
	const char *token = answer_member(browser, signed_in, "access_token");

	ck_assert_msg(signed_in->status == 200 && token != NULL, "%ld %s",
	    signed_in->status, signed_in->body);
	return browser_get_as(browser, stack_url("/api/users/me"), token);
}

static void assert_member(const struct answer *answer, const char *name,
    const char *expected)
{
	const char *value = answer_member(browser, answer, name);

	ck_assert_msg(value != NULL && strcmp(value, expected) == 0,
	    "%s is not %s: %ld %s", name, expected, answer->status,
	    answer->body);
}

/* Names the member: a null is there and is not a text. */
static void assert_null(const struct answer *answer, const char *name)
{
	ck_assert_ptr_nonnull(strstr(answer->body,
	    text_print("\"%s\"", name)));
	ck_assert_msg(answer_member(browser, answer, name) == NULL,
	    "%s is not null: %s", name, answer->body);
}

/* RFC 3339 in UTC, and of this day. */
static void assert_time(const struct answer *answer, const char *name)
{
	const char *value = answer_member(browser, answer, name);
	struct tm tm;
	time_t now = (time_t)(clock_now_ms() / 1000);
	time_t then;

	ck_assert_msg(value != NULL && str_ends(value, "Z") &&
	    strptime(value, "%Y-%m-%dT%H:%M:%S", &tm) != NULL,
	    "%s is no time: %s", name, answer->body);
	then = timegm(&tm);
	ck_assert_int_le(then, now);
	ck_assert_int_gt(then, now - 60);
}

static void assert_tokens(const struct answer *answer)
{
	assert_member(answer, "token_type", "Bearer");
	assert_member(answer, "expires_in", "1800");
	ck_assert_ptr_nonnull(answer_member(browser, answer, "access_token"));
	ck_assert_ptr_nonnull(answer_member(browser, answer,
	    "refresh_token"));
	ck_assert_ptr_null(strstr(answer->body, "\"linked\""));
	ck_assert_str_eq(answer_header(browser, answer, "Content-Type", 0),
	    "application/json");
}

/* Refreshes, logs out, and sees the tokens dead. */
static void leave(const struct answer *signed_in)
{
	const char *url = stack_url("/api/users/me");
	struct answer answer = flow_refresh(browser,
	    answer_member(browser, signed_in, "refresh_token"));
	const char *access = answer_member(browser, &answer, "access_token");
	const char *refresh = answer_member(browser, &answer,
	    "refresh_token");

	ck_assert_int_eq(answer.status, 200);
	assert_tokens(&answer);
	ck_assert_int_eq(browser_get_as(browser, url, access).status, 200);

	answer = browser_post(browser, stack_url("/api/auth/logout"),
	    text_print("{\"refresh_token\": \"%s\"}", refresh));
	ck_assert_int_eq(answer.status, 204);
	answer = browser_get_as(browser, url, access);
	flow_assert_problem(browser, &answer, 401, "invalid_token");
	answer = flow_refresh(browser, refresh);
	flow_assert_problem(browser, &answer, 401, "invalid_refresh_token");
}

START_TEST(the_whole_round_with_google)
{
	struct answer signed_in;
	struct answer answer;

	flow_next("{\"provider\": \"google\", \"subject\": \"round-g\", "
	    "\"email\": \"Grace@gmail.com\", \"email_verified\": true, "
	    "\"name\": \"Grace\", "
	    "\"picture\": \"https://pictures.example/grace.png\"}");
	signed_in = sign_in("google");
	assert_tokens(&signed_in);

	answer = me(&signed_in);
	ck_assert_int_eq(answer.status, 200);
	ck_assert_uint_eq(strlen(answer_member(browser, &answer, "id")), 36);
	assert_member(&answer, "email", "Grace@gmail.com");
	assert_member(&answer, "email_verified", "true");
	assert_member(&answer, "display_name", "Grace");
	assert_member(&answer, "avatar_url",
	    "https://pictures.example/grace.png");
	assert_member(&answer, "is_premium", "false");
	assert_null(&answer, "premium_until");
	assert_time(&answer, "created_at");
	assert_time(&answer, "last_login_at");
	leave(&signed_in);
}
END_TEST

START_TEST(the_whole_round_with_discord)
{
	static const char hash[] = "a_8342729096ea3675442027381ff50dfe";
	struct answer signed_in;
	struct answer answer;

	flow_next("{\"provider\": \"discord\", "
	    "\"subject\": \"18446744073709551615\", "
	    "\"email\": \"dan@mail.example\", \"email_verified\": true, "
	    "\"username\": \"dan\", \"name\": \"Dan\", \"avatar\": \"%s\"}",
	    hash);
	signed_in = sign_in("discord");
	assert_tokens(&signed_in);

	answer = me(&signed_in);
	ck_assert_int_eq(answer.status, 200);
	assert_member(&answer, "email", "dan@mail.example");
	assert_member(&answer, "email_verified", "true");
	assert_member(&answer, "display_name", "Dan");
	assert_member(&answer, "avatar_url", text_print(
	    "https://cdn.discordapp.com/avatars/18446744073709551615/%s.gif",
	    hash));
	assert_member(&answer, "is_premium", "false");
	assert_time(&answer, "created_at");
	ck_assert_str_eq(stack_sql("select oauth_id from users "
	    "where email = 'dan@mail.example'"), "18446744073709551615");
	leave(&signed_in);
}
END_TEST

START_TEST(a_second_sign_in_is_the_same_user_seen_later)
{
	struct answer first;
	struct flow_tokens tokens = flow_sign_in(browser, "google", "again");
	struct answer second;

	first = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	tokens = flow_sign_in(browser, "google", "again");
	second = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);

	assert_member(&second, "id", answer_member(browser, &first, "id"));
	assert_member(&second, "created_at",
	    answer_member(browser, &first, "created_at"));
	ck_assert_str_gt(answer_member(browser, &second, "last_login_at"),
	    answer_member(browser, &first, "last_login_at"));
	ck_assert_int_eq(stack_count("select count(*) from users where "
	    "email = 'again@gmail.com'"), 1);
	ck_assert_str_eq(stack_sql("select string_agg(kind, ' ' order by id) "
	    "from events where user_id = (select id from users where "
	    "email = 'again@gmail.com')"), "signed_up signed_in signed_in");
}
END_TEST

/* The Set-Cookie line of the sign-in that just began. */
static const char *begun_cookie(const struct answer *answer)
{
	const char *cookie = answer_header(browser, answer, "Set-Cookie", 0);

	ck_assert_int_eq(answer->status, 303);
	ck_assert_ptr_nonnull(cookie);
	ck_assert_ptr_null(answer_header(browser, answer, "Set-Cookie", 1));
	return cookie;
}

START_TEST(ck_01_the_binding_cookie_has_every_guard)
{
	struct answer answer = browser_get(browser,
	    stack_url("/api/auth/google"));
	const char *cookie = begun_cookie(&answer);
	const char *attributes = strchr(cookie, ';');
	struct pool *pool = pool_new();
	const char *state = flow_parameter(browser,
	    answer_header(browser, &answer, "Location", 0), "state");

	ck_assert_msg(str_begins(cookie, text_print(SIGNIN_COOKIE "%.8s=",
	    crypt_sha256_hex(pool, state))), "%s", cookie);
	ck_assert_ptr_nonnull(attributes);
	ck_assert_str_eq(attributes,
	    "; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax");
	ck_assert_str_eq(answer_header(browser, &answer, "Cache-Control", 0),
	    "no-store");
	pool_free(pool);
}
END_TEST

START_TEST(ck_03_the_callback_clears_its_cookie)
{
	const char *consent = flow_start(browser, "google");

	ck_assert_uint_eq(browser_cookie_count(browser, SIGNIN_COOKIE), 1);
	flow_next("{\"provider\": \"google\", \"subject\": \"ck-03\"}");
	browser_get(browser, flow_consent(browser, consent));
	ck_assert_uint_eq(browser_cookie_count(browser, SIGNIN_COOKIE), 0);

	flow_next("{\"provider\": \"google\", \"deny\": true}");
	consent = flow_start(browser, "google");
	browser_get(browser, flow_consent(browser, consent));
	ck_assert_uint_eq(browser_cookie_count(browser, SIGNIN_COOKIE), 0);
}
END_TEST

START_TEST(cb_14_the_callback_is_stored_nowhere)
{
	struct answer answer;

	flow_next("{\"provider\": \"google\", \"subject\": \"cb-14\"}");
	answer = sign_in("google");
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(answer_header(browser, &answer, "Cache-Control", 0),
	    "no-store");
	ck_assert_str_eq(answer_header(browser, &answer, "Referrer-Policy",
	    0), "no-referrer");
	ck_assert_str_eq(answer_header(browser, &answer,
	    "X-Content-Type-Options", 0), "nosniff");
}
END_TEST

static void assert_parameter(const char *url, const char *name,
    const char *expected)
{
	const char *value = flow_parameter(browser, url, name);

	ck_assert_msg(value != NULL && strcmp(value, expected) == 0,
	    "%s is not %s in %s", name, expected, url);
}

START_TEST(pk_01_every_start_sends_a_challenge)
{
	static const char *const providers[] = {"google", "discord", "other"};

	for (size_t i = 0; i < 3; i++) {
		const char *url = flow_start(browser, providers[i]);
		const char *challenge = flow_parameter(browser, url,
		    "code_challenge");

		assert_parameter(url, "code_challenge_method", "S256");
		assert_parameter(url, "response_type", "code");
		ck_assert_ptr_nonnull(flow_parameter(browser, url, "state"));
		ck_assert_ptr_nonnull(challenge);
		ck_assert_uint_eq(strlen(challenge), 43);
		ck_assert(str_consists(challenge, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789-_"));
	}
}
END_TEST

START_TEST(pk_02_the_code_is_redeemed_with_the_verifier)
{
	static const char *const providers[] = {"google", "discord"};
	struct pool *pool = pool_new();

	for (size_t i = 0; i < 2; i++) {
		const char *name = providers[i];
		const char *url = flow_start(browser, name);
		const char *verifier;

		browser_get(browser, flow_consent_as(browser, name, url,
		    "4711"));
		ck_assert_uint_eq(flow_recorded(name, "token"), 1);
		verifier = flow_recorded_parameter(browser, name, "token",
		    "code_verifier");
		ck_assert_ptr_nonnull(verifier);
		ck_assert_uint_ge(strlen(verifier), 43);
		assert_parameter(url, "code_challenge",
		    crypt_sha256_base64url(pool, verifier));
		assert_parameter(url, "redirect_uri",
		    flow_recorded_parameter(browser, name, "token",
			"redirect_uri"));
		ck_assert_str_eq(flow_recorded_parameter(browser, name,
		    "token", "grant_type"), "authorization_code");
	}
	pool_free(pool);
}
END_TEST

START_TEST(pk_03_a_nonce_goes_to_openid_providers_only)
{
	const char *first = flow_parameter(browser,
	    flow_start(browser, "google"), "nonce");
	const char *second = flow_parameter(browser,
	    flow_start(browser, "google"), "nonce");

	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(second);
	ck_assert_str_ne(first, second);
	ck_assert_ptr_nonnull(flow_parameter(browser,
	    flow_start(browser, "other"), "nonce"));
	ck_assert_ptr_null(flow_parameter(browser,
	    flow_start(browser, "discord"), "nonce"));
}
END_TEST

START_TEST(pk_06_the_consent_url_tells_no_secret)
{
	const char *google = flow_start(browser, "google");
	const char *discord = flow_start(browser, "discord");

	assert_parameter(google, "scope", "openid email profile");
	assert_parameter(discord, "scope", "identify email");
	assert_parameter(google, "redirect_uri",
	    stack_url("/api/auth/google/callback"));
	ck_assert_ptr_null(strstr(google, "secret"));
	ck_assert_ptr_null(strstr(google, "verifier"));
	ck_assert_ptr_null(strstr(google, "%40"));
	ck_assert_ptr_null(strstr(discord, "secret"));
	ck_assert_ptr_null(strstr(discord, "verifier"));
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("signin");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_whole_round_with_google);
	tcase_add_test(t, the_whole_round_with_discord);
	tcase_add_test(t, a_second_sign_in_is_the_same_user_seen_later);
	tcase_add_test(t, ck_01_the_binding_cookie_has_every_guard);
	tcase_add_test(t, ck_03_the_callback_clears_its_cookie);
	tcase_add_test(t, cb_14_the_callback_is_stored_nowhere);
	tcase_add_test(t, pk_01_every_start_sends_a_challenge);
	tcase_add_test(t, pk_02_the_code_is_redeemed_with_the_verifier);
	tcase_add_test(t, pk_03_a_nonce_goes_to_openid_providers_only);
	tcase_add_test(t, pk_06_the_consent_url_tells_no_secret);
	return t;
}

int main(void)
{
	Suite *s = suite_create("signin");
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
