/* SPDX-License-Identifier: ISC */
/*
 * Threads block every signal (libfcgi's reads do not retry EINTR); the main
 * thread waits for signals and looks after slow peers.
 */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "app.h"
#include "auth/provider.h"
#include "base/clock.h"
#include "base/log.h"
#include "client/fetch.h"
#include "http/route.h"
#include "worker_conn.h"
#include "worker_lane.h"
#include "worker_memory.h"
#include "worker_threads.h"

#define LISTEN_FD 0

/* Signals wait while the database is asked at the start. */
#define PIN_BUDGET_MS 1000

#define LOOK_EVERY_MS 250

/* In looks: how often memory that a peak left behind is given back. */
#define TRIM_EVERY 8

/*
 * How long a thread waits in accept before it looks whether we stop.  (All
 * threads of all workers wait on one socket: accept wakes one of them for a
 * connection, poll would wake them all.)
 */
#define ACCEPT_MS 500

static int64_t io_timeout_ms;
static atomic_bool stopping;

static void stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGUSR1);
}

void worker_block_signals(void)
{
	sigset_t all;

	signal(SIGPIPE, SIG_IGN);
	/* A crash must still be one: what a fault raises is not blocked. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGABRT);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}

/* Answers one connection, or hands it to the provider threads. */
static void answer(struct worker_watch *watch, int fd)
{
	FCGX_Request *fcgi = worker_conn_receive(watch, fd, io_timeout_ms);
	struct route_exchange *exchange;

	if (fcgi == NULL)
		return;

	exchange = route_receive(fcgi);
	worker_watch_end(watch);
	if (route_calls_provider(exchange)) {
		if (worker_lane_admit(exchange, fcgi))
			return;
		route_refuse(exchange);
	}

	worker_watch_begin(watch, fd, 2 * REQUEST_BUDGET_MS);
	route_answer(exchange);
	worker_conn_finish(watch, fcgi);
}

static void serve(struct worker_watch *watch)
{
	while (!atomic_load(&stopping)) {
		int fd = accept4(LISTEN_FD, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			answer(watch, fd);
		else if (errno != EAGAIN && errno != EINTR &&
		    errno != ECONNABORTED)
			/* Out of descriptors: waiting is all there is. */
			poll(NULL, 0, 100);
	}
}

/* Workers share the socket and its settings. */
static bool prepare_socket(void)
{
	const struct timeval most = {.tv_usec = ACCEPT_MS * 1000};
	int listening = 0;
	socklen_t len = sizeof(listening);
	int flags = fcntl(LISTEN_FD, F_GETFL);

	return getsockopt(LISTEN_FD, SOL_SOCKET, SO_ACCEPTCONN, &listening,
	    &len) == 0 && listening && flags >= 0 &&
	    fcntl(LISTEN_FD, F_SETFL, flags & ~O_NONBLOCK) == 0 &&
	    setsockopt(LISTEN_FD, SOL_SOCKET, SO_RCVTIMEO, &most,
		sizeof(most)) == 0;
}

/* Waits for a signal to stop; returns it. */
static int wait_for_stop(struct worker_threads *threads)
{
	const struct timespec tick = {
	    .tv_nsec = LOOK_EVERY_MS * 1000000L,
	};
	sigset_t set;

	stop_signals(&set);
	for (int looks = 1;; looks++) {
		int got = sigtimedwait(&set, NULL, &tick);

		if (got > 0)
			return got;
		worker_threads_look(threads);
		worker_lane_look();
		/* The next sign-in may be hours away, or on another worker. */
		if (fetch_look())
			worker_memory_forget_code();
		if (looks % TRIM_EVERY == 0) {
			malloc_trim(0);
			looks = 0;
		}
	}
}

static bool stop(struct worker_threads *threads, int64_t most_ms)
{
	int64_t deadline = clock_mono_ms() + most_ms;

	atomic_store(&stopping, true);
	return worker_threads_join(threads, deadline) &&
	    worker_lane_stop(deadline);
}

/* A provider that the database bars is told of before anyone needs it. */
static void look_at_pins(void)
{
	for (size_t i = 0; i < provider_count(); i++) {
		struct op *op = op_new(NULL, PIN_BUDGET_MS);

		if (provider_look_at_pin(op, provider_at(i)) == RC_ABSENT)
			log_event(LOG_LEVEL_WARNING, "provider_barred", "%s",
			    op_reason(op));
		op_free(op);
	}
}

int worker_run(const struct config *config)
{
	struct worker_threads threads;
	int got;

	if (FCGX_Init() != 0 || !prepare_socket()) {
		log_event(LOG_LEVEL_ERROR, "not_started", "standard input is "
		    "no listening socket: start latchkey through spawn-fcgi "
		    "or a systemd socket unit");
		return EX_USAGE;
	}

	io_timeout_ms = config->io_timeout_ms;
	app_open(config);
	worker_lane_start((size_t)config->provider_threads,
	    (size_t)config->provider_queue);
	worker_threads_start(&threads, (size_t)config->threads, serve);
	log_event(LOG_LEVEL_INFO, "started", "latchkey " VERSION ", pid %d",
	    (int)getpid());

	look_at_pins();
	worker_memory_forget_code();
	got = wait_for_stop(&threads);
	log_event(LOG_LEVEL_INFO, "stopping", "signal %d", got);
	if (!stop(&threads, config->stop_timeout_ms)) {
		log_event(LOG_LEVEL_ERROR, "stopped", "some requests did not "
		    "end within stop_timeout");
		return EX_SOFTWARE;
	}

	app_close();
	log_event(LOG_LEVEL_INFO, "stopped", "pid %d", (int)getpid());
	return EX_OK;
}
