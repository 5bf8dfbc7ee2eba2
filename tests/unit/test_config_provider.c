/* SPDX-License-Identifier: ISC */
/* Providers (CF-07), and the rules that bind options to each other. */
#include <check.h>

#include "support/config_file.h"

#define REFUSES(words, ...) \
	config_file_refuses((struct config_file){__VA_ARGS__}, words)
#define ACCEPTS(...) config_file_accepts((struct config_file){__VA_ARGS__})

#define CLIENT "client_id = \"id\" client_secret_file = \"@/client\" "

START_TEST(google_and_discord_need_a_client_only)
{
	const struct config *config = ACCEPTS(.providers =
	    "google = { " CLIENT "}\ndiscord = { " CLIENT "}");

	ck_assert_uint_eq(config->provider_count, 2);
	ck_assert_str_eq(config->providers[0].name, "google");
	ck_assert_str_eq(config->providers[0].kind, "oidc");
	ck_assert_str_eq(config->providers[0].label, "Google");
	ck_assert_str_eq(config->providers[0].trust_email, "yes");
	ck_assert_str_eq(config->providers[0].algorithm, "RS256");
	ck_assert_str_eq(config->providers[0].issuer,
	    "https://accounts.google.com");
	ck_assert_str_eq(config->providers[0].authorize_url,
	    "https://accounts.google.com/o/oauth2/v2/auth");
	ck_assert_str_eq(config->providers[0].token_url,
	    "https://oauth2.googleapis.com/token");
	ck_assert_str_eq(config->providers[0].userinfo_url, "");
	ck_assert_str_eq(config->providers[0].jwks_url,
	    "https://www.googleapis.com/oauth2/v3/certs");
	ck_assert_uint_eq(config->providers[0].client_secret.size, 7);
	ck_assert_str_eq(config->providers[1].kind, "discord");
	ck_assert_str_eq(config->providers[1].trust_email, "yes");
	ck_assert_str_eq(config->providers[1].issuer, "https://discord.com");
	ck_assert_str_eq(config->providers[1].authorize_url,
	    "https://discord.com/oauth2/authorize");
	ck_assert_str_eq(config->providers[1].token_url,
	    "https://discord.com/api/oauth2/token");
	ck_assert_str_eq(config->providers[1].userinfo_url,
	    "https://discord.com/api/users/@me");
}
END_TEST

START_TEST(another_provider_names_kind_and_issuer)
{
	const struct config *config = ACCEPTS(.providers =
	    "corp = { kind = \"oidc\" issuer = \"https://id.example/\" "
	    "label = \"The Corp\" internal = true " CLIENT "}");

	ck_assert_str_eq(config->providers[0].issuer, "https://id.example/");
	ck_assert_str_eq(config->providers[0].label, "The Corp");
	ck_assert_str_eq(config->providers[0].trust_email, "no");
	ck_assert_str_eq(config->providers[0].token_url, "");
	ck_assert_str_eq(config->providers[0].jwks_url, "");
	ck_assert(config->providers[0].internal);
	REFUSES("providers.corp.kind: is missing; write kind = \"oidc\"",
	    .providers = "corp = { issuer = \"https://id.example\" }");
	REFUSES("providers.corp.issuer: is missing",
	    .providers = "corp = { kind = \"oidc\" " CLIENT "}");
}
END_TEST

START_TEST(discord_under_another_name_is_still_discord)
{
	const struct config *config = ACCEPTS(.providers =
	    "guild = { kind = \"discord\" " CLIENT "}");

	ck_assert_str_eq(config->providers[0].issuer, "https://discord.com");
	ck_assert_str_eq(config->providers[0].token_url,
	    "https://discord.com/api/oauth2/token");
	ck_assert_str_eq(config->providers[0].trust_email, "no");
}
END_TEST

START_TEST(an_endpoint_that_is_given_goes_before_googles)
{
	const struct config *config = ACCEPTS(.providers =
	    "google = { token_url = \"https://t.example\" " CLIENT "}");

	ck_assert_str_eq(config->providers[0].token_url, "https://t.example");
	ck_assert_str_eq(config->providers[0].jwks_url,
	    "https://www.googleapis.com/oauth2/v3/certs");
}
END_TEST

START_TEST(an_issuer_of_ones_own_has_not_googles_endpoints)
{
	const struct config *config = ACCEPTS(.providers =
	    "google = { issuer = \"https://id.example\" "
	    "token_url = \"https://id.example/t\" " CLIENT "}");

	ck_assert_str_eq(config->providers[0].issuer, "https://id.example");
	ck_assert_str_eq(config->providers[0].authorize_url, "");
	ck_assert_str_eq(config->providers[0].token_url,
	    "https://id.example/t");
	ck_assert_str_eq(config->providers[0].jwks_url, "");
}
END_TEST

/* As latchkey -t prints it. */
START_TEST(googles_issuer_written_down_keeps_its_endpoints)
{
	const struct config *config = ACCEPTS(.providers =
	    "google = { issuer = \"https://accounts.google.com\" "
	    CLIENT "}");

	ck_assert_str_eq(config->providers[0].token_url,
	    "https://oauth2.googleapis.com/token");
}
END_TEST

START_TEST(a_provider_without_client_is_switched_off_but_listed)
{
	const struct config *config = ACCEPTS(.providers =
	    "google = { client_secret_file = \"@/absent\" }\n"
	    "corp = { kind = \"oidc\" }");

	ck_assert_uint_eq(config->provider_count, 2);
	ck_assert_str_eq(config->providers[0].client_id, "");
	ck_assert_uint_eq(config->providers[0].client_secret.size, 0);
}
END_TEST

START_TEST(a_client_without_secret_is_refused)
{
	const char *words = "providers.google.client_secret_file: is missing";

	REFUSES(words, .providers = "google = { client_id = \"id\" }");
	REFUSES(words, .providers =
	    "google = { client_id = \"id\" client_secret_file = \"\" }");
	REFUSES("client_secret_file: leads to a file that cannot be opened",
	    .providers = "google = { client_id = \"id\" "
			 "client_secret_file = \"@/absent\" }");
}
END_TEST

START_TEST(names_of_our_own_paths_are_refused)
{
	static const char *const names[] = {"providers", "token", "refresh",
		"logout", "logout-all", "verify", "link", "signin"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		REFUSES("is a name that latchkey has for a path of its own",
		    .providers = pool_print(config_file_pool(),
			"%s = { kind = \"discord\" }", names[i]));
}
END_TEST

START_TEST(a_provider_has_a_plain_name)
{
	REFUSES("providers.Google: is not a provider's name",
	    .providers = "Google = { kind = \"oidc\" }");
	REFUSES("is not a provider's name",
	    .providers = "my_corp = { kind = \"oidc\" }");
	REFUSES("is not a provider's name", .providers =
	    "a23456789-123456789-123456789-123 = { kind = \"oidc\" }");
	ACCEPTS(.providers =
	    "a23456789-123456789-123456789-12 = { kind = \"oidc\" }");
}
END_TEST

START_TEST(a_kind_is_known_and_fits_the_name)
{
	REFUSES("providers.corp.kind: is not known",
	    .providers = "corp = { kind = \"saml\" }");
	REFUSES("providers.google.kind: does not fit the name",
	    .providers = "google = { kind = \"discord\" }");
	REFUSES("providers.discord.kind: does not fit the name",
	    .providers = "discord = { kind = \"oidc\" }");
	ACCEPTS(.providers = "google = { kind = \"oidc\" }");
}
END_TEST

START_TEST(algorithm_and_trust_email_are_known_words)
{
	REFUSES("providers.google.algorithm: is not known; write \"RS256\"",
	    .providers = "google = { algorithm = \"none\" }");
	REFUSES("algorithm: is not known",
	    .providers = "google = { algorithm = \"HS256\" }");
	REFUSES("providers.google.trust_email: is not known; write \"yes\"",
	    .providers = "google = { trust_email = \"true\" }");
	ACCEPTS(.providers =
	    "google = { algorithm = \"ES256\" trust_email = \"no\" }");
}
END_TEST

START_TEST(two_providers_with_one_issuer_are_refused)
{
	REFUSES("providers.corp.issuer: is the issuer of providers.google, too",
	    .providers = "google = { " CLIENT "}\ncorp = { kind = \"oidc\" "
		"issuer = \"https://accounts.google.com\" " CLIENT "}");
	REFUSES("is the issuer of providers.google, too",
	    .providers = "google = { " CLIENT "}\ncorp = { kind = \"oidc\" "
		"issuer = \"https://accounts.google.com/\" " CLIENT "}");
	REFUSES("providers.b.issuer: is the issuer of providers.a, too",
	    .providers = "a = { kind = \"oidc\" issuer = \"https://i.example\" "
		CLIENT "}\nb = { kind = \"oidc\" "
		"issuer = \"https://i.example\" " CLIENT "}");
	REFUSES("providers.other.issuer: is the issuer of providers.discord",
	    .providers = "discord = { " CLIENT "}\n"
		"other = { kind = \"discord\" " CLIENT "}");
}
END_TEST

START_TEST(an_issuer_may_be_shared_with_a_provider_that_is_off)
{
	ACCEPTS(.providers = "google = { }\ncorp = { kind = \"oidc\" "
	    "issuer = \"https://accounts.google.com\" " CLIENT "}");
	ACCEPTS(.providers = "google = { issuer = \"https://g.example\" "
	    CLIENT "}\ncorp = { kind = \"oidc\" "
	    "issuer = \"https://accounts.google.com\" " CLIENT "}");
}
END_TEST

START_TEST(an_issuer_has_no_query)
{
	REFUSES("providers.google.issuer: has a query",
	    .providers = "google = { issuer = \"https://g.example/?a=b\" }");
}
END_TEST

START_TEST(a_discord_elsewhere_names_its_endpoints)
{
	static const char *const endpoints[3] = {
		"authorize_url = \"https://d.example/a\" ",
		"token_url = \"https://d.example/b\" ",
		"userinfo_url = \"https://d.example/c\" "};
	const char *words = "providers.discord.issuer: is another than "
	    "kind \"discord\" stands for, which has no discovery";

	for (int i = 0; i < 3; i++)
		REFUSES(words, .providers = pool_print(config_file_pool(),
		    "discord = { issuer = \"https://d.example\" %s%s%s}",
		    endpoints[(i + 1) % 3], endpoints[(i + 2) % 3], CLIENT));
	REFUSES(words, .providers =
	    "discord = { issuer = \"https://d.example\" " CLIENT "}");
	ACCEPTS(.providers = pool_print(config_file_pool(),
	    "discord = { issuer = \"https://d.example\" %s%s%s%s}",
	    endpoints[0], endpoints[1], endpoints[2], CLIENT));
	ACCEPTS(.providers = "discord = { issuer = \"https://d.example\" }");
}
END_TEST

START_TEST(a_hosted_domain_is_refused_where_it_keeps_nobody_out)
{
	REFUSES("providers.discord.hosted_domain: keeps nobody out here: "
	    "kind \"discord\" has no hosted domains",
	    .providers = "discord = { hosted_domain = \"example.org\" }");
	ACCEPTS(.providers = "google = { hosted_domain = \"example.org\" }");
}
END_TEST

START_TEST(a_session_lives_at_least_as_long_as_what_it_carries)
{
	REFUSES("session.idle: does not fit: session.idle is longer than "
	    "session.absolute", .session =
	    "idle = \"2d\" absolute = \"1d\"");
	REFUSES("conf:9: session.absolute: does not fit: session.idle is "
	    "longer", .session = "absolute = \"6d\"");
	REFUSES("jwt.access is longer than session.absolute",
	    .session = "idle = \"1m\" absolute = \"1m\"");
	ACCEPTS(.session = "idle = \"30m\" absolute = \"30m\"");
}
END_TEST

START_TEST(sign_up_by_domains_needs_domains)
{
	REFUSES("email_domains: is empty although sign_up is \"domains\"",
	    .top = "sign_up = \"domains\"");
	REFUSES("email_domains: keeps nobody out while sign_up is \"open\"",
	    .top = "email_domains = [ \"example.org\" ]");
	ACCEPTS(.top = "sign_up = \"closed\" "
	    "email_domains = [ \"example.org\" ]");
}
END_TEST

START_TEST(an_email_domain_is_a_domain_in_lower_case)
{
	static const char *const bad[] = {"@example.org", "Example.org",
		"a@example.org", "*.example.org", ".example.org",
		"example.org.", "a..b", "localhost"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		REFUSES("email_domains: entry 2 is not a domain",
		    .top = pool_print(config_file_pool(),
			"sign_up = \"domains\"\n"
			"email_domains = [ \"a.org\", \"%s\" ]", bad[i]));
}
END_TEST

START_TEST(a_password_in_a_connection_string_is_refused)
{
	static const char *const bad[] = {"host=a password=hunter22",
		"password = 'hunter22'", "sslpassword=hunter22 host=a",
		"postgres://me:hunter22@db/latchkey",
		"postgresql://db/latchkey?password=hunter22"};
	static const char *const good[] = {"passfile=/etc/latchkey/pgpass",
		"postgres://me@db:5432/latchkey", "postgresql:///latchkey",
		"host=/run/postgresql user=password"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		REFUSES("postgres.conninfo: holds a password; put it into a "
		    "file", .conninfo = pool_print(config_file_pool(),
			"conninfo = \"%s\"", bad[i]));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ACCEPTS(.conninfo = pool_print(config_file_pool(),
		    "conninfo = \"%s\"", good[i]));
	REFUSES("postgres.migrate_conninfo: holds a password",
	    .postgres = "migrate_conninfo = \"password=hunter22\"");
}
END_TEST

START_TEST(a_redis_prefix_has_no_sign_with_a_meaning)
{
	REFUSES("redis.prefix: holds a sign", .redis = "prefix = \"a{b}:\"");
	REFUSES("redis.prefix: holds a sign", .redis = "prefix = \"a*\"");
	REFUSES("redis.prefix: holds a sign", .redis = "prefix = \"a b\"");
	ACCEPTS(.redis = "prefix = \"\"");
}
END_TEST

START_TEST(a_redis_user_without_a_password_is_refused)
{
	REFUSES("redis.user: names a user without a password; give "
	    "redis.password_file", .redis = "user = \"latchkey\"");
	REFUSES("redis.user: names a user without a password",
	    .redis = "user = \"latchkey\" password_file = \"\"");
	ACCEPTS(.redis = "user = \"latchkey\" password_file = \"@/client\"");
	ACCEPTS(.redis = "password_file = \"@/client\"");
}
END_TEST

static void add_tests(TCase *t)
{
	tcase_add_test(t, google_and_discord_need_a_client_only);
	tcase_add_test(t, another_provider_names_kind_and_issuer);
	tcase_add_test(t, discord_under_another_name_is_still_discord);
	tcase_add_test(t, an_endpoint_that_is_given_goes_before_googles);
	tcase_add_test(t, an_issuer_of_ones_own_has_not_googles_endpoints);
	tcase_add_test(t, googles_issuer_written_down_keeps_its_endpoints);
	tcase_add_test(t, a_provider_without_client_is_switched_off_but_listed);
	tcase_add_test(t, a_client_without_secret_is_refused);
	tcase_add_test(t, names_of_our_own_paths_are_refused);
	tcase_add_test(t, a_provider_has_a_plain_name);
	tcase_add_test(t, a_kind_is_known_and_fits_the_name);
	tcase_add_test(t, algorithm_and_trust_email_are_known_words);
	tcase_add_test(t, two_providers_with_one_issuer_are_refused);
	tcase_add_test(t, an_issuer_may_be_shared_with_a_provider_that_is_off);
	tcase_add_test(t, an_issuer_has_no_query);
	tcase_add_test(t, a_discord_elsewhere_names_its_endpoints);
	tcase_add_test(t, a_hosted_domain_is_refused_where_it_keeps_nobody_out);
	tcase_add_test(t, a_session_lives_at_least_as_long_as_what_it_carries);
	tcase_add_test(t, sign_up_by_domains_needs_domains);
	tcase_add_test(t, an_email_domain_is_a_domain_in_lower_case);
	tcase_add_test(t, a_password_in_a_connection_string_is_refused);
	tcase_add_test(t, a_redis_prefix_has_no_sign_with_a_meaning);
	tcase_add_test(t, a_redis_user_without_a_password_is_refused);
}

int main(void)
{
	Suite *s = suite_create("config_provider");
	TCase *t = tcase_create("config_provider");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, config_file_setup, config_file_teardown);
	add_tests(t);
	suite_add_tcase(s, t);

	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
