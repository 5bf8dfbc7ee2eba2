/* SPDX-License-Identifier: ISC */
/*
 * The table of providers: what a name stands for, what the configuration
 * changes, and what it is pinned to.  The table in PostgreSQL is a fake.
 */
#include "auth/provider.h"

#include <string.h>

#include <check.h>

#include "auth/discord.h"
#include "auth/oidc.h"
#include "auth/refusal.h"
#include "support/fake_calls.h"
#include "support/fake_providers.h"

#define SECRET(text) {(const unsigned char *)(text), sizeof(text) - 1}

static struct config_provider given;
static struct op *op;

/* A provider of that name with nothing but what the parser always gives. */
static struct config_provider bare(const char *name)
{
	return (struct config_provider){
	    .name = name,
	    .kind = "",
	    .label = "As configured",
	    .client_id = "our-client",
	    .client_secret = SECRET("s3cret"),
	    .issuer = "",
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

START_TEST(google_is_a_preset_of_openid_connect)
{
	const struct provider *google = made(false);

	ck_assert_ptr_eq(google->ops, &oidc_ops);
	ck_assert_str_eq(google->name, "google");
	ck_assert_str_eq(google->issuer, "https://accounts.google.com");
	ck_assert_str_eq(google->authorize_url,
	    "https://accounts.google.com/o/oauth2/v2/auth");
	ck_assert_str_eq(google->token_url,
	    "https://oauth2.googleapis.com/token");
	ck_assert_str_eq(google->jwks_url,
	    "https://www.googleapis.com/oauth2/v3/certs");
	ck_assert_str_eq(google->userinfo_url, "");
	ck_assert_str_eq(google->ops->scope, "openid email profile");
	ck_assert_int_eq(google->alg, JWS_RS256);
	ck_assert(google->trusts_email);
	ck_assert(google->wants_hosted_email);
	ck_assert(provider_is_ready(google));
}
END_TEST

START_TEST(discord_is_a_preset_of_its_own_kind)
{
	const struct provider *discord;

	given = bare("discord");
	discord = made(false);
	ck_assert_ptr_eq(discord->ops, &discord_ops);
	ck_assert_str_eq(discord->issuer, "https://discord.com");
	ck_assert_str_eq(discord->authorize_url,
	    "https://discord.com/oauth2/authorize");
	ck_assert_str_eq(discord->token_url,
	    "https://discord.com/api/oauth2/token");
	ck_assert_str_eq(discord->userinfo_url,
	    "https://discord.com/api/users/@me");
	ck_assert_str_eq(discord->ops->scope, "identify email");
	ck_assert(discord->trusts_email);
	ck_assert(!discord->wants_hosted_email);
}
END_TEST

START_TEST(any_other_name_is_plain_openid_connect)
{
	const struct provider *other;

	given = bare("example");
	given.issuer = "https://id.example";
	other = made(false);
	ck_assert_ptr_eq(other->ops, &oidc_ops);
	ck_assert_str_eq(other->issuer, "https://id.example");
	ck_assert_str_eq(other->authorize_url, "");
	ck_assert_str_eq(other->token_url, "");
	ck_assert_str_eq(other->userinfo_url, "");
	ck_assert_str_eq(other->jwks_url, "");
	ck_assert(!other->wants_hosted_email);
	ck_assert(!provider_is_ready(other));
}
END_TEST

START_TEST(discord_under_another_name_is_still_discord)
{
	const struct provider *guild;

	given = bare("guild");
	given.kind = "discord";
	guild = made(false);
	ck_assert_ptr_eq(guild->ops, &discord_ops);
	ck_assert_str_eq(guild->name, "guild");
	ck_assert_str_eq(guild->token_url,
	    "https://discord.com/api/oauth2/token");
}
END_TEST

START_TEST(the_name_discord_with_another_kind_is_no_preset)
{
	given = bare("discord");
	given.kind = "oidc";
	given.issuer = "https://id.example";
	ck_assert_ptr_eq(made(false)->ops, &oidc_ops);
	ck_assert_str_eq(provider_at(0)->token_url, "");
}
END_TEST

START_TEST(what_is_configured_goes_before_the_preset)
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

START_TEST(an_issuer_of_ones_own_is_not_googles_endpoints)
{
	const struct provider *own;

	given.issuer = "https://id.example";
	given.token_url = "https://id.example/t";
	own = made(false);
	ck_assert_str_eq(own->issuer, "https://id.example");
	ck_assert_str_eq(own->authorize_url, "");
	ck_assert_str_eq(own->token_url, "https://id.example/t");
	ck_assert_str_eq(own->jwks_url, "");
}
END_TEST

START_TEST(googles_rule_for_addresses_goes_with_its_issuer_and_its_name)
{
	given.issuer = "https://id.example";
	ck_assert(made(false)->wants_hosted_email);
	given = bare("workspace");
	given.kind = "oidc";
	given.issuer = "https://accounts.google.com";
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
	ck_assert_str_eq(fake_providers_pinned, "https://accounts.google.com");
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

START_TEST(a_pin_that_is_ours_is_asked_for_once)
{
	made(false);
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_int_eq(admit_google(), RC_OK);
	ck_assert_int_eq(fake_calls_count("providers_pin"), 1);
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

	fake_providers_pinned = "https://accounts.google.com/";
	ck_assert_int_eq(admit_google(), RC_ABSENT);
	fake_providers_pinned = "https://accounts.google.com";
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
	tcase_add_test(t, google_is_a_preset_of_openid_connect);
	tcase_add_test(t, discord_is_a_preset_of_its_own_kind);
	tcase_add_test(t, any_other_name_is_plain_openid_connect);
	tcase_add_test(t, discord_under_another_name_is_still_discord);
	tcase_add_test(t, the_name_discord_with_another_kind_is_no_preset);
	tcase_add_test(t, what_is_configured_goes_before_the_preset);
	tcase_add_test(t, what_is_not_configured_is_the_safe_way);
	tcase_add_test(t, an_issuer_of_ones_own_is_not_googles_endpoints);
	tcase_add_test(t,
	    googles_rule_for_addresses_goes_with_its_issuer_and_its_name);
	tcase_add_test(t, trust_in_addresses_can_be_given_and_taken);
	tcase_add_test(t, a_provider_without_client_id_is_switched_off);
	tcase_add_test(t, a_name_is_found_to_the_letter);
	tcase_add_test(t, a_name_is_pinned_to_its_issuer_at_first_use);
	tcase_add_test(t, a_look_at_the_pin_pins_nothing_and_sees_a_bar);
	tcase_add_test(t, a_pin_that_is_ours_is_asked_for_once);
	tcase_add_test(t, a_name_pinned_to_another_issuer_is_barred);
	tcase_add_test(t, a_rebound_name_is_free_without_a_restart);
	tcase_add_test(t, a_database_that_is_down_pins_nothing);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
