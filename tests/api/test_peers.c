/* SPDX-License-Identifier: ISC */
/*
 * Peers at the FastCGI socket that are silent, drip, stop in the middle or go
 * away.  None holds a thread for longer than io_timeout, or than answering may
 * take where it reads nothing; none harms a worker.
 * The stack has two workers of two threads and a short time limit.
 */
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "base/op.h"
#include "support/fcgi_client.h"
#include "support/flow.h"
#include "support/program.h"
#include "support/stack.h"

#define IO_TIMEOUT_MS  1000
#define THREADS	       4
#define WORKER_THREADS 2

/*
 * The watch looks four times a second; there is time for a slow machine, far
 * less than a request may take.
 */
#define CUT_OFF_MS (IO_TIMEOUT_MS + 3000)

#define ANSWER_MS 5000

/*
 * Answering may take twice a request's budget, the last write included, and
 * the machine its own time.  Without a limit it would never end.
 */
#define WRITE_MS 26000

/* Makes an answer that libfcgi still holds whole when it is finished. */
#define LABEL_SIZE 6000

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const settings[] = {
	"--set", "io_timeout = \"1s\"",
	"--set", "threads = 2",
	NULL,
};

static struct op *op;
static struct browser *browser;
static pid_t workers[8];
static size_t worker_count;

static void setup(void)
{
	op = op_new("test", 120000);
	browser = browser_new();
	worker_count = stack_all_workers(workers, COUNT(workers));
}

/* Whatever a test did, the workers are the same, alive and free. */
static void assert_unharmed(void)
{
	pid_t now[COUNT(workers)];

	ck_assert_int_eq(browser_get(browser,
	    stack_url("/api/auth/providers")).status, 200);
	ck_assert_uint_eq(stack_workers(now, COUNT(now)), worker_count);
	for (size_t i = 0; i < worker_count; i++)
		ck_assert_int_eq(now[i], workers[i]);
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

/* How long until /auth/providers was answered at the socket. */
static int64_t time_to_answer(void)
{
	int64_t begun = clock_mono_ms();

	ck_assert_int_eq(fcgi_client_get(op->pool, "/auth/providers", NULL),
	    200);
	return clock_mono_ms() - begun;
}

/* Opens a connection that has sent out so far. */
static int open_with(const struct str *out)
{
	int fd = fcgi_client_open();

	ck_assert(fcgi_client_write(fd, out));
	return fd;
}

/* As many peers as threads, each silent after out: all are let go in time. */
static void assert_silence_is_cut_off(const struct str *out)
{
	int fds[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		fds[i] = open_with(out);
	ck_assert_int_le(time_to_answer(), CUT_OFF_MS);
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_ptr_nonnull(fcgi_client_read(op->pool, fds[i],
		    CUT_OFF_MS));
		close(fds[i]);
	}
	assert_unharmed();
}

START_TEST(a_silent_peer_holds_no_thread)
{
	struct str out;
	struct str params;

	str_init(&out, op->pool);
	assert_silence_is_cut_off(&out);
	fcgi_client_begin(&out, false);
	assert_silence_is_cut_off(&out);

	/* In the middle of a record. */
	str_init(&params, op->pool);
	fcgi_client_param(&params, "PATH_INFO", "/auth/providers");
	fcgi_client_record(&out, FCGI_CLIENT_PARAMS, params.text, params.len);
	out.len -= 5;
	assert_silence_is_cut_off(&out);
}
END_TEST

START_TEST(rq_04_a_body_that_never_comes_holds_no_thread)
{
	const char *const further[] = {"CONTENT_TYPE", "application/json",
		"CONTENT_LENGTH", "21", NULL};
	struct str out;

	str_init(&out, op->pool);
	fcgi_client_head(&out, "POST", "/auth/refresh", further);
	assert_silence_is_cut_off(&out);
	fcgi_client_record(&out, FCGI_CLIENT_STDIN, "{\"refresh", 9);
	assert_silence_is_cut_off(&out);
	out.len -= 4;
	assert_silence_is_cut_off(&out);

	/* And one whose end never comes is no different. */
	str_init(&out, op->pool);
	fcgi_client_head(&out, "GET", "/auth/providers", NULL);
	assert_silence_is_cut_off(&out);
}
END_TEST

/* As many peers as threads, who send head and then a byte every 100 ms. */
static void assert_drips_are_cut_off(const struct str *head,
    const struct str *out)
{
	int64_t begun = clock_mono_ms();
	int fds[THREADS];
	int open = THREADS;

	for (int i = 0; i < THREADS; i++)
		fds[i] = open_with(head);
	for (size_t at = 0; at < out->len && open > 0; at++) {
		for (int i = 0; i < THREADS; i++) {
			if (fds[i] < 0 || send(fds[i], out->text + at, 1,
			    MSG_NOSIGNAL) == 1)
				continue;
			close(fds[i]);
			fds[i] = -1;
			open--;
		}
		ck_assert_int_lt(clock_mono_ms() - begun, CUT_OFF_MS);
		poll(NULL, 0, 100);
	}
	ck_assert_int_eq(open, 0);
	ck_assert_int_ge(clock_mono_ms() - begun, IO_TIMEOUT_MS);
	assert_unharmed();
}

START_TEST(a_dripping_peer_is_cut_off)
{
	const char *const further[] = {"CONTENT_TYPE", "application/json",
		"CONTENT_LENGTH", "4000", NULL};
	char *value = pool_alloc(op->pool, 4001);
	struct str out;
	struct str head;

	memset(value, 'a', 4000);
	str_init(&head, op->pool);
	str_init(&out, op->pool);
	fcgi_client_begin(&out, false);
	fcgi_client_record(&out, FCGI_CLIENT_PARAMS, value, 4000);
	assert_drips_are_cut_off(&head, &out);

	str_init(&out, op->pool);
	fcgi_client_head(&head, "POST", "/auth/refresh", further);
	fcgi_client_body(&out, value);
	assert_drips_are_cut_off(&head, &out);
}
END_TEST

START_TEST(a_peer_that_says_no_more_still_gets_its_answer)
{
	struct str out;
	int fd;

	str_init(&out, op->pool);
	fcgi_client_head(&out, "GET", "/auth/providers", NULL);
	fcgi_client_body(&out, "");
	fd = open_with(&out);
	shutdown(fd, SHUT_WR);
	ck_assert_int_eq(fcgi_client_status(fcgi_client_read(op->pool, fd,
	    ANSWER_MS)), 200);
	close(fd);
}
END_TEST

/*
 * A listening socket that small send buffers are inherited from: in that of a
 * Unix socket any answer would fit.
 */
static int listening_socket(struct sockaddr_in *name)
{
	const int least = 1;
	socklen_t len = sizeof(*name);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*name = (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least,
	    sizeof(least)), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)name, len), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)name, &len), 0);
	return fd;
}

/* Asks for /auth/providers there with room for very little of the answer. */
static int ask(const struct sockaddr_in *name)
{
	const int least = 1;
	struct str out;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least,
	    sizeof(least)), 0);
	ck_assert_int_eq(connect(fd, (const struct sockaddr *)name,
	    sizeof(*name)), 0);
	str_init(&out, op->pool);
	fcgi_client_head(&out, "GET", "/auth/providers", NULL);
	fcgi_client_body(&out, "");
	ck_assert(fcgi_client_write(fd, &out));
	return fd;
}

/* The stack's configuration with a label of so many letters. */
static const char *labelled(size_t letters)
{
	char *label = pool_alloc(op->pool, letters + 1);

	memset(label, 'a', letters);
	return program_conf("\"Other\"", pool_print(op->pool, "\"%s\"",
	    label));
}

START_TEST(a_peer_that_reads_nothing_is_cut_off)
{
	struct sockaddr_in name;
	struct program program = program_start(&(struct program_plan){
	    .name = "latchkey",
	    .arguments = {"-c", labelled(LABEL_SIZE)},
	    .input = listening_socket(&name)});
	int fds[WORKER_THREADS];
	const char *answer;
	int64_t begun;
	int fd;

	ck_assert(program_says_within(&program, "event=started", 5000));
	begun = clock_mono_ms();
	for (size_t i = 0; i < WORKER_THREADS; i++)
		fds[i] = ask(&name);
	/* Nobody takes this one: each thread has a part of its answer left. */
	fd = ask(&name);
	ck_assert_ptr_null(fcgi_client_read(op->pool, fd, 400));
	answer = fcgi_client_read(op->pool, fd, WRITE_MS);
	ck_assert_msg(answer != NULL, "no thread was let go");
	ck_assert_int_eq(fcgi_client_status(answer), 200);
	ck_assert_int_le(clock_mono_ms() - begun, WRITE_MS);

	close(fd);
	for (size_t i = 0; i < WORKER_THREADS; i++)
		close(fds[i]);
	ck_assert_int_eq(kill(program.pid, SIGTERM), 0);
	ck_assert_int_eq(program_wait(&program).code, EX_OK);
}
END_TEST

START_TEST(rs_13_a_peer_that_goes_away_harms_nobody)
{
	struct str out;
	size_t whole;

	str_init(&out, op->pool);
	fcgi_client_head(&out, "GET", "/auth/providers", NULL);
	fcgi_client_body(&out, "");
	whole = out.len;
	/* At every length: also before the first byte and after the last. */
	for (out.len = 0; out.len <= whole; out.len++)
		close(open_with(&out));
	for (out.len = 0; out.len <= whole; out.len++) {
		int fd = open_with(&out);

		shutdown(fd, SHUT_WR);
		ck_assert_ptr_nonnull(fcgi_client_read(op->pool, fd,
		    ANSWER_MS));
		close(fd);
	}
	assert_unharmed();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("peers");
	TCase *t = tcase_create("peers");
	SRunner *r;
	int n;

	if (!stack_begin(settings))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_silent_peer_holds_no_thread);
	tcase_add_test(t, rq_04_a_body_that_never_comes_holds_no_thread);
	tcase_add_test(t, a_dripping_peer_is_cut_off);
	tcase_add_test(t, a_peer_that_says_no_more_still_gets_its_answer);
	tcase_add_test(t, a_peer_that_reads_nothing_is_cut_off);
	tcase_add_test(t, rs_13_a_peer_that_goes_away_harms_nobody);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
