/* SPDX-License-Identifier: ISC */
/*
 * Which provider is spoken to, and what it is told: an answer counts only
 * where it was asked for and from whom, and each request holds what the
 * standards want and nothing else.  Google says by configuration that it
 * sends iss (RFC 9207), the third provider by its metadata.
 */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/crypt.h"
#include "base/str.h"
#include "support/attempt.h"
#include "support/stack.h"
#include "support/text.h"

static const char *const providers[] = {"google", "discord", "other"};

static struct browser *alice;

static void setup(void)
{
	flow_reset();
	alice = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
}

/* At each provider somebody else, with a number, as Discord wants it. */
static const char *consent(const char *provider, const char *url)
{
	return flow_consent_as(alice, provider, url,
	    text_print("47%zu", strlen(provider)));
}

static const char *callback_of(const char *provider)
{
	return consent(provider, flow_start(alice, provider));
}

START_TEST(mx_01_an_answer_is_taken_where_it_was_asked_for)
{
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 3; j++) {
			const char *query = strchr(callback_of(providers[i]),
			    '?');

			if (i == j)
				continue;
			attempt_refused_at(alice, text_print(
			    "%s/api/auth/%s/callback%s",
			    stack_setting("BASE_URL"), providers[j], query),
			    400, "state_mismatch");
		}
	}
}
END_TEST

static const char *issuer_of(const char *provider)
{
	return text_print("%s/%s", stack_setting("PROVIDER_URL"), provider);
}

/* callback with another iss, NULL for none. */
static const char *with_iss(const char *callback, const char *iss)
{
	const char *at = strstr(callback, "&iss=");

	ck_assert_msg(at != NULL, "no iss in %s", callback);
	at = text_copy(callback, (size_t)(at - callback));
	return iss != NULL ? text_print("%s&iss=%s", at, iss) : at;
}

static void assert_only_its_issuer(const char *provider, const char *stranger)
{
	const char *own = issuer_of(provider);
	const char *const wrong[] = {
		text_print("%s/", own), issuer_of(stranger), "",
		text_print("HTTPS%s", own + 5),
		text_print("http%s", own + 5),
		text_print("https://LOCALHOST%s", strchr(own + 8, ':')),
		text_print("%sx", own), text_print("%.10s", own),
		text_print("%%20%s", own), NULL,
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		attempt_refused_at(alice, with_iss(callback_of(provider),
		    wrong[i]), 400, "state_mismatch");
	ck_assert_int_eq(browser_get(alice, with_iss(callback_of(provider),
	    own)).status, 200);
}

START_TEST(mx_04_only_the_providers_own_iss_passes)
{
	assert_only_its_issuer("google", "other");
}
END_TEST

START_TEST(mx_04_what_the_metadata_announces_must_come)
{
	assert_only_its_issuer("other", "google");
}
END_TEST

/* Discord sends none; one that comes all the same must be right. */
START_TEST(mx_04_where_none_is_announced_a_wrong_one_is_refused)
{
	attempt_refused_at(alice, text_print("%s&iss=%s",
	    callback_of("discord"), issuer_of("google")), 400,
	    "state_mismatch");
	ck_assert_int_eq(browser_get(alice, callback_of("discord")).status,
	    200);
}
END_TEST

/* An error of another issuer is none of ours either. */
START_TEST(mx_04_iss_is_checked_before_an_error_is_believed)
{
	flow_next("{\"provider\": \"google\", \"deny\": true, "
	    "\"iss\": \"%s\"}", issuer_of("other"));
	attempt_refused_at(alice, attempt_callback(alice, "google"), 400,
	    "state_mismatch");
}
END_TEST

START_TEST(mx_06_each_provider_has_one_redirect_uri_of_its_own)
{
	for (size_t i = 0; i < 3; i++) {
		const char *name = providers[i];
		const char *url = flow_start(alice, name);
		const char *own = stack_url(text_print(
		    "/api/auth/%s/callback", name));

		ck_assert_str_eq(flow_parameter(alice, url, "redirect_uri"),
		    own);
		ck_assert_int_eq(browser_get(alice, consent(name,
		    url)).status, 200);
		ck_assert_str_eq(flow_recorded_parameter(alice, name,
		    "token", "redirect_uri"), own);
	}
}
END_TEST

/* The names of a form's pairs, in their order. */
static const char *names_in(const char *form)
{
	const char *names = "";

	while (*form != '\0') {
		names = text_print("%s%s%.*s", names,
		    names[0] != '\0' ? " " : "", (int)strcspn(form, "="),
		    form);
		form += strcspn(form, "&");
		form += *form == '&';
	}
	return names;
}

/* A member of the last token request's record. */
static const char *recorded(const char *member)
{
	struct answer all = browser_get(alice,
	    text_print("%s/requests", stack_setting("PROVIDER_CONTROL")));
	const char *last = NULL;
	const char *at = all.body;

	while ((at = strstr(at, "\"endpoint\":\"token\"")) != NULL)
		last = at++;
	ck_assert_msg(last != NULL, "no token request: %s", all.body);
	at = strstr(last, text_print("\"%s\":\"", member));
	ck_assert_msg(at != NULL, "no %s: %s", member, last);
	at += strlen(member) + 4;
	return text_copy(at, strcspn(at, "\""));
}

START_TEST(pk_02_the_token_request_is_a_form_with_all_it_takes)
{
	struct pool *pool = pool_new();

	for (size_t i = 0; i < 3; i++) {
		const char *name = providers[i];
		const char *url = flow_start(alice, name);
		const char *verifier;

		ck_assert_int_eq(browser_get(alice, consent(name,
		    url)).status, 200);
		ck_assert_str_eq(recorded("method"), "POST");
		ck_assert_str_eq(recorded("content-type"),
		    "application/x-www-form-urlencoded");
		ck_assert_str_eq(names_in(recorded("body")),
		    "grant_type code redirect_uri code_verifier client_id "
		    "client_secret");
		ck_assert_str_eq(flow_recorded_parameter(alice, name, "token",
		    "client_id"), text_print("test-%s", name));
		ck_assert_str_eq(flow_recorded_parameter(alice, name, "token",
		    "client_secret"), text_print("test-%s-secret", name));
		verifier = flow_recorded_parameter(alice, name, "token",
		    "code_verifier");
		ck_assert_uint_ge(strlen(verifier), 43);
		ck_assert_uint_le(strlen(verifier), 128);
		ck_assert(str_consists(verifier, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789-._~"));
		ck_assert_str_eq(crypt_sha256_base64url(pool, verifier),
		    flow_parameter(alice, url, "code_challenge"));
	}
	pool_free(pool);
}
END_TEST

START_TEST(pk_03_a_nonce_is_fresh_each_time)
{
	for (size_t i = 0; i < 3; i += 2)
		ck_assert_str_ne(
		    flow_parameter(alice, flow_start(alice, providers[i]),
			"nonce"),
		    flow_parameter(alice, flow_start(alice, providers[i]),
			"nonce"));
}
END_TEST

START_TEST(pk_06_the_consent_url_holds_what_is_needed_and_no_more)
{
	for (size_t i = 0; i < 3; i++) {
		bool discord = strcmp(providers[i], "discord") == 0;
		const char *url = flow_start(alice, providers[i]);

		ck_assert_str_eq(names_in(strchr(url, '?') + 1),
		    text_print("response_type client_id redirect_uri scope "
			"state code_challenge code_challenge_method%s",
			discord ? "" : " nonce"));
		ck_assert_str_eq(flow_parameter(alice, url, "scope"),
		    discord ? "identify email" : "openid email profile");
		ck_assert_ptr_null(strstr(url, "secret"));
	}
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("mixup");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, mx_01_an_answer_is_taken_where_it_was_asked_for);
	tcase_add_test(t, mx_04_only_the_providers_own_iss_passes);
	tcase_add_test(t, mx_04_what_the_metadata_announces_must_come);
	tcase_add_test(t,
	    mx_04_where_none_is_announced_a_wrong_one_is_refused);
	tcase_add_test(t, mx_04_iss_is_checked_before_an_error_is_believed);
	tcase_add_test(t, mx_06_each_provider_has_one_redirect_uri_of_its_own);
	tcase_add_test(t,
	    pk_02_the_token_request_is_a_form_with_all_it_takes);
	tcase_add_test(t, pk_03_a_nonce_is_fresh_each_time);
	tcase_add_test(t,
	    pk_06_the_consent_url_holds_what_is_needed_and_no_more);
	return t;
}

int main(void)
{
	static const char *const arguments[] = {
		"--set", "providers.google.sends_iss=true", NULL};
	Suite *s = suite_create("mixup");
	SRunner *r;
	int n;

	setenv("PROVIDER_OPTIONS", "--sends-iss google --sends-iss other", 1);
	if (!stack_begin(arguments))
		return 0;

	suite_add_tcase(s, tests());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
