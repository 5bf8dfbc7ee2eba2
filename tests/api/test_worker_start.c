/* SPDX-License-Identifier: ISC */
/*
 * The worker program by itself: its options, what it refuses and how, and
 * the signals that end it, whatever it is busy with.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "base/pool.h"
#include "base/str.h"
#include "support/fcgi_client.h"
#include "support/flow.h"
#include "support/program.h"
#include "support/stack.h"
#include "support/text.h"

/* A refusal pauses for a second, so that a supervisor does not spin. */
#define PAUSE_LEAST_MS 900
#define PAUSE_MOST_MS  4000

/*
 * A stop that waits no longer than this for a request that takes longer: a
 * provider that says nothing is given up after 6 s.
 */
#define STOP_TIMEOUT_MS 1000
#define HANG_MS		8000
#define STOP_MOST_MS	4500

static size_t lines(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

static void must_pause(const struct program_end *end)
{
	ck_assert_int_ge(end->ms, PAUSE_LEAST_MS);
	ck_assert_int_le(end->ms, PAUSE_MOST_MS);
}

/* A listening socket in the abstract name space, as spawn-fcgi passes one. */
static int listening_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&name,
	    sizeof(name.sun_family)), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	return fd;
}

START_TEST(help_names_every_option)
{
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkey", .arguments = {"-h"}});

	ck_assert_int_eq(end.code, EX_OK);
	ck_assert_str_eq(end.err, "");
	for (const char *option = "cthV"; *option != '\0'; option++)
		ck_assert_ptr_nonnull(strstr(end.out,
		    text_print("\n  -%c ", *option)));
}
END_TEST

START_TEST(the_version_is_one_line)
{
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkey", .arguments = {"-V"}});

	ck_assert_int_eq(end.code, EX_OK);
	ck_assert_str_eq(end.out, "latchkey " VERSION "\n");
	ck_assert_str_eq(end.err, "");
}
END_TEST

START_TEST(an_unknown_option_shows_the_usage)
{
	static const struct program_plan wrong[] = {
	    {.name = "latchkey", .arguments = {"-x"}},
	    {.name = "latchkey", .arguments = {"-c"}},
	    {.name = "latchkey", .arguments = {"serve"}},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct program_end end = program_run(&wrong[i]);

		ck_assert_int_eq(end.code, EX_USAGE);
		ck_assert_str_eq(end.out, "");
		ck_assert_ptr_nonnull(strstr(end.err, "usage: latchkey"));
	}
}
END_TEST

START_TEST(cf_13_the_check_prints_the_configuration_without_secrets)
{
	static const char *const names[] = {"secret", "jwt", "redis",
		"client-google", "client-discord"};
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkey",
	    .arguments = {"-t", "-c", stack_setting("CONF")}});

	ck_assert_int_eq(end.code, EX_OK);
	ck_assert_str_eq(end.err, "");
	ck_assert_ptr_nonnull(strstr(end.out, stack_setting("BASE_URL")));
	ck_assert_ptr_nonnull(strstr(end.out, "io_timeout"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *secret = text_of_file(text_print("%s/secrets/%s",
		    stack_dir(), names[i]));

		ck_assert_ptr_nonnull(secret);
		secret = text_copy(secret, strcspn(secret, "\n"));
		ck_assert_uint_ge(strlen(secret), 10);
		ck_assert_msg(strstr(end.out, secret) == NULL,
		    "the secret %s is printed", names[i]);
	}
}
END_TEST

START_TEST(the_check_names_file_line_and_option)
{
	const char *conf = program_conf("secret_file", "secrte_file");
	struct program_plan plan = {.name = "latchkey",
	    .arguments = {"-t", "-c", conf}};
	struct program_end end = program_run(&plan);

	ck_assert_int_eq(end.code, EX_CONFIG);
	ck_assert_str_eq(end.out, "");
	ck_assert_ptr_nonnull(strstr(end.err, text_print("%s:", conf)));
	ck_assert_ptr_nonnull(strstr(end.err, "secrte_file"));
	/* Whoever checks by hand does not wait, but for a busy machine. */
	for (int i = 0; i < 2 && end.ms >= PAUSE_LEAST_MS; i++)
		end = program_run(&plan);
	ck_assert_int_lt(end.ms, PAUSE_LEAST_MS);
}
END_TEST

START_TEST(a_refused_configuration_is_one_line_a_pause_and_exit_78)
{
	const char *conf = program_conf("base_url = \"http:",
	    "base_url = \"gopher:");
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkey", .arguments = {"-c", conf},
	    .input = listening_socket()});

	ck_assert_int_eq(end.code, EX_CONFIG);
	ck_assert_str_eq(end.out, "");
	ck_assert_uint_eq(lines(end.err), 1);
	ck_assert_ptr_nonnull(strstr(end.err, "event=refused"));
	ck_assert_ptr_nonnull(strstr(end.err, text_print("%s:", conf)));
	ck_assert_ptr_nonnull(strstr(end.err, "base_url"));
	must_pause(&end);
}
END_TEST

START_TEST(a_missing_configuration_is_refused_likewise)
{
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkey", .arguments = {"-c", "/nonexistent/conf"},
	    .input = listening_socket()});

	ck_assert_int_eq(end.code, EX_CONFIG);
	ck_assert_uint_eq(lines(end.err), 1);
	ck_assert_ptr_nonnull(strstr(end.err, "/nonexistent/conf"));
	must_pause(&end);
}
END_TEST

START_TEST(standard_input_must_be_a_listening_socket)
{
	int inputs[] = {0, socket(AF_UNIX, SOCK_STREAM, 0)};

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		struct program_end end = program_run(&(struct program_plan){
		    .name = "latchkey",
		    .arguments = {"-c", stack_setting("CONF")},
		    .input = inputs[i]});

		ck_assert_int_eq(end.code, EX_USAGE);
		ck_assert_uint_eq(lines(end.err), 1);
		ck_assert_ptr_nonnull(strstr(end.err, "spawn-fcgi"));
		must_pause(&end);
	}
}
END_TEST

START_TEST(cf_09_the_worker_refuses_to_run_as_root)
{
	struct program_end end = program_run(&(struct program_plan){
	    .name = "latchkey", .arguments = {"-c", stack_setting("CONF")},
	    .input = listening_socket(), .as_root = true});

	ck_assert_int_eq(end.code, EX_NOPERM);
	ck_assert_uint_eq(lines(end.err), 1);
	ck_assert_ptr_nonnull(strstr(end.err, "root"));
	must_pause(&end);
}
END_TEST

START_TEST(each_stopping_signal_ends_an_idle_worker_well)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGUSR1};
	struct program program = program_start(&(struct program_plan){
	    .name = "latchkey", .arguments = {"-c", stack_setting("CONF")},
	    .input = listening_socket()});
	struct program_end end;

	ck_assert(program_says_within(&program, "event=started", 5000));
	ck_assert_int_eq(kill(program.pid, signals[_i]), 0);
	end = program_wait(&program);

	ck_assert_int_eq(end.code, EX_OK);
	ck_assert_int_lt(end.ms, 8000);
	ck_assert_ptr_nonnull(strstr(end.err, "event=stopped"));
	ck_assert_ptr_null(strstr(end.err, "level=error"));
}
END_TEST

START_TEST(a_signal_during_the_start_is_not_lost)
{
	struct program program = program_start(&(struct program_plan){
	    .name = "latchkey", .arguments = {"-c", stack_setting("CONF")},
	    .input = listening_socket()});
	struct program_end end;

	/* Somewhere between exec and the first request. */
	nanosleep(&(struct timespec){.tv_nsec = 4000000L * _i}, NULL);
	ck_assert_int_eq(kill(program.pid, SIGTERM), 0);
	end = program_wait(&program);
	ck_assert_msg(end.code == EX_OK || end.code == 128 + SIGTERM,
	    "exit code %d", end.code);
	ck_assert_int_lt(end.ms, 8000);
}
END_TEST

/*
 * Sends the worker listening there a start for which it must ask the
 * provider, and waits until it asks.
 */
static int start_that_asks(int listening)
{
	struct pool *pool = pool_new();
	struct sockaddr_un name;
	socklen_t len = sizeof(name);
	struct str out;
	size_t before = flow_recorded("other", "discovery");
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&name,
	    &len), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&name, len), 0);
	str_init(&out, pool);
	fcgi_client_head(&out, "GET", "/auth/other", NULL);
	fcgi_client_body(&out, "");
	ck_assert(fcgi_client_write(fd, &out));
	pool_free(pool);

	ck_assert(flow_is_asked_within("other", "discovery", before + 1, 5000));
	return fd;
}

/* What is still busy when stop_timeout is over is left undone. */
START_TEST(a_worker_with_a_request_that_hangs_is_gone_after_stop_timeout)
{
	struct program_plan plan = {.name = "latchkey", .arguments = {"-c",
	    program_conf("base_url =", "stop_timeout = \"1s\"; base_url =")},
	    .input = listening_socket()};
	struct program program;
	struct program_end end;
	int64_t told;
	int fd;

	/* The loader then writes when it sets up and when it tears down. */
	ck_assert_int_eq(setenv("LD_DEBUG", "libs", 1), 0);
	program = program_start(&plan);
	unsetenv("LD_DEBUG");

	ck_assert(program_says_within(&program, "event=started", 5000));
	flow_fault("{\"provider\": \"other\", \"endpoint\": "
	    "\"discovery\", \"kind\": \"delay\", \"value\": %d, "
	    "\"sticky\": true}", HANG_MS);
	fd = start_that_asks(plan.input);

	told = clock_mono_ms();
	ck_assert_int_eq(kill(program.pid, SIGTERM), 0);
	end = program_wait(&program);
	told = clock_mono_ms() - told;

	ck_assert_int_eq(end.code, EX_SOFTWARE);
	ck_assert_int_ge(told, STOP_TIMEOUT_MS);
	ck_assert_int_lt(told, STOP_MOST_MS);
	ck_assert_ptr_nonnull(strstr(end.err, "stop_timeout"));
	/* Nothing is torn down under threads that still run. */
	ck_assert_ptr_nonnull(strstr(end.err, "calling init"));
	ck_assert_ptr_null(strstr(end.err, "calling fini"));
	close(fd);
	flow_reset();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("worker_start");
	TCase *t = tcase_create("worker_start");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_test(t, help_names_every_option);
	tcase_add_test(t, the_version_is_one_line);
	tcase_add_test(t, an_unknown_option_shows_the_usage);
	tcase_add_test(t,
	    cf_13_the_check_prints_the_configuration_without_secrets);
	tcase_add_test(t, the_check_names_file_line_and_option);
	tcase_add_test(t,
	    a_refused_configuration_is_one_line_a_pause_and_exit_78);
	tcase_add_test(t, a_missing_configuration_is_refused_likewise);
	tcase_add_test(t, standard_input_must_be_a_listening_socket);
	if (getuid() == 0)
		tcase_add_test(t, cf_09_the_worker_refuses_to_run_as_root);
	tcase_add_loop_test(t, each_stopping_signal_ends_an_idle_worker_well,
	    0, 4);
	tcase_add_loop_test(t, a_signal_during_the_start_is_not_lost, 0, 4);
	tcase_add_test(t,
	    a_worker_with_a_request_that_hangs_is_gone_after_stop_timeout);
	suite_add_tcase(s, t);

	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
