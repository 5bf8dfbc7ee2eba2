/* SPDX-License-Identifier: ISC */
/*
 * What may stand in a callback and around it: words of strangers, codes of
 * any form, cookies and names that somebody planted.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "auth/signin.h"
#include "base/crypt.h"
#include "base/encode.h"
#include "base/str.h"
#include "support/attempt.h"
#include "support/raw_http.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define CODE_MOST 2048

static const char *const as_page[] = {"Accept: text/html", NULL};

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

/* count times the same letter. */
static const char *repeated(char letter, size_t count)
{
	char *text = malloc(count + 1);
	const char *copy;

	ck_assert_ptr_nonnull(text);
	memset(text, letter, count);
	copy = text_copy(text, count);
	free(text);
	return copy;
}

/* A callback with a good state and these further parameters. */
static const char *callback_with(const char *parameters)
{
	return text_print("%s?state=%s&%s",
	    stack_url("/api/auth/google/callback"),
	    flow_parameter(alice, flow_start(alice, "google"), "state"),
	    parameters);
}

START_TEST(cb_06_no_word_of_the_provider_comes_through)
{
	const char *const words[] = {
		"wicked<script>alert(1)</script>",
		"wicked%3Cscript%3E", "wicked%0D%0ASet-Cookie:%20a=b",
		"wicked%1B[31m", "wicked%FF%C0%AF",
		repeated('w', 7000),
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *url = callback_with(text_print("error="
		    "access_denied&error_uri=%s&error_description=%s", "x",
		    words[i]));
		struct attempt before = attempt_begin();
		struct answer answer = browser_send(alice, "GET", url,
		    i % 2 == 0 ? as_page : NULL, NULL);

		ck_assert_int_eq(answer.status, 400);
		ck_assert_ptr_nonnull(strstr(answer.body,
		    "sign_in_cancelled"));
		ck_assert_ptr_null(strstr(answer.body, "wicked"));
		ck_assert_ptr_null(strstr(answer.body, "wwww"));
		ck_assert_ptr_null(strstr(answer.head, "wicked"));
		ck_assert_ptr_null(answer_header(alice, &answer, "Location",
		    0));
		ck_assert_str_eq(attempt_begin().rows, before.rows);
	}
	ck_assert_ptr_null(strstr(stack_log(), "wicked"));
	ck_assert_ptr_null(strstr(stack_log(), "wwww"));
}
END_TEST

/* An error's name is the provider's word, too. */
START_TEST(cb_06_an_unknown_error_is_not_repeated)
{
	struct answer answer;

	answer = browser_send(alice, "GET",
	    callback_with("error=wicked%0D%0A%3Cb%3E"), as_page, NULL);
	ck_assert_int_eq(answer.status, 502);
	ck_assert_ptr_null(strstr(answer.body, "wicked"));
	ck_assert_ptr_null(strstr(answer.head, "wicked"));
	ck_assert_ptr_null(strstr(stack_log(), "wicked"));
}
END_TEST

START_TEST(cb_06_more_than_nginx_takes_is_not_repeated)
{
	struct answer answer = browser_send(alice, "GET", callback_with(
	    text_print("error=access_denied&error_description=wicked%s",
		repeated('w', 10000))), as_page, NULL);

	ck_assert_int_eq(answer.status, 414);
	ck_assert_ptr_null(strstr(answer.body, "wicked"));
	ck_assert_ptr_null(strstr(answer.head, "wicked"));
}
END_TEST

/* Sends a code that the provider does not know; as it received it. */
static const char *passed_on(const char *sent)
{
	struct attempt before = attempt_begin();
	struct answer answer = browser_get(alice,
	    callback_with(text_print("code=%s", sent)));

	before.calls++;
	attempt_assert_refused(alice, &answer, 502, "provider_error",
	    &before);
	return flow_recorded_parameter(alice, "google", "token", "code");
}

START_TEST(cb_07_a_code_is_passed_on_as_it_is)
{
	const char *longest = repeated('c', CODE_MOST);

	ck_assert_str_eq(passed_on("x"), "x");
	ck_assert_str_eq(passed_on(longest), longest);
	ck_assert_str_eq(passed_on("4%2F0Ab_%2Bx%20y%26z%3D"), "4/0Ab_+x y&z=");
	ck_assert_str_eq(passed_on("4/0Ab"), "4/0Ab");
	ck_assert_str_eq(passed_on("a+b"), "a b");
	/* Decoded once, not twice. */
	ck_assert_str_eq(passed_on("a%2520b%252F"), "a%20b%2F");
	ck_assert_str_eq(passed_on("%C3%A9"), "\303\251");
}
END_TEST

START_TEST(cb_07_a_code_too_long_or_with_controls_is_refused)
{
	const char *const codes[] = {repeated('c', CODE_MOST + 1),
		repeated('c', 7900), "a%0D%0Ab", "a%0Ab", "%7F", "a%1Bb"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		attempt_refused_at(alice, callback_with(text_print("code=%s",
		    codes[i])), 400, "state_mismatch");
	attempt_refused_at(alice, callback_with("code=a%00b"), 400,
	    "invalid_request");
}
END_TEST

START_TEST(cb_08_a_code_stays_one_value)
{
	ck_assert_str_eq(passed_on("a%26client_id%3Devil%26redirect_uri%3D"
	    "https://x"), "a&client_id=evil&redirect_uri=https://x");
	ck_assert_str_eq(flow_recorded_parameter(alice, "google", "token",
	    "client_id"), "test-google");
	ck_assert_str_eq(flow_recorded_parameter(alice, "google", "token",
	    "redirect_uri"), stack_url("/api/auth/google/callback"));
	ck_assert_ptr_null(strstr(browser_get(alice, text_print("%s/requests",
	    stack_setting("PROVIDER_CONTROL"))).body, "\"repeated\":\""));
}
END_TEST

START_TEST(cb_12_a_provider_is_a_name_and_not_a_path)
{
	struct pool *pool = pool_new();
	const char *answer;

	attempt_refused_at(alice, stack_url("/api/auth/%2e%2e/callback"), 404,
	    "not_found");
	attempt_refused_at(alice, stack_url(text_print(
	    "/api/auth/%s/callback", repeated('g', 300))), 404,
	    "provider_not_configured");
	attempt_refused_at(alice, stack_url("/api/auth/%2e%2e%2fgoogle"), 404,
	    "not_found");
	attempt_refused_at(alice, stack_url("/api/auth/google%20/callback"),
	    404, "provider_not_configured");
	attempt_refused_at(alice, stack_url("/api/auth/Google/callback"), 404,
	    "provider_not_configured");
	attempt_refused_at(alice, stack_url("/api/auth/google%0d%0aX:y"), 404,
	    "provider_not_configured");
	answer = raw_http_ask(pool, "GET", "/api/auth/wicked%00/callback",
	    "");
	ck_assert_int_eq(raw_http_status(answer), 400);
	ck_assert_ptr_null(strstr(answer, "wicked"));
	pool_free(pool);
}
END_TEST

START_TEST(cb_09_broken_encoding_in_any_parameter_is_refused)
{
	static const char *const broken[] = {"code=%", "code=%g1", "code=%2",
		"code=x&state=%", "code=x&%g1=y", "error=%2",
		"error=access_denied&error_description=%zz", "iss=%"};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		attempt_refused_at(alice, callback_with(broken[i]), 400,
		    "invalid_request");
	attempt_refused_at(alice, stack_url(
	    "/api/auth/google/callback?state=%g1&code=x"), 400,
	    "invalid_request");
}
END_TEST

/* A status that repeats the request elsewhere would repeat the code. */
START_TEST(cb_14_no_answer_of_a_callback_lets_the_code_travel)
{
	const char *const urls[] = {callback_with("error=access_denied"),
		callback_with("code=unknown"), callback_with("x=y"),
		stack_url("/api/auth/google/callback?code=a&state=b")};

	for (size_t i = 0; i < 4; i++) {
		struct answer answer = browser_send(alice, "GET", urls[i],
		    as_page, NULL);

		ck_assert_int_ge(answer.status, 400);
		ck_assert_str_eq(answer_header(alice, &answer,
		    "Cache-Control", 0), "no-store");
		ck_assert_str_eq(answer_header(alice, &answer,
		    "Referrer-Policy", 0), "no-referrer");
		ck_assert_ptr_null(strstr(answer.body, "//"));
		ck_assert_ptr_null(strstr(answer.body, "<script"));
	}
}
END_TEST

/* Whether a URL has a signed token: what is random there has no dots. */
static bool has_token(const char *url)
{
	while ((url = strstr(url, "eyJ")) != NULL) {
		url += strcspn(url, ".&");
		if (*url == '.')
			return true;
	}
	return false;
}

START_TEST(il_06_a_location_tells_nothing_about_the_person)
{
	static const char *const names[] = {"google", "discord", "other"};
	struct flow_tokens tokens = flow_sign_in(alice, "google", "il-06");
	const char *id = attempt_me(alice, tokens, "id");

	for (size_t i = 0; i < 3; i++) {
		const char *url = flow_start(alice, names[i]);
		struct pool *pool = pool_new();
		const char *cookie = browser_cookie(alice,
		    text_print(SIGNIN_COOKIE "%.8s", crypt_sha256_hex(pool,
			flow_parameter(alice, url, "state"))));

		ck_assert_ptr_nonnull(cookie);
		ck_assert_ptr_null(strstr(url, strchr(cookie, '.') + 1));
		ck_assert_ptr_null(strstr(url, id));
		ck_assert(!has_token(url));
		ck_assert_ptr_null(strchr(url, '@'));
		ck_assert_ptr_null(strstr(url, "%40"));
		ck_assert_ptr_null(flow_parameter(alice, url, "code"));
		pool_free(pool);
	}
}
END_TEST

START_TEST(se_01_planted_cookies_become_no_session)
{
	static const char session[] = "__Host-latchkey";
	struct flow_tokens tokens;
	struct flow_tokens own = flow_sign_in(mallory, "google", "se-01-own");
	const char *state = flow_parameter(mallory,
	    flow_start(mallory, "google"), "state");
	struct pool *pool = pool_new();
	const char *name = text_print(SIGNIN_COOKIE "%.8s",
	    crypt_sha256_hex(pool, state));

	browser_set_cookie(alice, session, own.access);
	browser_set_cookie(alice, "refresh_token", own.refresh);
	for (int i = 0; i < 5; i++)
		browser_set_cookie(alice, text_print(SIGNIN_COOKIE
		    "0000000%d", i), "9999999999.planted");
	browser_set_cookie(alice, name, browser_cookie(mallory, name));

	tokens = flow_sign_in(alice, "google", "se-01");
	ck_assert_str_ne(attempt_me(alice, tokens, "id"),
	    attempt_me(mallory, own, "id"));
	ck_assert_str_ne(tokens.refresh, own.refresh);
	ck_assert_str_eq(tokens_session_count(tokens.refresh), "1");
	ck_assert_str_eq(tokens_session_count(own.refresh), "1");
	/* And a cookie alone is nobody. */
	ck_assert_int_eq(browser_get(alice,
	    stack_url("/api/users/me")).status, 401);
	pool_free(pool);
}
END_TEST

/* Which of two is ours cannot be told: the browser must start again. */
START_TEST(se_01_a_second_cookie_of_the_same_name_is_refused)
{
	const char *callback = flow_consent_as(alice, "google",
	    flow_start(alice, "google"), "se-01-twice");
	struct pool *pool = pool_new();
	const char *name = text_print(SIGNIN_COOKIE "%.8s",
	    crypt_sha256_hex(pool, flow_parameter(alice, callback,
		"state")));
	const char *value = browser_cookie(alice, name);
	const char *const orders[][2] = {{value, "1.planted"},
		{"1.planted", value}};

	for (size_t i = 0; i < 2; i++) {
		const char *const headers[] = {text_print(
		    "Cookie: %s=%s; %s=%s", name, orders[i][0], name,
		    orders[i][1]), NULL};
		struct attempt before = attempt_begin();
		struct answer answer = browser_send(mallory, "GET", callback,
		    headers, NULL);

		attempt_assert_refused(mallory, &answer, 400,
		    "invalid_request", &before);
	}
	ck_assert_int_eq(browser_get(alice, callback).status, 200);
	pool_free(pool);
}
END_TEST

START_TEST(se_06_a_wild_user_agent_is_stored_cut_and_clean)
{
	const char *agent = text_print("<b>%s\x1b[31m\xff\xc0\xaf\x7f\x01 %s",
	    "bold</b>", repeated('u', 7900));
	const char *const headers[] = {text_print("User-Agent: %s", agent),
		NULL};
	struct flow_tokens tokens;
	struct answer answer = browser_send(alice, "GET", flow_consent_as(
	    alice, "google", flow_start(alice, "google"), "se-06"), headers,
	    NULL);
	const char *stored;

	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	tokens.refresh = answer_member(alice, &answer, "refresh_token");
	stored = tokens_recorded(tokens.refresh, "user_agent");
	/* Text stays text; what a terminal obeys does not. */
	ck_assert_msg(str_begins(stored, "<b>bold</b>?[31m"), "%.80s",
	    stored);
	ck_assert_uint_le(strlen(stored), 256);
	ck_assert(encode_utf8_is_valid(stored, strlen(stored)));
	for (const char *p = stored; *p != '\0'; p++)
		ck_assert_msg((unsigned char)*p >= 0x20 && *p != 0x7f,
		    "a control character in %s", stored);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("callback");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, cb_06_no_word_of_the_provider_comes_through);
	tcase_add_test(t, cb_06_an_unknown_error_is_not_repeated);
	tcase_add_test(t, cb_06_more_than_nginx_takes_is_not_repeated);
	tcase_add_test(t, cb_07_a_code_is_passed_on_as_it_is);
	tcase_add_test(t, cb_07_a_code_too_long_or_with_controls_is_refused);
	tcase_add_test(t, cb_08_a_code_stays_one_value);
	tcase_add_test(t,
	    cb_09_broken_encoding_in_any_parameter_is_refused);
	tcase_add_test(t, cb_12_a_provider_is_a_name_and_not_a_path);
	tcase_add_test(t,
	    cb_14_no_answer_of_a_callback_lets_the_code_travel);
	tcase_add_test(t, il_06_a_location_tells_nothing_about_the_person);
	tcase_add_test(t, se_01_planted_cookies_become_no_session);
	tcase_add_test(t, se_01_a_second_cookie_of_the_same_name_is_refused);
	tcase_add_test(t, se_06_a_wild_user_agent_is_stored_cut_and_clean);
	return t;
}

int main(void)
{
	Suite *s = suite_create("callback");
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
