/* SPDX-License-Identifier: ISC */
/*
 * Discord: what it is asked and what is believed of its answers.  Its side is
 * scripted (support/fake_fetch.c).
 */
#include "auth/discord.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "support/fake_fetch.h"

#define TOKEN_URL "https://discord.com/api/oauth2/token"
#define USER_URL  "https://discord.com/api/users/@me"
#define CDN	  "https://cdn.discordapp.com"
#define HASH	  "0123456789abcdef0123456789abcdef"

static struct provider provider;
static struct op *op;

static const struct provider_grant grant = {
	.code = "a&client_id=evil+/ %",
	.redirect_uri = "https://www.example.org/api/auth/discord/callback",
	.verifier = "the-verifier",
	.nonce = "",
};

static void setup(void)
{
	op = op_new("test", 10000);
	provider = (struct provider){
	    .ops = &discord_ops,
	    .name = "discord",
	    .issuer = "https://discord.com",
	    .authorize_url = "https://discord.com/oauth2/authorize",
	    .token_url = TOKEN_URL,
	    .userinfo_url = USER_URL,
	    .jwks_url = "",
	    .client_id = "our-client",
	    .client_secret = "s&cret",
	    .hosted_domain = "",
	    .trusts_email = true,
	};
	fake_fetch_begin();
}

static void teardown(void)
{
	fake_fetch_end();
	op_free(op);
}

/* The outcome; *identity must stay untouched on failure. */
static enum rc identify(struct identity *identity)
{
	struct identity got = {.subject = "untouched"};
	enum rc rc;

	op_clear(op);
	rc = discord_ops.identify(op, &provider, &grant, &got);
	ck_assert((rc == RC_OK) == (strcmp(got.subject, "untouched") != 0));
	ck_assert((rc == RC_OK) == (op_reason(op)[0] == '\0'));
	if (identity != NULL)
		*identity = got;
	return rc;
}

static void token_comes(void)
{
	fake_fetch_says(TOKEN_URL, "{\"access_token\":\"at-1\"}");
}

/* Whom a user object, but for its braces, makes. */
static struct identity person(const char *members)
{
	struct identity identity;

	token_comes();
	fake_fetch_says(USER_URL, pool_print(op->pool, "{%s}", members));
	ck_assert_msg(identify(&identity) == RC_OK, "%s: %s", members,
	    op_reason(op));
	return identity;
}

START_TEST(the_consent_screen_is_asked_with_pkce_and_no_nonce)
{
	const struct provider_question question = {
		.redirect_uri = grant.redirect_uri, .state = "st",
		.challenge = "ch", .nonce = ""};
	const char *url;

	ck_assert(!discord_ops.takes_nonce);
	ck_assert(discord_ops.is_ready(&provider));
	ck_assert_int_eq(discord_ops.authorize(op, &provider, &question,
	    &url), RC_OK);
	ck_assert_str_eq(url, "https://discord.com/oauth2/authorize"
	    "?response_type=code&client_id=our-client&redirect_uri=https%3A%2F"
	    "%2Fwww.example.org%2Fapi%2Fauth%2Fdiscord%2Fcallback"
	    "&scope=identify%20email&state=st&code_challenge=ch"
	    "&code_challenge_method=S256");
}
END_TEST

START_TEST(a_code_is_redeemed_with_verifier_and_secret)
{
	person("\"id\":\"1\"");
	ck_assert_str_eq(fake_fetch_call(0)->form,
	    "grant_type=authorization_code"
	    "&code=a%26client_id%3Devil%2B%2F%20%25&redirect_uri=https%3A%2F"
	    "%2Fwww.example.org%2Fapi%2Fauth%2Fdiscord%2Fcallback"
	    "&code_verifier=the-verifier&client_id=our-client"
	    "&client_secret=s%26cret");
	ck_assert_ptr_null(fake_fetch_call(0)->bearer);
	ck_assert_ptr_null(fake_fetch_call(1)->form);
	ck_assert_str_eq(fake_fetch_call(1)->bearer, "at-1");
}
END_TEST

START_TEST(calls_are_made_as_the_provider_is_configured)
{
	person("\"id\":\"1\"");
	provider.ca_file = "/etc/ca.pem";
	provider.internal = true;
	provider.plain_http = true;
	person("\"id\":\"1\"");

	for (size_t i = 0; i < 2; i++) {
		ck_assert_ptr_null(fake_fetch_call(i)->ca_file);
		ck_assert(!fake_fetch_call(i)->internal);
		ck_assert(!fake_fetch_call(i)->plain_http);
		ck_assert_str_eq(fake_fetch_call(i + 2)->ca_file,
		    "/etc/ca.pem");
		ck_assert(fake_fetch_call(i + 2)->internal);
		ck_assert(fake_fetch_call(i + 2)->plain_http);
	}
}
END_TEST

START_TEST(a_persons_facts_are_read)
{
	struct identity alice = person("\"id\":\"80351110224678912\","
	    "\"username\":\"alice\",\"global_name\":\"Alice A.\","
	    "\"email\":\"Alice@example.org\",\"verified\":true,"
	    "\"avatar\":\"" HASH "\"");

	ck_assert_str_eq(alice.provider, "discord");
	ck_assert_str_eq(alice.subject, "80351110224678912");
	ck_assert_str_eq(alice.email, "Alice@example.org");
	ck_assert(alice.email_verified);
	ck_assert_str_eq(alice.display_name, "Alice A.");
	ck_assert_str_eq(alice.avatar_url,
	    CDN "/avatars/80351110224678912/" HASH ".png");
}
END_TEST

START_TEST(large_ids_keep_their_digits)
{
	ck_assert_str_eq(person("\"id\":\"18446744073709551615\"").subject,
	    "18446744073709551615");
	ck_assert_str_eq(person("\"id\":\"9007199254740993\"").subject,
	    "9007199254740993");
}
END_TEST

START_TEST(what_is_no_decimal_id_is_refused)
{
	static const char *const bad[] = {"\"x\":1", "\"id\":null",
	    "\"id\":80351110224678912", "\"id\":true", "\"id\":\"\"",
	    "\"id\":\"-1\"", "\"id\":\"+1\"", "\"id\":\" 1\"", "\"id\":\"1a\"",
	    "\"id\":\"0x1\"", "\"id\":\"18446744073709551616\"",
	    "\"id\":\"000000000000000000001\"", "\"id\":\"0\"",
	    "\"id\":\"000\""};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fake_fetch_end();
		fake_fetch_begin();
		token_comes();
		fake_fetch_says(USER_URL, pool_print(op->pool, "{%s}", bad[i]));
		ck_assert_msg(identify(NULL) == RC_UPSTREAM, "%s", bad[i]);
	}
}
END_TEST

static bool is_verified(const char *verified)
{
	return person(pool_print(op->pool, "\"id\":\"1\","
	    "\"email\":\"a@b\",\"verified\":%s", verified)).email_verified;
}

START_TEST(a_subject_is_an_id_as_people_sign_in_with_it)
{
	static const char *const bad[] = {"", "@Alice", "12a", "-1", "1 ",
		"01", "0", "18446744073709551616", "100000000000000000000"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!discord_ops.is_subject(bad[i]), "%s", bad[i]);
	ck_assert(discord_ops.is_subject("7"));
	ck_assert(discord_ops.is_subject("18446744073709551615"));
}
END_TEST

START_TEST(only_json_true_is_verified)
{
	static const char *const verified[] = {"false", "null", "\"true\"",
	    "1", "\"false\"", "[true]"};

	for (size_t i = 0; i < sizeof(verified) / sizeof(verified[0]); i++)
		ck_assert_msg(!is_verified(verified[i]), "%s", verified[i]);
	ck_assert(!person("\"id\":\"1\",\"email\":\"a@b\"").email_verified);
	ck_assert(is_verified("true"));
}
END_TEST

START_TEST(no_address_is_none_and_not_verified)
{
	static const char *const none[] = {"\"x\":1", "\"email\":null",
	    "\"email\":\"\"", "\"email\":\"nobody\"", "\"email\":1"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct identity got = person(pool_print(op->pool,
		    "\"id\":\"1\",\"verified\":true,%s", none[i]));

		ck_assert_msg(got.email == NULL, "%s", none[i]);
		ck_assert_msg(!got.email_verified, "%s", none[i]);
	}
}
END_TEST

START_TEST(verified_addresses_are_ascii_and_of_a_trusted_provider)
{
	ck_assert(!person("\"id\":\"1\",\"verified\":true,"
	    "\"email\":\"al\xc4\xb1""ce@b\"").email_verified);
	provider.trusts_email = false;
	ck_assert(!person("\"id\":\"1\",\"verified\":true,"
	    "\"email\":\"a@b\"").email_verified);
}
END_TEST

START_TEST(the_username_stands_in_for_a_missing_name)
{
	static const char *const none[] = {"\"x\":1", "\"global_name\":null",
	    "\"global_name\":\"\"", "\"global_name\":\" \\u200b\""};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ck_assert_str_eq(person(pool_print(op->pool, "\"id\":\"1\","
		    "\"username\":\"alice\",%s", none[i])).display_name,
		    "alice");
	ck_assert_ptr_null(person("\"id\":\"1\"").display_name);
}
END_TEST

START_TEST(pr_12_an_animated_avatar_is_a_gif)
{
	ck_assert_str_eq(person("\"id\":\"7\",\"avatar\":\"a_" HASH "\"")
	    .avatar_url, CDN "/avatars/7/a_" HASH ".gif");
}
END_TEST

START_TEST(pr_12_what_is_no_avatar_hash_gives_the_default_one)
{
	static const char *const bad[] = {"null", "\"\"", "1", "\"a_\"",
	    "\"../x\"", "\"" HASH "0\"", "\"0123456789abcdef\"",
	    "\"0123456789ABCDEF0123456789abcdef\"", "\"a_a_" HASH "\""};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_str_eq(person(pool_print(op->pool,
		    "\"id\":\"4194304\",\"avatar\":%s", bad[i])).avatar_url,
		    CDN "/embed/avatars/1.png");
}
END_TEST

START_TEST(pr_13_the_default_avatar_goes_by_discriminator_or_id)
{
	static const struct {
		const char *members;
		const char *number;
	} cases[] = {
		{"\"id\":\"4194303\"", "0"},
		{"\"id\":\"20971520\"", "5"},
		{"\"id\":\"25165824\"", "0"},
		{"\"id\":\"4194304\",\"discriminator\":\"0\"", "1"},
		{"\"id\":\"4194304\",\"discriminator\":null", "1"},
		{"\"id\":\"4194304\",\"discriminator\":\"12\"", "1"},
		{"\"id\":\"4194304\",\"discriminator\":\"0013\"", "3"},
		{"\"id\":\"4194304\",\"discriminator\":\"9999\"", "4"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(person(cases[i].members).avatar_url,
		    pool_print(op->pool, CDN "/embed/avatars/%s.png",
			cases[i].number));
}
END_TEST

START_TEST(iss_is_demanded_only_where_configured)
{
	bool sends = true;

	ck_assert_int_eq(discord_ops.sends_iss(op, &provider, &sends), RC_OK);
	ck_assert(!sends);
	provider.announces_iss = true;
	ck_assert_int_eq(discord_ops.sends_iss(op, &provider, &sends), RC_OK);
	ck_assert(sends);
}
END_TEST

START_TEST(a_failing_token_endpoint_ends_it)
{
	fake_fetch_fails(TOKEN_URL, RC_UPSTREAM);
	ck_assert_int_eq(identify(NULL), RC_UPSTREAM);
}
END_TEST

START_TEST(a_failing_user_endpoint_ends_it)
{
	token_comes();
	fake_fetch_fails(USER_URL, RC_EXPIRED);
	ck_assert_int_eq(identify(NULL), RC_UPSTREAM);
	ck_assert_int_eq(op->refusal, REFUSAL_PROVIDER_TIMEOUT);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("discord");
	TCase *t = tcase_create("discord");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, the_consent_screen_is_asked_with_pkce_and_no_nonce);
	tcase_add_test(t, a_code_is_redeemed_with_verifier_and_secret);
	tcase_add_test(t, calls_are_made_as_the_provider_is_configured);
	tcase_add_test(t, a_persons_facts_are_read);
	tcase_add_test(t, large_ids_keep_their_digits);
	tcase_add_test(t, what_is_no_decimal_id_is_refused);
	tcase_add_test(t, a_subject_is_an_id_as_people_sign_in_with_it);
	tcase_add_test(t, only_json_true_is_verified);
	tcase_add_test(t, no_address_is_none_and_not_verified);
	tcase_add_test(t,
	    verified_addresses_are_ascii_and_of_a_trusted_provider);
	tcase_add_test(t, the_username_stands_in_for_a_missing_name);
	tcase_add_test(t, pr_12_an_animated_avatar_is_a_gif);
	tcase_add_test(t, pr_12_what_is_no_avatar_hash_gives_the_default_one);
	tcase_add_test(t, pr_13_the_default_avatar_goes_by_discriminator_or_id);
	tcase_add_test(t, iss_is_demanded_only_where_configured);
	tcase_add_test(t, a_failing_token_endpoint_ends_it);
	tcase_add_test(t, a_failing_user_endpoint_ends_it);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
