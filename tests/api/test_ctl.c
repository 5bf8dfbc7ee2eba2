/* SPDX-License-Identifier: ISC */
/*
 * What every command of latchkeyctl has in common: words, help, questions,
 * exit codes, servers that are down; and keygen, which needs no server.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <check.h>

#include "support/attempt.h"
#include "support/ctl.h"
#include "support/stack.h"
#include "support/text.h"

static struct browser *alice;

static void setup(void)
{
	flow_reset();
	ctl_use(NULL);
	alice = browser_new();
}

static void teardown(void)
{
	browser_free(alice);
}

START_TEST(keygen_makes_a_secret_for_its_owner_alone)
{
	const char *path = text_print("%s/tmp/key", stack_dir());
	const char *secret, *again;
	struct stat status;

	/* Needs no configuration: it is made before there is one. */
	ctl_use("/nonexistent");
	ck_assert_str_eq(ctl_says("keygen", path, NULL),
	    text_print("%s\n", path));
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_int_eq(status.st_mode & 07777, 0600);
	secret = text_of_file(path);
	ck_assert_uint_eq(strlen(secret), 65);
	ck_assert_uint_eq(strspn(secret, "0123456789abcdef"), 64);

	ctl_fails(EX_CANTCREAT, path, "keygen", path, NULL);
	ck_assert_str_eq(text_of_file(path), secret);
	ctl_fails(EX_CANTCREAT, "/nonexistent/key", "keygen",
	    "/nonexistent/key", NULL);

	ck_assert_int_eq(unlink(path), 0);
	ctl_says("keygen", path, NULL);
	again = text_of_file(path);
	ck_assert_str_ne(again, secret);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(a_store_that_is_down_is_69_in_one_line)
{
	const char *id = attempt_me(alice, flow_sign_in(alice, "google",
	    "down"), "id");

	ctl_use(program_conf("host=/", "host=/nonexistent/"));
	ctl_fails(EX_UNAVAILABLE, "PostgreSQL", "user", "list", NULL);
	ctl_fails(EX_UNAVAILABLE, "PostgreSQL", "user", "show", id, NULL);
	ctl_fails(EX_UNAVAILABLE, "PostgreSQL", "sessions", "end",
	    "down@gmail.com", NULL);
	ctl_fails(EX_UNAVAILABLE, "PostgreSQL", "provider", "list", NULL);
	ctl_fails(EX_UNAVAILABLE, "PostgreSQL", "events", NULL);
	ctl_fails(EX_UNAVAILABLE, "PostgreSQL", "prune", NULL);

	ctl_use(program_conf("run/redis\"", "run/nowhere\""));
	ctl_fails(EX_UNAVAILABLE, "Redis", "sessions", "list", id, NULL);
	ctl_fails(EX_UNAVAILABLE, "Redis", "sessions", "end", id, NULL);
	ctl_fails(EX_UNAVAILABLE, "Redis", "user", "disable", id, NULL);
	ctl_fails(EX_UNAVAILABLE, "Redis", "user", "delete", "--yes", id,
	    NULL);
	ctl_use(NULL);
	ck_assert_int_eq(stack_count(text_print("select count(*) from users "
	    "where id = '%s' and disabled_at is null", id)), 1);
}
END_TEST

START_TEST(wrong_usage_is_64_and_tells_the_right_one)
{
	static const char *const wrong[][4] = {
	    {"user"}, {"user", "lis"}, {"user", "list", "x"}, {"user", "show"},
	    {"user", "show", "a", "b"}, {"user", "show", "--yes", "a"},
	    {"user", "list", "-n", "0"}, {"user", "list", "-n", "10001"},
	    {"user", "list", "-n", "1x"}, {"user", "list", "--after"},
	    {"user", "premium", "a"}, {"user", "link", "a"}, {"sessions"},
	    {"sessions", "list"}, {"sessions", "end"}, {"provider"},
	    {"provider", "rebind"}, {"events", "a", "b"}, {"events", "-x"},
	    {"prune", "-n", "1"}, {"prune", "--json"}, {"keygen"},
	    {"keygen", "a", "b"}, {"import-reference"},
	    {"user", "show", "\xff"}, {"events", "--kind", "\xff"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct program_end end = ctl_run(wrong[i][0], wrong[i][1],
		    wrong[i][2], wrong[i][3], NULL);

		ck_assert_msg(end.code == EX_USAGE, "%zu: %d", i, end.code);
		ck_assert_str_eq(end.out, "");
		ck_assert_ptr_nonnull(strstr(end.err, text_print(
		    "usage: latchkeyctl [-c file] %s", wrong[i][0])));
	}
}
END_TEST

START_TEST(what_is_wrong_with_the_usage_is_said_first)
{
	static const struct {
		const char *words[4];
		const char *says;
	} wrong[] = {
		{{"user", "lis"}, "latchkeyctl: user has no command lis\n"},
		{{"user", "show"}, "latchkeyctl: an argument is missing\n"},
		{{"prune", "a"}, "latchkeyctl: too many arguments\n"},
		{{"user", "show", "-x"},
		    "latchkeyctl: invalid option -- 'x'\n"},
		{{"user", "list", "-n", "0"},
		    "latchkeyctl: -n takes a number from 1 to 10000\n"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *const *words = wrong[i].words;
		struct program_end end = ctl_run(words[0], words[1], words[2],
		    words[3], NULL);

		ck_assert_msg(strncmp(end.err, wrong[i].says,
		    strlen(wrong[i].says)) == 0, "%s", end.err);
	}
	ctl_fails(EX_USAGE, "there is no command usr", "usr", "list", NULL);
}
END_TEST

START_TEST(every_command_explains_itself)
{
	static const char *const nouns[] = {"user", "sessions", "provider",
		"events", "migrate", "prune", "keygen", "import-reference"};

	for (size_t i = 0; i < 8; i++) {
		const char *text = ctl_says(nouns[i], "-h", NULL);

		ck_assert_ptr_nonnull(strstr(text, text_print(
		    "usage: latchkeyctl [-c file] %s", nouns[i])));
		ck_assert_ptr_nonnull(strstr(ctl_says("-h", NULL),
		    text_print("\n  %s ", nouns[i])));
	}
	ck_assert_ptr_nonnull(strstr(ctl_says("user", "premium", "--help",
	    NULL), "+30d"));
}
END_TEST

/* user delete with a terminal at which these words are typed. */
static struct program_end delete_on_terminal(const char *id,
    const char *typed)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct program_end end;
	int slave;

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master), 0);
	ck_assert_int_eq(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(slave, 0);
	ck_assert_int_eq(write(master, typed, strlen(typed)),
	    (ssize_t)strlen(typed));
	end = program_run(&(struct program_plan){.name = "latchkeyctl",
	    .arguments = {"-c", stack_setting("CONF"), "user", "delete", id},
	    .input = slave});
	close(slave);
	close(master);
	return end;
}

START_TEST(on_a_terminal_only_yes_is_yes)
{
	const char *id = attempt_me(alice, flow_sign_in(alice, "google",
	    "asked"), "id");
	const char *count = text_print("select count(*) from users where "
	    "id = '%s'", id);
	static const char *const typed[] = {"no\n", "\n", "y\n", "yes!\n",
		"yesyesyes\n", "\x04"};
	struct program_end end;

	for (size_t i = 0; i < 6; i++) {
		end = delete_on_terminal(id, typed[i]);
		ck_assert_int_eq(end.code, EX_USAGE);
		ck_assert_ptr_nonnull(strstr(end.err, id));
		ck_assert_ptr_nonnull(strstr(end.err, "asked@gmail.com"));
		ck_assert_ptr_nonnull(strstr(end.err, "nothing was done"));
		ck_assert_int_eq(stack_count(count), 1);
	}
	end = delete_on_terminal(id, "yes\n");
	ck_assert_msg(end.code == EX_OK, "%s", end.err);
	ck_assert_int_eq(stack_count(count), 0);
}
END_TEST

START_TEST(output_that_cannot_be_written_is_no_success)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct program_end end;

	ck_assert_int_ge(full, 0);
	end = program_run(&(struct program_plan){.name = "latchkeyctl",
	    .arguments = {"-c", stack_setting("CONF"), "user", "list"},
	    .output = full});
	close(full);
	ck_assert_int_eq(end.code, EX_IOERR);
	ck_assert_ptr_nonnull(strstr(end.err, "could not be written"));
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("ctl");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, keygen_makes_a_secret_for_its_owner_alone);
	tcase_add_test(t, a_store_that_is_down_is_69_in_one_line);
	tcase_add_test(t, wrong_usage_is_64_and_tells_the_right_one);
	tcase_add_test(t, what_is_wrong_with_the_usage_is_said_first);
	tcase_add_test(t, every_command_explains_itself);
	tcase_add_test(t, on_a_terminal_only_yes_is_yes);
	tcase_add_test(t, output_that_cannot_be_written_is_no_success);
	return t;
}

int main(void)
{
	Suite *s = suite_create("ctl");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	suite_add_tcase(s, tests());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
