/* SPDX-License-Identifier: ISC */
/*
 * The table of providers: what a name stands for, what the configuration
 * says, and what it is pinned to.  The table in PostgreSQL is a fake.
 */
#include "auth/provider.h"

#include <string.h>

#include <check.h>

#include "auth/discord.h"
#include "auth/oidc.h"
#include "auth/provider_state.h"
#include "auth/refusal.h"
#include "support/fake_calls.h"
#include "support/fake_providers.h"

#define ISSUER "https://accounts.google.com"

#define SECRET(text) {(const unsigned char *)(text), sizeof(text) - 1}

static struct config_provider given;
static struct op *op;

/* A provider of that name with nothing but what the rules always give. */
static struct config_provider bare(const char *name)
{
	return (struct config_provider){
	    .name = name,
	    .kind = "oidc",
	    .label = "As configured",
	    .client_id = "our-client",
	    .client_secret = SECRET("s3cret"),
	    .issuer = ISSUER,
	    .authorize_url = "",
	    .token_url = "",
	    .userinfo_url = "",
	    .jwks_url = "",
	    .algorithm = "RS256",
	    .ca_file = "",
	    .trust_email = "yes",
	    .hosted_domain = "",
	};
}

static void setup(void)
{
	op = op_new("test", 10000);
	given = bare("google");
	fake_calls_clear();
	fake_providers_pinned = NULL;
}

static void teardown(void)
{
	provider_release();
	op_free(op);
}

/* What becomes of given, in or out of development mode. */
static const struct provider *made(bool development)
{
	const struct config config = {.provider_count = 1, .providers = &given,
	    .development = development};

	provider_release();
	provider_init(&config);
	ck_assert_uint_eq(provider_count(), 1);
	return provider_at(0);
}

START_TEST(the_kind_says_what_a_provider_can_do)
{
	ck_assert_ptr_eq(made(false)->ops, &oidc_ops);
	ck_assert_str_eq(provider_at(0)->ops->scope, "openid email profile");
	ck_assert(!provider_is_ready(provider_at(0)));
	given.kind = "discord";
	ck_assert_ptr_eq(made(false)->ops, &discord_ops);
	ck_assert_str_eq(provider_at(0)->ops->scope, "identify email");
}
END_TEST

START_TEST(a_provider_is_as_configured)
{
	const struct provider *google;

	given.label = "Our Google";
	given.authorize_url = "https://a.example";
	given.token_url = "https://t.example";
	given.userinfo_url = "https://u.example";
	given.jwks_url = "https://j.example";
	given.algorithm = "ES256";
	given.ca_file = "/etc/ca.pem";
	given.internal = true;
	given.hosted_domain = "corp.example";
	given.sends_iss = true;
	google = made(false);
	ck_assert_str_eq(google->name, "google");
	ck_assert_str_eq(google->issuer, ISSUER);
	ck_assert_str_eq(google->label, "Our Google");
	ck_assert_str_eq(google->authorize_url, "https://a.example");
	ck_assert_str_eq(google->token_url, "https://t.example");
	ck_assert_str_eq(google->userinfo_url, "https://u.example");
	ck_assert_str_eq(google->jwks_url, "https://j.example");
	ck_assert_int_eq(google->alg, JWS_ES256);
	ck_assert_str_eq(google->ca_file, "/etc/ca.pem");
	ck_assert(google->internal);
	ck_assert_str_eq(google->hosted_domain, "corp.example");
	ck_assert(google->announces_iss);
	ck_assert_str_eq(google->client_id, "our-client");
	ck_assert_str_eq(google->client_secret, "s3cret");
}
END_TEST

START_TEST(what_is_not_configured_is_the_safe_way)
{
	const struct provider *google = made(false);

	ck_assert_ptr_null(google->ca_file);
	ck_assert(!google->internal);
	ck_assert(!google->plain_http);
	ck_assert(!google->announces_iss);
	ck_assert_str_eq(google->hosted_domain, "");
	ck_assert(made(true)->plain_http);
}
END_TEST

START_TEST(googles_rule_for_addresses_goes_with_its_issuer_and_its_name)
{
	given.issuer = "https://id.example";
	ck_assert(made(false)->wants_hosted_email);
	given = bare("workspace");
	given.kind = "oidc";
	given.issuer = ISSUER;
	ck_assert(made(false)->wants_hosted_email);
	given.issuer = "https://id.example";
	ck_assert(!made(false)->wants_hosted_email);
}
END_TEST

START_TEST(trust_in_addresses_can_be_given_and_taken)
{
	given.trust_email = "no";
	ck_assert(!made(false)->trusts_email);
	given = bare("example");
	given.trust_email = "yes";
	ck_assert(made(false)->trusts_email);
}
END_TEST

START_TEST(a_provider_without_client_id_is_switched_off)
{
	struct config_provider two[] = {bare("google"), bare("discord")};
	const struct config config = {.provider_count = 2, .providers = two};
	const struct provider *provider = NULL;

	two[0].client_id = "";
	provider_init(&config);
	ck_assert_uint_eq(provider_count(), 1);
	ck_assert_str_eq(provider_at(0)->name, "discord");
	ck_assert_int_eq(provider_find(op, "google", &provider), RC_ABSENT);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_UNKNOWN);
	ck_assert_ptr_null(provider);
	ck_assert_int_eq(provider_find(op, "discord", &provider), RC_OK);
	ck_assert_ptr_eq(provider, provider_at(0));
}
END_TEST

START_TEST(a_name_is_found_to_the_letter)
{
	static const char *const bad[] = {"", "Google", "google ", "goog",
	    "google/callback", "nope"};
	const struct provider *provider;

	made(false);
	ck_assert_int_eq(provider_find(op, "google", &provider), RC_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(provider_find(op, bad[i], &provider) ==
		    RC_ABSENT, "%s", bad[i]);
	ck_assert_ptr_null(strstr(op_reason(op), "nope"));
	ck_assert_int_eq(provider_admit(op, "nope", &provider), RC_ABSENT);
	ck_assert_int_eq(fake_calls_count("providers_pin"), 0);
}
END_TEST

/* Admits google; *provider must stay untouched where it is refused. */
static enum rc admit_google(void)
{
	const struct provider *provider = NULL;
	enum rc rc = provider_admit(op, "google", &provider);

	ck_assert_ptr_eq(provider, rc == RC_OK ? provider_at(0) : NULL);
	return rc;
}

START_TEST(a_name_is_pinned_to_its_issuer_at_first_use)
{
	const struct provider *google = made(false);

	ck_assert(!provider_is_barred(google));
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_str_eq(fake_providers_pinned, ISSUER);
	ck_assert(!provider_is_barred(google));
}
END_TEST

START_TEST(a_look_at_the_pin_pins_nothing_and_sees_a_bar)
{
	const struct provider *google = made(false);

	ck_assert_int_eq(provider_look_at_pin(op, google), RC_OK);
	ck_assert_ptr_null(fake_providers_pinned);
	ck_assert(!provider_is_barred(google));

	fake_providers_pinned = "https://old.example";
	ck_assert_int_eq(provider_look_at_pin(op, google), RC_ABSENT);
	ck_assert(provider_is_barred(google));
}
END_TEST

/* As if the pin had last been asked for that long ago. */
static void let_pass(int64_t ms)
{
	provider_at(0)->state->pin_asked_ms -= ms;
}

START_TEST(a_pin_that_is_ours_is_asked_for_now_and_then)
{
	made(false);
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_int_eq(admit_google(), RC_OK);
	let_pass(PROVIDER_PIN_MOST_MS / 2);
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "providers_pin");

	let_pass(PROVIDER_PIN_MOST_MS);
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_str_eq(fake_calls_text(), "providers_pin providers_pin");
}
END_TEST

START_TEST(a_name_that_was_rebound_bars_a_worker_with_the_old_issuer)
{
	const struct provider *google = made(false);

	ck_assert_int_eq(admit_google(), RC_OK);
	fake_providers_pinned = "https://new.example";
	let_pass(PROVIDER_PIN_MOST_MS);
	ck_assert_int_eq(admit_google(), RC_ABSENT);
	ck_assert(provider_is_barred(google));
	ck_assert_int_eq(admit_google(), RC_ABSENT);
}
END_TEST

START_TEST(a_database_that_is_down_bars_no_pin_that_was_ours)
{
	static const enum rc failures[] = {RC_DOWN, RC_EXPIRED};
	int64_t deadline_ms = op->deadline_ms;

	made(false);
	ck_assert_int_eq(admit_google(), RC_OK);
	for (size_t i = 0; i < 2; i++) {
		let_pass(PROVIDER_PIN_MOST_MS);
		fake_calls_fail("providers_pin", failures[i], 1);
		ck_assert_int_eq(admit_google(), RC_OK);
		ck_assert_str_eq(op_reason(op), "");
		ck_assert_int_eq(op->deadline_ms, deadline_ms);
	}
	ck_assert_int_eq(fake_calls_count("providers_pin"), 3);

	/* Nor is each sign-in kept waiting for it, but the next one soon. */
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_int_eq(fake_calls_count("providers_pin"), 3);
	let_pass(1000);
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_int_eq(fake_calls_count("providers_pin"), 4);
}
END_TEST

START_TEST(a_name_pinned_to_another_issuer_is_barred)
{
	const struct provider *google = made(false);

	fake_providers_pinned = "https://old.example";
	ck_assert_int_eq(admit_google(), RC_ABSENT);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "https://old.example"));
	ck_assert_ptr_nonnull(strstr(op_reason(op), google->issuer));
	ck_assert(provider_is_barred(google));
}
END_TEST

START_TEST(a_rebound_name_is_free_without_a_restart)
{
	const struct provider *google = made(false);

	fake_providers_pinned = ISSUER "/";
	ck_assert_int_eq(admit_google(), RC_ABSENT);
	fake_providers_pinned = ISSUER;
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert(!provider_is_barred(google));
}
END_TEST

START_TEST(a_database_that_is_down_pins_nothing)
{
	const struct provider *google = made(false);

	fake_calls_fail("providers_pin", RC_DOWN, 1);
	ck_assert_int_eq(admit_google(), RC_DOWN);
	ck_assert_int_eq(op->refusal, REFUSAL_NONE);
	ck_assert(!provider_is_barred(google));
	ck_assert_int_eq(admit_google(), RC_OK);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("provider");
	TCase *t = tcase_create("provider");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_kind_says_what_a_provider_can_do);
	tcase_add_test(t, a_provider_is_as_configured);
	tcase_add_test(t, what_is_not_configured_is_the_safe_way);
	tcase_add_test(t,
	    googles_rule_for_addresses_goes_with_its_issuer_and_its_name);
	tcase_add_test(t, trust_in_addresses_can_be_given_and_taken);
	tcase_add_test(t, a_provider_without_client_id_is_switched_off);
	tcase_add_test(t, a_name_is_found_to_the_letter);
	tcase_add_test(t, a_name_is_pinned_to_its_issuer_at_first_use);
	tcase_add_test(t, a_look_at_the_pin_pins_nothing_and_sees_a_bar);
	tcase_add_test(t, a_pin_that_is_ours_is_asked_for_now_and_then);
	tcase_add_test(t,
	    a_name_that_was_rebound_bars_a_worker_with_the_old_issuer);
	tcase_add_test(t, a_database_that_is_down_bars_no_pin_that_was_ours);
	tcase_add_test(t, a_name_pinned_to_another_issuer_is_barred);
	tcase_add_test(t, a_rebound_name_is_free_without_a_restart);
	tcase_add_test(t, a_database_that_is_down_pins_nothing);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
