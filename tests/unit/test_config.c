/* SPDX-License-Identifier: ISC */
/* Reading the file: syntax, names, types, ranges and what must be given. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "support/config_file.h"

#define REFUSES(words, ...) \
	config_file_refuses((struct config_file){__VA_ARGS__}, words)
#define ACCEPTS(...) config_file_accepts((struct config_file){__VA_ARGS__})

START_TEST(a_minimal_file_gives_every_option_its_default)
{
	const struct config *config = ACCEPTS(.top = NULL);

	ck_assert_str_eq(config->base_url, "https://www.example.org");
	ck_assert_str_eq(config->mount, "/api");
	ck_assert(!config->development);
	ck_assert_str_eq(config->sign_up, "open");
	ck_assert_uint_eq(config->email_domains.count, 0);
	ck_assert_int_eq(config->threads, 8);
	ck_assert_int_eq(config->jwt_access_ms, 30 * 60 * 1000);
	ck_assert_int_eq(config->session_idle_ms, INT64_C(7) * 86400000);
	ck_assert_int_eq(config->session_absolute_ms, INT64_C(30) * 86400000);
	ck_assert(config->postgres_prepare);
	ck_assert_str_eq(config->redis_socket, "");
	ck_assert_uint_eq(config->previous_secret.size, 0);
	ck_assert_uint_eq(config->provider_count, 0);
}
END_TEST

START_TEST(what_is_left_empty_follows_from_its_neighbour)
{
	const struct config *config = ACCEPTS(.top = NULL);

	ck_assert_str_eq(config->jwt_issuer, config->base_url);
	ck_assert_str_eq(config->postgres_migrate_conninfo, "dbname=latchkey");

	config = ACCEPTS(.jwt = "issuer = \"mine\"",
	    .postgres = "migrate_conninfo = \"user=owner\"");
	ck_assert_str_eq(config->jwt_issuer, "mine");
	ck_assert_str_eq(config->postgres_migrate_conninfo, "user=owner");
}
END_TEST

START_TEST(every_kind_of_value_is_read)
{
	const struct config *config = ACCEPTS(
	    .top = "threads = 16\nsign_up = \"domains\"\n"
		   "email_domains = [ \"a.org\", \"b.example\" ]",
	    .jwt = "access = \"90s\"", .postgres = "prepare = false",
	    .redis = "socket = \"/run/redis.sock\"  timeout = \"250ms\"");

	ck_assert_int_eq(config->threads, 16);
	ck_assert_str_eq(config->sign_up, "domains");
	ck_assert_uint_eq(config->email_domains.count, 2);
	ck_assert_str_eq(config->email_domains.items[1], "b.example");
	ck_assert_int_eq(config->jwt_access_ms, 90000);
	ck_assert(!config->postgres_prepare);
	ck_assert_str_eq(config->redis_socket, "/run/redis.sock");
	ck_assert_int_eq(config->redis_timeout_ms, 250);
}
END_TEST

START_TEST(an_unknown_option_is_refused_with_its_line)
{
	const char *errors = REFUSES(":4: frobnicate: is not an option",
	    .top = "\nfrobnicate = 1");

	ck_assert(strncmp(errors, config_file_path("conf"),
	    strlen(config_file_path("conf"))) == 0);
	REFUSES("jwt.frobnicate: is not an option", .jwt = "frobnicate = 1");
	REFUSES("providers.google.frobnicate: is not an option",
	    .providers = "google = { frobnicate = 1 }");
}
END_TEST

START_TEST(a_misspelt_option_is_told_its_right_name)
{
	REFUSES("did you mean \"threads\"?", .top = "thread = 4");
	REFUSES("did you mean \"development\"?", .top = "Developmnet = true");
	REFUSES("did you mean \"session\"?", .top = "sessions = { }");
	REFUSES("did you mean \"providers\"?", .top = "provider = { }");
	REFUSES("jwt.acess: is not an option; did you mean \"access\"?",
	    .jwt = "acess = \"30m\"");
	REFUSES("did you mean \"client_id\"?",
	    .providers = "google = { clientid = \"x\" }");
	REFUSES("did you mean \"client_secret_file\"?",
	    .providers = "google = { client_secret = \"x\" }");
}
END_TEST

START_TEST(an_option_in_the_wrong_group_is_told_its_place)
{
	REFUSES("access: is not an option here; put it inside jwt = { }",
	    .top = "access = \"30m\"");
	REFUSES("jwt.base_url: is not an option here; put it outside",
	    .jwt = "base_url = \"https://a.example\"");
}
END_TEST

START_TEST(a_value_of_another_type_is_refused)
{
	REFUSES("threads: is a text; write a whole number",
	    .top = "threads = \"8\"");
	REFUSES("threads: is a number with a fraction",
	    .top = "threads = 1.5");
	REFUSES("development: is a whole number; write true or false",
	    .top = "development = 1");
	REFUSES("development: is a text; write true or false",
	    .top = "development = \"true\"");
	REFUSES("jwt.access: is a whole number; write a duration in quotes",
	    .jwt = "access = 30");
	REFUSES("mount: is true or false; write a text", .top = "mount = true");
	REFUSES("email_domains: is a text; write a list",
	    .top = "email_domains = \"a.org\"");
	REFUSES("email_domains: is a list; write a list of texts",
	    .top = "email_domains = [ 1, 2 ]");
	REFUSES("mount: is a group", .top = "mount = { }");
	REFUSES("redis.socket: is a list; write a path",
	    .redis = "socket = [ \"/a\" ]");
}
END_TEST

START_TEST(a_section_that_is_no_group_is_refused)
{
	const char *errors;
	const struct config *config = NULL;

	ck_assert(!config_file_load("jwt = \"x\"\nproviders = 1\n", &config,
	    &errors));
	ck_assert_ptr_nonnull(strstr(errors,
	    ":1: jwt: is a text; write a group: jwt = { }"));
	ck_assert_ptr_nonnull(strstr(errors,
	    ":2: providers: is a whole number; write a group"));
	REFUSES("providers.google: is a text; write a group: google = { }",
	    .providers = "google = \"x\"");
}
END_TEST

START_TEST(a_number_out_of_range_is_refused)
{
	REFUSES("threads: 0 is out of range; write a number from 1 to 256",
	    .top = "threads = 0");
	REFUSES("threads: -1 is out of range", .top = "threads = -1");
	REFUSES("threads: 257 is out of range", .top = "threads = 257");
	REFUSES("threads: 4294967304 is out of range",
	    .top = "threads = 4294967304L");
	REFUSES("is out of range", .top = "threads = 99999999999");
	ck_assert_int_eq(ACCEPTS(.top = "threads = 1")->threads, 1);
	ck_assert_int_eq(ACCEPTS(.top = "threads = 256")->threads, 256);
}
END_TEST

START_TEST(a_duration_out_of_range_is_refused)
{
	REFUSES("jwt.access: \"0\" is out of range; write a duration from "
	    "\"1s\" to \"1d\"", .jwt = "access = \"0\"");
	REFUSES("is out of range", .jwt = "access = \"25h\"");
	REFUSES("\"-1s\" is not a duration", .jwt = "access = \"-1s\"");
	REFUSES("\"30\" is not a duration; write a whole number and a unit",
	    .jwt = "access = \"30\"");
	REFUSES("\"10y\" is not a duration", .session = "idle = \"10y\"");
	REFUSES("session.absolute: \"3650d\" is out of range",
	    .session = "absolute = \"3650d\"");
	ACCEPTS(.session = "refresh_grace = \"0\"");
}
END_TEST

START_TEST(a_word_that_is_not_offered_is_refused)
{
	REFUSES("sign_up: \"yes\" is not known; write one of: open domains "
	    "closed", .top = "sign_up = \"yes\"");
	REFUSES("is not known", .top = "sign_up = \"open domains\"");
	REFUSES("is not known", .top = "sign_up = \"\"");
}
END_TEST

START_TEST(a_relative_path_is_refused)
{
	REFUSES("redis.socket: is not an absolute path",
	    .redis = "socket = \"redis.sock\"");
}
END_TEST

START_TEST(control_characters_and_broken_utf8_are_refused)
{
	REFUSES("jwt.audience: holds control characters",
	    .jwt = "audience = \"a\\nb\"");
	REFUSES("jwt.audience: holds control characters",
	    .jwt = "audience = \"a\\x80\"");
	REFUSES("email_domains: entry 1 is empty",
	    .top = "email_domains = [ \"\" ]");
	REFUSES("email_domains: entry 2 repeats entry 1",
	    .top = "email_domains = [ \"a.org\", \"a.org\" ]");
	ACCEPTS(.jwt = "audience = \"caf\303\251\"");
}
END_TEST

START_TEST(what_must_be_given_and_is_not_is_named)
{
	const char *errors = REFUSES("base_url: is missing", .base_url = "");

	ck_assert_uint_eq(config_file_mistakes(errors), 1);
	REFUSES("base_url: is empty", .base_url = "base_url = \"\"");
	REFUSES(":11: postgres.conninfo: is missing", .conninfo = "");
}
END_TEST

START_TEST(all_mistakes_are_told_at_once)
{
	const char *errors = REFUSES("mount: ",
	    .base_url = "base_url = \"http://a\"",
	    .top = "mount = \"x\"\nthreads = 0\nnonsense = 1",
	    .jwt = "access = \"x\"", .providers = "token = { kind = \"oidc\" }");

	ck_assert_uint_eq(config_file_mistakes(errors), 6);
	ck_assert_ptr_nonnull(strstr(errors, ":1: base_url: "));
	ck_assert_ptr_nonnull(strstr(errors, ":4: threads: "));
	ck_assert_ptr_nonnull(strstr(errors, ":5: nonsense: "));
	ck_assert_ptr_nonnull(strstr(errors, "jwt.access: "));
	ck_assert_ptr_nonnull(strstr(errors, "providers.token: "));
}
END_TEST

START_TEST(a_repeated_option_is_refused_with_its_line)
{
	REFUSES(":4: syntax: duplicate setting name; the option on this line "
	    "is given twice", .top = "threads = 1\nthreads = 2");
	REFUSES("given twice", .providers = "google = { }\ngoogle = { }");
}
END_TEST

START_TEST(bad_syntax_is_refused_with_its_line)
{
	REFUSES(":3: syntax: syntax error; ", .top = "development = yes");
	REFUSES(":3: syntax: ", .top = "threads 8");
	REFUSES("syntax: ", .top = "mount = \"/api");
}
END_TEST

START_TEST(an_unclosed_group_is_refused_with_its_line)
{
	const struct config *config = NULL;
	const char *errors = "";

	ck_assert(!config_file_load("session = {\n\tidle = \"1d\"\n", &config,
	    &errors));
	ck_assert_ptr_nonnull(strstr(errors, "conf:3: syntax: "));
}
END_TEST

START_TEST(included_files_count_and_are_named)
{
	config_file_put("more", "threads = 3\n", 12, 0644);
	ck_assert_int_eq(ACCEPTS(.top = "@include \"more\"")->threads, 3);

	config_file_put("more", "\nthreads = 0\n", 13, 0644);
	REFUSES("more:2: threads: 0 is out of range",
	    .top = "@include \"more\"");
	REFUSES(":3: syntax: cannot open include file; write the path relative",
	    .top = "@include \"absent\"");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_refused)
{
	struct pool *pool = config_file_pool();
	const struct config *config = NULL;
	const char *errors = "";

	ck_assert(!config_load(pool, config_file_path("absent"), &config,
	    &errors));
	ck_assert_ptr_nonnull(strstr(errors, "No such file"));

	ck_assert_int_eq(mkdir(config_file_path("folder"), 0700), 0);
	ck_assert(!config_load(pool, config_file_path("folder"), &config,
	    &errors));
	ck_assert_ptr_nonnull(strstr(errors, "it is a directory"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("config");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, config_file_setup, config_file_teardown);
	tcase_add_test(t, a_minimal_file_gives_every_option_its_default);
	tcase_add_test(t, what_is_left_empty_follows_from_its_neighbour);
	tcase_add_test(t, every_kind_of_value_is_read);
	tcase_add_test(t, an_unknown_option_is_refused_with_its_line);
	tcase_add_test(t, a_misspelt_option_is_told_its_right_name);
	tcase_add_test(t, an_option_in_the_wrong_group_is_told_its_place);
	tcase_add_test(t, a_value_of_another_type_is_refused);
	tcase_add_test(t, a_section_that_is_no_group_is_refused);
	tcase_add_test(t, a_number_out_of_range_is_refused);
	tcase_add_test(t, a_duration_out_of_range_is_refused);
	tcase_add_test(t, a_word_that_is_not_offered_is_refused);
	tcase_add_test(t, a_relative_path_is_refused);
	tcase_add_test(t, control_characters_and_broken_utf8_are_refused);
	tcase_add_test(t, what_must_be_given_and_is_not_is_named);
	tcase_add_test(t, all_mistakes_are_told_at_once);
	tcase_add_test(t, a_repeated_option_is_refused_with_its_line);
	tcase_add_test(t, bad_syntax_is_refused_with_its_line);
	tcase_add_test(t, an_unclosed_group_is_refused_with_its_line);
	tcase_add_test(t, included_files_count_and_are_named);
	tcase_add_test(t, a_file_that_cannot_be_read_is_refused);
	suite_add_tcase(s, t);

	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
