/* SPDX-License-Identifier: ISC */
/* CF-01, CF-02, CF-03: where secrets come from and which are refused. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "support/config_file.h"

#define GOOD  "9e107d9d372bb6826bd81d3542a419d6-1f"
#define OTHER "e4d909c290d0fb1ca068ffaddf22cbd0-77"

#define REFUSES(words, ...) \
	config_file_refuses((struct config_file){__VA_ARGS__}, words)
#define ACCEPTS(...) config_file_accepts((struct config_file){__VA_ARGS__})

static void put(const char *name, const char *text)
{
	config_file_put(name, text, strlen(text), 0600);
}

/* The key in the file "secret" is refused, and no mistake repeats it. */
static void refuse_key(const char *text, const char *words)
{
	const char *errors;

	put("secret", text);
	errors = REFUSES(words, .top = "");
	if (strlen(text) >= 8)
		ck_assert_ptr_null(strstr(errors, text));
}

static void accept_key(const char *text)
{
	put("secret", text);
	ACCEPTS(.top = "");
}

START_TEST(a_missing_key_is_named)
{
	REFUSES("conf:1: secret_file: is missing; write the path",
	    .secret = "");
	REFUSES("conf:4: jwt.secret_file: is missing", .jwt_secret = "");
	REFUSES("secret_file: is missing", .secret = "secret_file = \"\"");
}
END_TEST

START_TEST(one_newline_at_the_end_is_not_part_of_the_secret)
{
	const struct config *config;

	put("secret", GOOD "\n");
	config = ACCEPTS(.top = "");
	ck_assert_uint_eq(config->secret.size, strlen(GOOD));
	ck_assert_mem_eq(config->secret.bytes, GOOD, strlen(GOOD));

	put("secret", GOOD "\n\n");
	ck_assert_uint_eq(ACCEPTS(.top = "")->secret.size, strlen(GOOD) + 1);
	put("secret", GOOD);
	ck_assert_uint_eq(ACCEPTS(.top = "")->secret.size, strlen(GOOD));
}
END_TEST

START_TEST(an_empty_secret_is_refused)
{
	refuse_key("", "secret_file: leads to an empty file");
	refuse_key("\n", "secret_file: leads to an empty file");
	put("client", "\n");
	REFUSES("redis.password_file: leads to an empty file",
	    .redis = "password_file = \"@/client\"");
}
END_TEST

START_TEST(a_key_under_32_bytes_is_refused)
{
	refuse_key("x", "secret_file: is a secret of 1 bytes; use at least 32");
	refuse_key("9e107d9d372bb6826bd81d3542a419d", "of 31 bytes");
	refuse_key("9e107d9d372bb6826bd81d3542a419d\n", "of 31 bytes");
	accept_key("9e107d9d372bb6826bd81d3542a419d6");
	put("jwt", "short");
	REFUSES("jwt.secret_file: is a secret of 5 bytes", .secret = NULL);
	REFUSES("jwt.previous_secret_file: is a secret of 5 bytes",
	    .jwt = "previous_secret_file = \"@/jwt\"");
	REFUSES("conf:3: previous_secret_file: is a secret of 5 bytes",
	    .top = "previous_secret_file = \"@/jwt\"");
}
END_TEST

START_TEST(a_password_may_be_short)
{
	const struct config *config =
	    ACCEPTS(.redis = "password_file = \"@/client\"");

	ck_assert_uint_eq(config->redis_password.size, strlen("hunter2"));
}
END_TEST

START_TEST(a_key_of_one_repeated_pattern_is_refused)
{
	refuse_key("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats");
	refuse_key("abcabcabcabcabcabcabcabcabcabcabcabc", "repeats");
	refuse_key("Xy7#pQ2!Xy7#pQ2!Xy7#pQ2!Xy7#pQ2!", "repeats");
	refuse_key("--------------------------------", "repeats");
}
END_TEST

START_TEST(a_well_known_placeholder_is_refused)
{
	refuse_key("changeme", "secret_file: is a secret of 8 bytes");
	refuse_key("changeme-changeme-changeme-changeme", "placeholder");
	refuse_key("Change_Me_Please_This_Is_Not_Secure!", "placeholder");
	refuse_key("secretpasswordsecretpasswordsecret", "placeholder");
	refuse_key("your-secret-key-change-in-production", "placeholder");
	refuse_key("a-string-secret-at-least-256-bits-long", "placeholder");
	refuse_key("0123456789abcdefghijklmnopqrstuvwxyz", "placeholder");
	accept_key("a-string-secret-at-least-256-bits-longq");
	accept_key("#!%&/()=?+*~<>|,;.:-_{[]}$@^`'\"\\ a");
}
END_TEST

START_TEST(a_secret_over_4096_bytes_is_refused)
{
	char *big = pool_alloc(config_file_pool(), 1 << 20);

	for (size_t i = 0; i < 1 << 20; i++)
		big[i] = (char)('a' + i * i % 23);
	config_file_put("secret", big, 4096, 0600);
	ck_assert_uint_eq(ACCEPTS(.top = "")->secret.size, 4096);
	config_file_put("secret", big, 4097, 0600);
	REFUSES("leads to a file of over 4096 bytes", .top = "");
	config_file_put("secret", big, 1 << 20, 0600);
	REFUSES("leads to a file of over 4096 bytes", .top = "");
}
END_TEST

START_TEST(a_secret_with_a_nul_byte_is_refused)
{
	config_file_put("secret", GOOD "\0" GOOD, 2 * sizeof(GOOD) - 1, 0600);
	REFUSES("leads to a file with a NUL byte", .top = "");
}
END_TEST

START_TEST(only_a_regular_file_holds_a_secret)
{
	ck_assert_int_eq(unlink(config_file_path("secret")), 0);
	REFUSES("cannot be opened (No such file or directory)", .top = "");

	ck_assert_int_eq(mkdir(config_file_path("secret"), 0700), 0);
	REFUSES("is not a regular file", .top = "");
	ck_assert_int_eq(rmdir(config_file_path("secret")), 0);

	ck_assert_int_eq(mkfifo(config_file_path("secret"), 0600), 0);
	REFUSES("is not a regular file", .top = "");
	ck_assert_int_eq(unlink(config_file_path("secret")), 0);

	ck_assert_int_eq(symlink(config_file_path("client"),
	    config_file_path("secret")), 0);
	REFUSES("leads to a symbolic link", .top = "");
	REFUSES("is not a regular file",
	    .secret = "secret_file = \"/dev/zero\"");
}
END_TEST

START_TEST(a_secret_that_others_can_open_is_refused)
{
	static const mode_t modes[] = {0640, 0620, 0610, 0604, 0602, 0601,
		0660, 0666};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		config_file_put("secret", GOOD, strlen(GOOD), modes[i]);
		REFUSES("secret_file: leads to a file that others can open",
		    .top = "");
	}
	config_file_put("secret", GOOD, strlen(GOOD), 0400);
	ACCEPTS(.top = "");
}
END_TEST

START_TEST(development_does_not_look_at_the_mode)
{
	config_file_put("secret", GOOD, strlen(GOOD), 0644);
	ACCEPTS(.top = "development = true");
}
END_TEST

START_TEST(a_secret_of_another_user_is_refused_even_in_development)
{
	/* Only root can give a file away. */
	if (geteuid() != 0) {
		puts("# not root: the owner of a secret was not tested");
		return;
	}

	ck_assert_int_eq(chown(config_file_path("secret"), 65534, 65534), 0);
	REFUSES("leads to a file of another user", .top = "");
	REFUSES("leads to a file of another user",
	    .top = "development = true");
}
END_TEST

START_TEST(a_secret_in_the_place_of_its_path_is_not_repeated)
{
	const char *errors = REFUSES("is neither an absolute path nor the name",
	    .secret = "secret_file = \"" GOOD "\"");

	ck_assert_ptr_null(strstr(errors, GOOD));
	errors = REFUSES("cannot be opened",
	    .secret = "secret_file = \"/" GOOD "\"");
	ck_assert_ptr_null(strstr(errors, GOOD));
}
END_TEST

START_TEST(a_relative_path_is_a_systemd_credential)
{
	const char *folder = config_file_path("");

	REFUSES("is neither an absolute path",
	    .secret = "secret_file = \"secret\"");

	setenv("CREDENTIALS_DIRECTORY", pool_text_n(config_file_pool(), folder,
	    strlen(folder) - 1), 1);
	ACCEPTS(.secret = "secret_file = \"secret\"");
	REFUSES("is neither an absolute path",
	    .secret = "secret_file = \"../etc/secret\"");
	REFUSES("cannot be opened", .secret = "secret_file = \"absent\"");
}
END_TEST

START_TEST(the_mode_of_a_systemd_credential_is_not_looked_at)
{
	const char *folder = config_file_path("");

	config_file_put("secret", GOOD, strlen(GOOD), 0440);
	REFUSES("that others can open", .top = "");
	setenv("CREDENTIALS_DIRECTORY", pool_text_n(config_file_pool(), folder,
	    strlen(folder) - 1), 1);
	ACCEPTS(.top = "");
	ACCEPTS(.secret = "secret_file = \"secret\"");

	setenv("CREDENTIALS_DIRECTORY", config_file_path("elsewhere"), 1);
	REFUSES("that others can open", .top = "");
}
END_TEST

START_TEST(the_environment_goes_before_the_file)
{
	const struct config *config;

	setenv("LATCHKEY_JWT_SECRET", GOOD, 1);
	setenv("LATCHKEY_SECRET", OTHER, 1);
	config = ACCEPTS(.secret = "", .jwt_secret = "secret_file = \"\"");
	ck_assert_mem_eq(config->jwt_secret.bytes, GOOD, sizeof(GOOD));
	ck_assert_uint_eq(config->jwt_secret.size, strlen(GOOD));
	ck_assert_mem_eq(config->secret.bytes, OTHER, sizeof(OTHER));

	setenv("LATCHKEY_JWT_SECRET", GOOD, 1);
	config = ACCEPTS(.jwt_secret = "secret_file = \"@/absent\"");
	ck_assert_uint_eq(config->jwt_secret.size, strlen(GOOD));
}
END_TEST

START_TEST(a_secret_in_the_environment_is_wiped_there)
{
	char *value;

	setenv("LATCHKEY_JWT_SECRET", GOOD, 1);
	value = getenv("LATCHKEY_JWT_SECRET");
	ACCEPTS(.top = "");
	ck_assert_ptr_null(getenv("LATCHKEY_JWT_SECRET"));
	ck_assert_int_eq(value[0], '\0');

	setenv("LATCHKEY_SECRET", GOOD, 1);
	REFUSES("syntax", .top = "threads = = 1");
	ck_assert_ptr_null(getenv("LATCHKEY_SECRET"));
}
END_TEST

START_TEST(a_weak_secret_in_the_environment_is_refused)
{
	const char *errors;

	setenv("LATCHKEY_JWT_SECRET", "", 1);
	REFUSES("environment: LATCHKEY_JWT_SECRET: is a secret of 0 bytes",
	    .top = "");
	setenv("LATCHKEY_SECRET", "correct-horse", 1);
	errors = REFUSES("environment: LATCHKEY_SECRET: is a secret of 13",
	    .top = "");
	ck_assert_ptr_null(strstr(errors, "correct-horse"));
}
END_TEST

START_TEST(one_secret_in_two_places_is_refused)
{
	REFUSES("jwt.secret_file: is the same secret as secret_file",
	    .jwt_secret = "secret_file = \"@/secret\"");
	REFUSES("jwt.secret_file: is the same secret as previous_secret_file",
	    .top = "previous_secret_file = \"@/jwt\"");
	REFUSES("jwt.previous_secret_file: is the same secret as secret_file",
	    .jwt = "previous_secret_file = \"@/secret\"");
	put("old", GOOD);
	REFUSES("jwt.previous_secret_file: is the same secret as previous_",
	    .top = "previous_secret_file = \"@/old\"",
	    .jwt = "previous_secret_file = \"@/old\"");
	ACCEPTS(.top = "previous_secret_file = \"@/old\"");
}
END_TEST

START_TEST(the_administrators_secret_is_no_key)
{
	const struct config *config;

	put("admin", OTHER);
	config = ACCEPTS(.top = "admin = { secret_file = \"@/admin\" }");
	ck_assert_uint_eq(config->admin_secret.size, strlen(OTHER));
	ck_assert_uint_eq(ACCEPTS(.top = "")->admin_secret.size, 0);
	ck_assert_uint_eq(ACCEPTS(.top = "admin = { secret_file = \"\" }")
	    ->admin_secret.size, 0);

	put("admin", "short");
	REFUSES("admin.secret_file: is a secret of 5 bytes",
	    .top = "admin = { secret_file = \"@/admin\" }");
	put("admin", "changeme-changeme-changeme-changeme");
	REFUSES("placeholder", .top = "admin = { secret_file = \"@/admin\" }");
	put("admin", "");
	REFUSES("admin.secret_file: leads to an empty file",
	    .top = "admin = { secret_file = \"@/admin\" }");
}
END_TEST

START_TEST(the_administrators_secret_is_in_no_other_place)
{
	REFUSES("admin.secret_file: is the same secret as secret_file",
	    .top = "admin = { secret_file = \"@/secret\" }");
	REFUSES("admin.secret_file: is the same secret as jwt.secret_file",
	    .top = "admin = { secret_file = \"@/jwt\" }");
	put("old", OTHER);
	REFUSES("admin.secret_file: is the same secret as previous_secret_fi",
	    .top = "admin = { secret_file = \"@/old\" }\n"
	    "previous_secret_file = \"@/old\"");
	REFUSES("admin.secret_file: is the same secret as jwt.previous_secr",
	    .top = "admin = { secret_file = \"@/old\" }",
	    .jwt = "previous_secret_file = \"@/old\"");
}
END_TEST

static void add_tests(TCase *t)
{
	tcase_add_test(t, a_missing_key_is_named);
	tcase_add_test(t, one_newline_at_the_end_is_not_part_of_the_secret);
	tcase_add_test(t, an_empty_secret_is_refused);
	tcase_add_test(t, a_key_under_32_bytes_is_refused);
	tcase_add_test(t, a_password_may_be_short);
	tcase_add_test(t, a_key_of_one_repeated_pattern_is_refused);
	tcase_add_test(t, a_well_known_placeholder_is_refused);
	tcase_add_test(t, a_secret_over_4096_bytes_is_refused);
	tcase_add_test(t, a_secret_with_a_nul_byte_is_refused);
	tcase_add_test(t, only_a_regular_file_holds_a_secret);
	tcase_add_test(t, a_secret_that_others_can_open_is_refused);
	tcase_add_test(t, development_does_not_look_at_the_mode);
	tcase_add_test(t,
	    a_secret_of_another_user_is_refused_even_in_development);
	tcase_add_test(t, a_secret_in_the_place_of_its_path_is_not_repeated);
	tcase_add_test(t, a_relative_path_is_a_systemd_credential);
	tcase_add_test(t, the_mode_of_a_systemd_credential_is_not_looked_at);
	tcase_add_test(t, the_environment_goes_before_the_file);
	tcase_add_test(t, a_secret_in_the_environment_is_wiped_there);
	tcase_add_test(t, a_weak_secret_in_the_environment_is_refused);
	tcase_add_test(t, one_secret_in_two_places_is_refused);
	tcase_add_test(t, the_administrators_secret_is_no_key);
	tcase_add_test(t, the_administrators_secret_is_in_no_other_place);
}

int main(void)
{
	Suite *s = suite_create("config_secret");
	TCase *t = tcase_create("config_secret");
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
