/* SPDX-License-Identifier: ISC */
/* CF-13 and the texts made from options.def: sample, manual, effective. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/str.h"
#include "config/options.h"
#include "support/config_file.h"

#define CLIENT "client_id = \"id\" client_secret_file = \"@/client\" "

/* What print writes, in the test's pool. */
static char *printed(void (*print)(FILE *))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	print(out);
	ck_assert_int_eq(fclose(out), 0);
	pool_defer(config_file_pool(), free, text);
	return text;
}

static char *effective(const struct config *config)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	config_print(config, out);
	ck_assert_int_eq(fclose(out), 0);
	pool_defer(config_file_pool(), free, text);
	return text;
}

/* text with the first from after mark replaced. */
static const char *replace(const char *text, const char *mark,
    const char *from, const char *to)
{
	const char *at = strstr(text, mark);

	ck_assert_msg(at != NULL, "no %s", mark);
	at = strstr(at, from);
	ck_assert_msg(at != NULL, "no %s after %s", from, mark);
	return pool_print(config_file_pool(), "%.*s%s%s", (int)(at - text),
	    text, to, at + strlen(from));
}

/* The sample with its mandatory options given. */
static const char *filled_in(void)
{
	const char *text = printed(config_print_sample);

	text = replace(text, "\nbase_url", "\"\"",
	    "\"https://www.example.org\"");
	text = replace(text, "\nsecret_file", "\"\"", "\"@/secret\"");
	text = replace(text, "\n\tsecret_file", "\"\"", "\"@/jwt\"");
	return replace(text, "\n\tconninfo", "\"\"", "\"dbname=latchkey\"");
}

/* Takes the # away before each option, not before prose ("# "). */
static const char *uncommented(const char *text)
{
	bool begins = true;
	struct str out;

	str_init(&out, config_file_pool());
	for (; *text != '\0'; text++) {
		if (begins && text[0] == '#' && text[1] != ' ')
			continue;
		str_add_char(&out, *text);
		begins = *text == '\n' || (begins && *text == '\t');
	}

	return out.text;
}

static const struct config *loaded(const char *text)
{
	const struct config *config = NULL;
	const char *errors = "";

	ck_assert_msg(config_file_load(text, &config, &errors), "%s", errors);
	return config;
}

START_TEST(the_sample_asks_for_what_must_be_given_and_for_nothing_else)
{
	const struct config *config = NULL;
	const char *errors = "";

	ck_assert(!config_file_load(printed(config_print_sample), &config,
	    &errors));
	ck_assert_uint_eq(config_file_mistakes(errors), 4);
	ck_assert_ptr_nonnull(strstr(errors, " base_url: "));
	ck_assert_ptr_nonnull(strstr(errors, " secret_file: "));
	ck_assert_ptr_nonnull(strstr(errors, " jwt.secret_file: "));
	ck_assert_ptr_nonnull(strstr(errors, " postgres.conninfo: "));
}
END_TEST

START_TEST(the_sample_loads_once_it_is_filled_in)
{
	const struct config *config = loaded(filled_in());

	ck_assert_uint_eq(config->provider_count, 2);
	ck_assert_str_eq(config->providers[0].client_id, "");
}
END_TEST

START_TEST(what_the_sample_shows_commented_is_the_default)
{
	const char *sample = filled_in();
	const char *defaults = effective(loaded(sample));

	ck_assert_str_ne(uncommented(sample), sample);
	ck_assert_str_eq(effective(loaded(uncommented(sample))), defaults);
}
END_TEST

START_TEST(the_sample_has_every_option)
{
	const char *sample = printed(config_print_sample);

	for (size_t i = 0; i < SITE_COUNT; i++)
		ck_assert_ptr_nonnull(strstr(sample, pool_print(
		    config_file_pool(), "%s%s = ",
		    options_site[i].standard == NULL ? "" : "#",
		    options_site[i].name)));
	for (size_t i = 0; i < PROVIDER_COUNT; i++)
		ck_assert_ptr_nonnull(strstr(sample, pool_print(
		    config_file_pool(), "\t\t#%s = ",
		    options_provider[i].name)));
	ck_assert_ptr_nonnull(strstr(sample, "# From 1 to 256.\n#threads = 8"));
}
END_TEST

START_TEST(the_manual_has_every_option)
{
	const char *manual = printed(config_print_manual);

	for (size_t i = 0; i < SITE_COUNT; i++)
		ck_assert_ptr_nonnull(strstr(manual, pool_print(
		    config_file_pool(), "\n.It Cm %s\n",
		    options_site[i].name)));
	for (size_t i = 0; i < PROVIDER_COUNT; i++)
		ck_assert_ptr_nonnull(strstr(manual, pool_print(
		    config_file_pool(), "\n.It Cm %s\n",
		    options_provider[i].name)));
	ck_assert_ptr_nonnull(strstr(manual, ".It Cm access\nDuration from 1s "
	    "to 1d; default\n.Ql 30m .\nHow long an access token is valid.\n"));
	ck_assert_ptr_nonnull(strstr(manual, ".It Cm base_url\nText; must be "
	    "given.\n"));
}
END_TEST

START_TEST(every_list_of_the_manual_is_closed)
{
	const char *manual = printed(config_print_manual);
	int open = 0;

	for (const char *line = manual; *line != '\0'; line++) {
		if (line != manual && line[-1] != '\n')
			continue;
		open += str_begins(line, ".Bl ");
		open -= str_begins(line, ".El\n");
		ck_assert_int_ge(open, str_begins(line, ".It ") ? 1 : 0);
		ck_assert_int_le(open, 1);
		ck_assert_int_ne(*line, ' ');
	}
	ck_assert_int_eq(open, 0);
}
END_TEST

START_TEST(the_effective_configuration_shows_what_was_given)
{
	const char *text = effective(config_file_accepts((struct config_file){
	    .top = "threads = 3\nsign_up = \"domains\"\n"
		   "email_domains = [ \"a.org\", \"b.org\" ]",
	    .jwt = "access = \"90m\" audience = \"say \\\"hi\\\" \\\\\"",
	    .session = "refresh_grace = \"0\" idle = \"36h\"",
	    .redis = "timeout = \"1500ms\"",
	    .providers = "google = { " CLIENT "}"}));

	ck_assert_ptr_nonnull(strstr(text,
	    "base_url = \"https://www.example.org\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nthreads = 3\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nemail_domains = [ \"a.org\", \"b.org\" ]\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\taccess = \"90m\"\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\n\taudience = \"say \\\"hi\\\" \\\\\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\trefresh_grace = \"0\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\tidle = \"36h\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\tabsolute = \"30d\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\ttimeout = \"1500ms\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\tgoogle = {\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\t\tclient_id = \"id\"\n"));
}
END_TEST

START_TEST(the_effective_configuration_masks_every_secret)
{
	const struct config *config = config_file_accepts((struct config_file){
	    .redis = "password_file = \"@/client\"",
	    .providers = "google = { " CLIENT "}"});
	const char *text = effective(config);

	ck_assert_ptr_nonnull(strstr(text, "\nsecret_file = \"(set)\"\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\nprevious_secret_file = \"(empty)\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\tsecret_file = \"(set)\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n\tpassword_file = \"(set)\"\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "\n\t\tclient_secret_file = \"(set)\"\n"));

	ck_assert_ptr_null(strstr(text, "hunter2"));
	ck_assert_ptr_null(strstr(text, pool_text_n(config_file_pool(),
	    (const char *)config->secret.bytes, 16)));
	ck_assert_ptr_null(strstr(text, pool_text_n(config_file_pool(),
	    (const char *)config->jwt_secret.bytes, 16)));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("config_print");
	TCase *t = tcase_create("config_print");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, config_file_setup, config_file_teardown);
	tcase_add_test(t,
	    the_sample_asks_for_what_must_be_given_and_for_nothing_else);
	tcase_add_test(t, the_sample_loads_once_it_is_filled_in);
	tcase_add_test(t, what_the_sample_shows_commented_is_the_default);
	tcase_add_test(t, the_sample_has_every_option);
	tcase_add_test(t, the_manual_has_every_option);
	tcase_add_test(t, every_list_of_the_manual_is_closed);
	tcase_add_test(t, the_effective_configuration_shows_what_was_given);
	tcase_add_test(t, the_effective_configuration_masks_every_secret);
	suite_add_tcase(s, t);

	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
