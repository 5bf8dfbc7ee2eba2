/* SPDX-License-Identifier: ISC */
/*
 * What an id_token must say, claim by claim, and whom it names.  Time is
 * support/fake_clock.c's.
 */
#include "auth/oidc_claims.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"
#include "support/fake_clock.h"

#define NOW INT64_C(1767323045)		/* seconds; the claims' iat */

static struct provider provider;
static struct op *op;

static void setup(void)
{
	fake_clock_now_ms = NOW * 1000;
	op = op_new("test", 10000);
	provider = (struct provider){
	    .name = "google",
	    .issuer = "https://accounts.google.com",
	    .client_id = "our-client",
	    .hosted_domain = "",
	    .trusts_email = true,
	};
}

static void teardown(void)
{
	op_free(op);
}

static const struct js *parsed(const char *text)
{
	const struct js *value;

	ck_assert_msg(js_parse(op, text, strlen(text), &value) == RC_OK,
	    "%s: %s", text, op_reason(op));
	return value;
}

/*
 * Right claims, of which the one called name is left out; more is put after
 * them.
 */
static const struct js *claims(const char *name, const char *more)
{
	static const char *const right[][2] = {
		{"iss", "\"https://accounts.google.com\""},
		{"aud", "\"our-client\""}, {"nonce", "\"our-nonce\""},
		{"iat", "1767323045"}, {"exp", "1767326645"},
	};
	const char *text = "\"x\":0";

	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		if (strcmp(right[i][0], name) != 0)
			text = pool_print(op->pool, "%s,\"%s\":%s", text,
			    right[i][0], right[i][1]);
	return parsed(pool_print(op->pool, "{%s%s%s}", text,
	    more[0] != '\0' ? "," : "", more));
}

/* The outcome with a claim of this value, in JSON, instead of the right one. */
static enum rc with(const char *name, const char *value)
{
	return oidc_claims_check(op, &provider, claims(name,
	    pool_print(op->pool, "\"%s\":%s", name, value)), "our-nonce");
}

/* The outcome without it. */
static enum rc without(const char *name)
{
	return oidc_claims_check(op, &provider, claims(name, ""), "our-nonce");
}

/* None of these values, nor its absence, is accepted. */
static void refused(const char *name, const char *const *values, size_t count)
{
	ck_assert_int_eq(without("nothing"), RC_OK);
	ck_assert_int_eq(without(name), RC_UPSTREAM);
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(with(name, values[i]) == RC_UPSTREAM, "%s: %s",
		    name, values[i]);
}

#define REFUSED(name, ...)                                                    \
	refused(name, (const char *const[]){__VA_ARGS__},                     \
	    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* The instant so many seconds from now, in JSON. */
static const char *at(int64_t offset_s)
{
	return pool_print(op->pool, "%lld", (long long)(NOW + offset_s));
}

START_TEST(iss_must_be_the_issuer_to_the_letter)
{
	REFUSED("iss", "\"accounts.google.com\"", "\"\"", "null", "1",
	    "\"http://accounts.google.com\"", "\"https://accounts.google.com/\"",
	    "\"https://Accounts.google.com\"",
	    "[\"https://accounts.google.com\"]");
}
END_TEST

START_TEST(aud_must_be_us_alone)
{
	REFUSED("aud", "\"another\"", "\"\"", "null", "[]", "1",
	    "[\"our-client\",\"another\"]", "[\"our-client\",\"our-client\"]",
	    "[\"another\"]", "[[\"our-client\"]]", "[null]",
	    "{\"aud\":\"our-client\"}");
	ck_assert_int_eq(with("aud", "[\"our-client\"]"), RC_OK);
}
END_TEST

START_TEST(azp_must_be_us_where_it_is_given)
{
	ck_assert_int_eq(with("azp", "\"our-client\""), RC_OK);
	ck_assert_int_eq(with("azp", "\"another\""), RC_UPSTREAM);
	ck_assert_int_eq(with("azp", "null"), RC_UPSTREAM);
	ck_assert_int_eq(with("azp", "[\"our-client\"]"), RC_UPSTREAM);
}
END_TEST

START_TEST(nonce_must_be_the_transactions)
{
	REFUSED("nonce", "\"another\"", "\"\"", "null", "1",
	    "[\"our-nonce\"]", "\"our-nonc\"", "\"our-nonce \"");
}
END_TEST

START_TEST(an_empty_nonce_matches_nothing)
{
	ck_assert_int_eq(oidc_claims_check(op, &provider,
	    claims("nonce", "\"nonce\":\"\""), ""), RC_UPSTREAM);
	ck_assert_int_eq(oidc_claims_check(op, &provider,
	    claims("nonce", ""), ""), RC_UPSTREAM);
}
END_TEST

START_TEST(exp_and_iat_must_be_integers)
{
	REFUSED("exp", "\"1767326645\"", "null", "1767326645.5", "1e400",
	    "true", "-1", "0", "99999999999999999999");
	REFUSED("iat", "\"1767323045\"", "null", "1767323045.0", "1e9");
}
END_TEST

START_TEST(an_id_token_may_be_60_seconds_old)
{
	ck_assert_int_eq(with("exp", at(-59)), RC_OK);
	ck_assert_int_eq(with("exp", at(-60)), RC_UPSTREAM);
}
END_TEST

START_TEST(an_id_token_may_come_60_seconds_early)
{
	ck_assert_int_eq(with("iat", at(60)), RC_OK);
	ck_assert_int_eq(with("iat", at(61)), RC_UPSTREAM);
}
END_TEST

/* Whom an id_token with these claims names. */
static struct identity person(const char *members)
{
	struct identity identity;

	ck_assert_msg(oidc_claims_person(op, &provider,
	    parsed(pool_print(op->pool, "{\"sub\":\"7\"%s%s}",
		members[0] != '\0' ? "," : "", members)), &identity) == RC_OK,
	    "%s: %s", members, op_reason(op));
	return identity;
}

START_TEST(a_persons_facts_are_read)
{
	struct identity alice = person("\"email\":\"Alice@example.org\","
	    "\"email_verified\":true,\"name\":\" Alice A.\","
	    "\"picture\":\"https://pic.example/a\"");

	ck_assert_str_eq(alice.provider, "google");
	ck_assert_str_eq(alice.subject, "7");
	ck_assert_str_eq(alice.email, "Alice@example.org");
	ck_assert(alice.email_verified);
	ck_assert_str_eq(alice.display_name, "Alice A.");
	ck_assert_str_eq(alice.avatar_url, "https://pic.example/a");
}
END_TEST

START_TEST(a_person_need_not_say_more_than_a_subject)
{
	struct identity nobody = person("\"picture\":\"http://pic.example\"");

	ck_assert_ptr_null(nobody.email);
	ck_assert(!nobody.email_verified);
	ck_assert_ptr_null(nobody.display_name);
	ck_assert_ptr_null(nobody.avatar_url);
}
END_TEST

START_TEST(a_person_without_a_usable_subject_is_refused)
{
	static const char *const bad[] = {"{}", "{\"sub\":null}",
	    "{\"sub\":\"\"}", "{\"sub\":7}", "{\"sub\":true}",
	    "{\"sub\":\"a b\"}", "{\"sub\":\"\\u00e4\"}", "{\"id\":\"7\"}"};
	struct identity identity = {.subject = "untouched"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(oidc_claims_person(op, &provider, parsed(bad[i]),
		    &identity) == RC_UPSTREAM, "%s", bad[i]);
	ck_assert_str_eq(identity.subject, "untouched");
}
END_TEST

START_TEST(only_json_true_is_verified)
{
	static const char *const bad[] = {"\"x\":1", "\"email_verified\":false",
	    "\"email_verified\":\"true\"", "\"email_verified\":1",
	    "\"email_verified\":null", "\"verified_email\":true"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!person(pool_print(op->pool,
		    "\"email\":\"a@b\",%s", bad[i])).email_verified, "%s",
		    bad[i]);
}
END_TEST

START_TEST(verified_addresses_are_ascii_and_of_a_trusted_provider)
{
	ck_assert(!person("\"email\":\"al\xc4\xb1""ce@b\","
	    "\"email_verified\":true").email_verified);
	ck_assert(!person("\"email_verified\":true").email_verified);
	ck_assert(!person("\"email\":\"none\",\"email_verified\":true")
	    .email_verified);
	provider.trusts_email = false;
	ck_assert(!person("\"email\":\"a@b\",\"email_verified\":true")
	    .email_verified);
}
END_TEST

START_TEST(google_speaks_for_addresses_it_hosts_only)
{
	static const struct {
		const char *members;
		bool verified;
	} cases[] = {
		{"\"email\":\"a@gmail.com\"", true},
		{"\"email\":\"A@GMail.com\"", true},
		{"\"email\":\"a@corp.example\",\"hd\":\"corp.example\"", true},
		{"\"email\":\"a@corp.example\"", false},
		{"\"email\":\"a@corp.example\",\"hd\":null", false},
		{"\"email\":\"a@corp.example\",\"hd\":\"\"", false},
		{"\"email\":\"a@sub.gmail.com\"", false},
		{"\"email\":\"a@notgmail.com\"", false},
	};

	provider.wants_hosted_email = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(person(pool_print(op->pool,
		    "\"email_verified\":true,%s", cases[i].members))
		    .email_verified == cases[i].verified, "%s",
		    cases[i].members);
}
END_TEST

START_TEST(a_hosted_domain_is_demanded_to_the_letter)
{
	static const char *const bad[] = {"{\"sub\":\"7\"}",
	    "{\"sub\":\"7\",\"hd\":\"\"}", "{\"sub\":\"7\",\"hd\":null}",
	    "{\"sub\":\"7\",\"hd\":\"Corp.example\"}",
	    "{\"sub\":\"7\",\"hd\":\"else.example\"}",
	    "{\"sub\":\"7\",\"hd\":[\"corp.example\"]}",
	    "{\"sub\":\"7\",\"email\":\"a@corp.example\"}"};
	struct identity identity;

	provider.hosted_domain = "corp.example";
	ck_assert_str_eq(person("\"hd\":\"corp.example\"").subject, "7");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(oidc_claims_person(op, &provider, parsed(bad[i]),
		    &identity) == RC_DENIED, "%s", bad[i]);
		ck_assert_int_eq(op->refusal, REFUSAL_SIGN_IN);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("oidc_claims");
	TCase *t = tcase_create("oidc_claims");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, iss_must_be_the_issuer_to_the_letter);
	tcase_add_test(t, aud_must_be_us_alone);
	tcase_add_test(t, azp_must_be_us_where_it_is_given);
	tcase_add_test(t, nonce_must_be_the_transactions);
	tcase_add_test(t, an_empty_nonce_matches_nothing);
	tcase_add_test(t, exp_and_iat_must_be_integers);
	tcase_add_test(t, an_id_token_may_be_60_seconds_old);
	tcase_add_test(t, an_id_token_may_come_60_seconds_early);
	tcase_add_test(t, a_persons_facts_are_read);
	tcase_add_test(t, a_person_need_not_say_more_than_a_subject);
	tcase_add_test(t, a_person_without_a_usable_subject_is_refused);
	tcase_add_test(t, only_json_true_is_verified);
	tcase_add_test(t,
	    verified_addresses_are_ascii_and_of_a_trusted_provider);
	tcase_add_test(t, google_speaks_for_addresses_it_hosts_only);
	tcase_add_test(t, a_hosted_domain_is_demanded_to_the_letter);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
