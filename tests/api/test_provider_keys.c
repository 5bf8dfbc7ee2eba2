/* SPDX-License-Identifier: ISC */
/*
 * The keys a provider signs with: which are believed, how rotation goes, and
 * that neither key sets nor metadata can be too large, too weak or elsewhere.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "base/clock.h"
#include "support/flow.h"
#include "support/reject.h"
#include "support/stack.h"
#include "support/steer.h"
#include "support/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* base64url of google's client secret here, "test-google-secret". */
#define SECRET_KEY "dGVzdC1nb29nbGUtc2VjcmV0"

/* A sign-in takes some 20 ms; if it looked at each of 10,000 keys, 3 s. */
#define SOON_MS 1000

/* A worker that remembers no keys, and a provider with a fresh one. */
static void setup(void)
{
	int64_t until = clock_mono_ms() + 10000;
	pid_t old;
	pid_t new;

	steer_key("google", 2048);
	ck_assert_uint_eq(stack_workers(&old, 1), 1);
	ck_assert_int_eq(kill(old, SIGTERM), 0);
	do {
		ck_assert_int_lt(clock_mono_ms(), until);
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	} while (stack_workers(&new, 1) == 0 || new == old);
	ck_assert(stack_is_ready_within(5000));
	flow_reset();
}

/* A sign-in with this key set is refused, and it was asked for. */
static void refuse_keys(const char *kind, const char *value, const char *more)
{
	size_t asked = flow_recorded("google", "jwks");

	steer_fault("google", "jwks", kind, value);
	reject_answer("google", more);
	ck_assert_msg(flow_recorded("google", "jwks") == asked + 1,
	    "%s %s was not asked for once", kind, value);
}

START_TEST(it_10_a_new_key_is_accepted_after_one_refetch)
{
	reject_nothing("google", "");
	reject_nothing("google", "");
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 1);

	steer_key("google", 2048);
	reject_nothing("google", "");
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 2);

	/* The key that is gone, and one nobody has heard of: not again. */
	reject_answer("google", "\"sign\": \"before\"");
	reject_answer("google", "\"header\": {\"kid\": \"unheard-of\"}");
	steer_key("google", 2048);
	reject_answer("google", "");
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 2);

	/* What we know still does. */
	reject_nothing("google", "\"sign\": \"before\"");
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 2);
}
END_TEST

START_TEST(it_10_a_key_that_was_removed_is_refused)
{
	reject_answer("google", "\"sign\": \"before\"");
	/* Fetched, and once more because the kid was not there. */
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 2);
	reject_nothing("google", "");
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 2);
}
END_TEST

START_TEST(it_10_a_refetch_that_fails_costs_nobody_the_keys_we_have)
{
	reject_nothing("google", "");
	steer_fault("google", "jwks", "status", "500");
	reject_answer("google", "\"header\": {\"kid\": \"unheard-of\"}");
	reject_nothing("google", "");
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 2);
}
END_TEST

START_TEST(pf_17_keys_that_are_weak_or_not_for_this_are_ignored)
{
	refuse_keys("key", "{\"e\": \"AQ\"}", "\"sign\": \"exponent-1\"");
	refuse_keys("key", "{\"e\": \"Ag\"}", "");
	refuse_keys("key", "{\"kty\": \"oct\", \"alg\": \"HS256\", "
	    "\"k\": \"" SECRET_KEY "\"}", "\"sign\": \"hs256-secret\"");
	refuse_keys("key", "{\"kty\": \"oct\", \"alg\": \"RS256\", "
	    "\"k\": \"" SECRET_KEY "\"}", "");
	refuse_keys("key", "{\"d\": \"AQAB\"}", "");
	refuse_keys("key", "{\"p\": \"AQAB\", \"q\": \"AQAB\"}", "");
	refuse_keys("key", "{\"use\": \"enc\"}", "");
	refuse_keys("key", "{\"alg\": \"RS512\"}", "");
	refuse_keys("key", "{\"key_ops\": [\"encrypt\"]}", "");
	refuse_keys("key", "{\"kid\": 7}", "");
	/* With nothing of that it is a good one. */
	reject_nothing("google", "");
}
END_TEST

START_TEST(pf_17_a_short_modulus_is_ignored)
{
	static const int sizes[] = {512, 1024, 2047};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		steer_key("google", sizes[i]);
		reject_answer("google", "");
	}
	steer_key("google", 2048);
	reject_nothing("google", "");
}
END_TEST

START_TEST(pf_17_a_kid_that_two_keys_have_names_none)
{
	refuse_keys("key_again", "{}", "");
	refuse_keys("key_again", "{\"e\": \"AQ\"}", "");
	refuse_keys("key_again", "{\"kty\": \"EC\"}", "");
	steer_fault("google", "jwks", "key_again", "{\"kid\": \"another\"}");
	reject_nothing("google", "");
}
END_TEST

START_TEST(pf_17_ten_thousand_keys_take_no_time)
{
	bool soon = false;

	refuse_keys("keys", "100000", "");
	steer_fault("google", "jwks", "keys", "10000");
	reject_nothing("google", "");
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 2);

	/* Now they are known, and the provider's time does not count. */
	for (int i = 0; i < 3 && !soon; i++) {
		int64_t since = clock_mono_ms();

		reject_nothing("google", "");
		soon = clock_mono_ms() - since < SOON_MS;
	}
	ck_assert(soon);
	ck_assert_uint_eq(flow_recorded("google", "jwks"), 2);
}
END_TEST

START_TEST(pf_07_a_key_set_is_one_json_object_with_keys)
{
	static const char *const bodies[] = {"\"\"", "\"{\"", "\"[]\"",
		"\"null\"", "\"{}\"", "\"{\\\"keys\\\":null}\"",
		"\"{\\\"keys\\\":[]}\"", "\"{\\\"keys\\\":{}}\"",
		"\"{\\\"keys\\\":[null,7,[]]}\""};

	for (size_t i = 0; i < COUNT(bodies); i++)
		refuse_keys("body", bodies[i], "");
	refuse_keys("cut", "30", "");
	refuse_keys("content_type", "\"text/html\"", "");
	refuse_keys("status", "500", "");
	refuse_keys("gzip", "0", "");
	refuse_keys("bloat_unknown", "104857600", "");
	/* RFC 7517 has a type of its own for it. */
	steer_fault("google", "jwks", "content_type",
	    "\"application/jwk-set+json\"");
	reject_nothing("google", "");
}
END_TEST

START_TEST(pf_09_a_key_set_is_not_fetched_from_elsewhere)
{
	const char *port = strrchr(stack_setting("PROVIDER_URL"), ':');
	const char *to = text_print("\"https://127.0.0.1%s/other/jwks\"",
	    port);

	refuse_keys("redirect", to, "");
	steer_fault("google", "jwks", "redirect", to);
	refuse_keys("status", "308", "");
	ck_assert_uint_eq(flow_recorded("other", "jwks"), 0);
}
END_TEST

/* A start at other, whose metadata is not known yet, with this fault. */
static void refuse_metadata(const char *kind, const char *value)
{
	struct browser *browser = browser_new();
	struct reject before = reject_before();
	struct answer answer;

	steer_fault("other", "discovery", kind, value);
	answer = browser_get(browser, stack_url("/api/auth/other"));
	reject_assert(browser, &answer, 502, "provider_error", &before);
	browser_free(browser);
}

START_TEST(pf_09_metadata_is_not_fetched_from_elsewhere)
{
	const char *port = strrchr(stack_setting("PROVIDER_URL"), ':');
	const char *to = text_print("\"https://127.0.0.1%s/google/"
	    ".well-known/openid-configuration\"", port);

	refuse_metadata("redirect", to);
	steer_fault("other", "discovery", "redirect", to);
	refuse_metadata("status", "307");
	ck_assert_uint_eq(flow_recorded("google", "discovery"), 0);
	reject_nothing("other", "");
}
END_TEST

START_TEST(pf_07_metadata_is_of_this_issuer_and_names_https)
{
	refuse_metadata("body", "\"[]\"");
	refuse_metadata("cut", "20");
	refuse_metadata("content_type", "\"text/html\"");
	refuse_metadata("bloat_unknown", "104857600");
	refuse_metadata("member", "{\"issuer\": \"https://wicked.example\"}");
	refuse_metadata("member", "{\"issuer\": null}");
	refuse_metadata("member", "{\"token_endpoint\": 7}");
	refuse_metadata("member", "{\"jwks_uri\": \"file:///etc/passwd\"}");
	refuse_metadata("member",
	    "{\"authorization_endpoint\": \"javascript:wicked\"}");
	reject_nothing("other", "");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("provider_keys");

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, it_10_a_new_key_is_accepted_after_one_refetch);
	tcase_add_test(t, it_10_a_key_that_was_removed_is_refused);
	tcase_add_test(t,
	    it_10_a_refetch_that_fails_costs_nobody_the_keys_we_have);
	tcase_add_test(t,
	    pf_17_keys_that_are_weak_or_not_for_this_are_ignored);
	tcase_add_test(t, pf_17_a_short_modulus_is_ignored);
	tcase_add_test(t, pf_17_a_kid_that_two_keys_have_names_none);
	tcase_add_test(t, pf_17_ten_thousand_keys_take_no_time);
	tcase_add_test(t, pf_07_a_key_set_is_one_json_object_with_keys);
	tcase_add_test(t, pf_09_a_key_set_is_not_fetched_from_elsewhere);
	tcase_add_test(t, pf_09_metadata_is_not_fetched_from_elsewhere);
	tcase_add_test(t, pf_07_metadata_is_of_this_issuer_and_names_https);
	return t;
}

int main(void)
{
	Suite *s = suite_create("provider_keys");
	SRunner *r;
	int n;

	/* What a worker remembers is seen with one of them only. */
	setenv("WORKERS", "1", 1);
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
