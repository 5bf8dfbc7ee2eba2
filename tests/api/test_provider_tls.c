/* SPDX-License-Identifier: ISC */
/*
 * A provider is who its certificate says, or is not talked to: whatever is
 * wrong with its TLS, nothing of a sign-in reaches it, in the clear least of
 * all.  And what we tell a provider about ourselves.
 */
#include <dirent.h>
#include <regex.h>
#include <string.h>

#include <check.h>

#include "base/str.h"
#include "support/flow.h"
#include "support/reject.h"
#include "support/stack.h"
#include "support/steer.h"
#include "support/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void setup(void)
{
	flow_reset();
	steer_tls("{\"cert\": \"good\"}");
}

/* Nobody is let in by that TLS, and only the browser came by. */
static void assert_not_called(const char *tls)
{
	steer_tls(tls);
	for (int i = 0; i < 2; i++) {
		const char *provider = i == 0 ? "google" : "discord";

		reject_answer(provider, "");
		ck_assert_msg(flow_recorded(provider, "token") == 0,
		    "%s was called with %s", provider, tls);
		ck_assert_uint_eq(flow_recorded(provider, "authorize"), 1);
	}
	flow_reset();
}

START_TEST(pf_15_a_certificate_must_be_for_this_host)
{
	assert_not_called("{\"cert\": \"name\"}");
}
END_TEST

START_TEST(pf_15_a_certificate_must_not_have_expired)
{
	assert_not_called("{\"cert\": \"expired\"}");
}
END_TEST

START_TEST(pf_15_a_certificate_must_be_of_a_known_authority)
{
	assert_not_called("{\"cert\": \"self\"}");
	assert_not_called("{\"cert\": \"foreign\"}");
}
END_TEST

START_TEST(pf_15_old_versions_of_tls_are_not_spoken)
{
	assert_not_called("{\"cert\": \"good\", \"version\": \"1.0\"}");
	assert_not_called("{\"cert\": \"good\", \"version\": \"1.1\"}");
	steer_tls("{\"cert\": \"good\", \"version\": \"1.2\"}");
	reject_nothing("google", "");
	reject_nothing("discord", "");
}
END_TEST

START_TEST(pf_15_without_tls_nothing_is_sent)
{
	assert_not_called("{\"cert\": \"none\"}");
	steer_tls("{\"cert\": \"good\"}");
	reject_nothing("google", "");
	reject_nothing("discord", "");
}
END_TEST

/* "product/version (URL)", as Discord wants it. */
static void assert_names_us(const char *provider, const char *endpoint)
{
	const char *agent = steer_seen_header(provider, endpoint,
	    "user-agent");
	regex_t form;

	ck_assert_ptr_nonnull(agent);
	ck_assert_int_eq(regcomp(&form,
	    "^latchkey/[0-9][0-9.a-z~+-]* \\(https://[^ ()]+\\)$",
	    REG_EXTENDED | REG_NOSUB), 0);
	ck_assert_msg(regexec(&form, agent, 0, NULL, 0) == 0,
	    "%s of %s saw: %s", endpoint, provider, agent);
	regfree(&form);
}

START_TEST(pf_20_providers_are_told_who_we_are)
{
	reject_nothing("discord", "");
	reject_nothing("google", "");
	assert_names_us("discord", "token");
	assert_names_us("discord", "userinfo");
	assert_names_us("google", "token");
}
END_TEST

/* All rows of all tables, as text. */
static const char *all_rows(void)
{
	const char *tables = stack_sql("select string_agg(format("
	    "'select t::text from %I.%I t', schemaname, tablename), ' union "
	    "all ') from pg_tables where schemaname not in ('pg_catalog', "
	    "'information_schema')");

	ck_assert_ptr_nonnull(strstr(tables, "oauth_linked_accounts"));
	return stack_sql(text_print("select string_agg(t, ' ') from (%s) "
	    "as rows (t)", tables));
}

/* A key's whole value, whatever its type; "" where it is gone. */
static const char *redis_value(const char *key)
{
	const char *type = stack_redis("TYPE", key, NULL);

	if (strcmp(type, "hash") == 0)
		return stack_redis("HGETALL", key, NULL);
	if (strcmp(type, "zset") == 0)
		return stack_redis("ZRANGE", key, "0", "-1", NULL);
	if (strcmp(type, "set") == 0)
		return stack_redis("SMEMBERS", key, NULL);
	if (strcmp(type, "list") == 0)
		return stack_redis("LRANGE", key, "0", "-1", NULL);
	ck_assert_msg(strcmp(type, "string") == 0 ||
	    strcmp(type, "none") == 0, "%s is of type %s", key, type);
	return stack_redis("GET", key, NULL);
}

/* All keys and their values. */
static const char *all_keys(void)
{
	const char *keys = stack_redis("KEYS", "*", NULL);
	const char *all = keys;

	while (*keys != '\0') {
		size_t len = strcspn(keys, "\n");

		all = text_print("%s\n%s", all,
		    redis_value(text_copy(keys, len)));
		keys += len + (keys[len] == '\n');
	}
	return all;
}

/* Every log of every server. */
static const char *all_logs(void)
{
	const char *folder = text_print("%s/log", stack_dir());
	const char *all = "";
	const struct dirent *entry;
	DIR *dir = opendir(folder);

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			all = text_print("%s\n%s", all, text_of_file(
			    text_print("%s/%s", folder, entry->d_name)));
	closedir(dir);
	return all;
}

/* Whoever signs in has these tokens at the provider. */
static const char *const marked = "\"token\": {\"refresh_token\": "
    "\"provider-refresh-mark\", \"wicked\": \"provider-mark\"}";

START_TEST(pf_21_provider_tokens_are_stored_nowhere)
{
	const char *bearer;
	const char *stored;

	reject_nothing("discord", marked);
	bearer = steer_seen_header("discord", "userinfo", "authorization");
	ck_assert_ptr_nonnull(bearer);
	ck_assert(str_begins(bearer, "Bearer "));
	bearer += strlen("Bearer ");
	ck_assert_uint_gt(strlen(bearer), 16);
	reject_nothing("google", "\"token\": {\"access_token\": "
	    "\"provider-access-mark\", \"refresh_token\": "
	    "\"provider-refresh-mark\"}");
	/* Also where it fails half-way. */
	steer_fault("discord", "userinfo", "status", "500");
	reject_answer("discord", marked);

	stored = text_print("%s\n%s\n%s", all_rows(), all_keys(), all_logs());
	ck_assert_ptr_nonnull(strstr(stored, "discord"));
	ck_assert_ptr_nonnull(strstr(stored, "refresh_token:{"));
	ck_assert_ptr_nonnull(strstr(stored, "GET /api/auth/"));
	ck_assert_ptr_null(strstr(stored, bearer));
	ck_assert_ptr_null(strstr(stored, steer_seen_header("discord",
	    "userinfo", "authorization") + strlen("Bearer ")));
	ck_assert_ptr_null(strstr(stored, "-mark"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("provider_tls");
	TCase *t = tcase_create("provider_tls");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, NULL);
	tcase_add_test(t, pf_15_a_certificate_must_be_for_this_host);
	tcase_add_test(t, pf_15_a_certificate_must_not_have_expired);
	tcase_add_test(t, pf_15_a_certificate_must_be_of_a_known_authority);
	tcase_add_test(t, pf_15_old_versions_of_tls_are_not_spoken);
	tcase_add_test(t, pf_15_without_tls_nothing_is_sent);
	tcase_add_test(t, pf_20_providers_are_told_who_we_are);
	tcase_add_test(t, pf_21_provider_tokens_are_stored_nowhere);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
