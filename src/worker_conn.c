/* SPDX-License-Identifier: ISC */
/*
 * libfcgi accepts without any time limit, so we accept ourselves and hand it
 * a connection that is open already: it then behaves as if it had kept that
 * one.  The header marks ipcFd and keepConnection "don't use"; the tests of
 * silent and dripping peers hold this in place.
 */
#include "worker_conn.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"

void worker_watch_init(struct worker_watch *watch)
{
	pthread_mutex_init(&watch->lock, NULL);
	watch->fd = -1;
	watch->end_ms = 0;
}

void worker_watch_begin(struct worker_watch *watch, int fd, int64_t most_ms)
{
	pthread_mutex_lock(&watch->lock);
	watch->fd = fd;
	watch->end_ms = clock_mono_ms() + most_ms;
	pthread_mutex_unlock(&watch->lock);
}

void worker_watch_end(struct worker_watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	watch->fd = -1;
	pthread_mutex_unlock(&watch->lock);
}

void worker_watch_look(struct worker_watch *watch)
{
	pthread_mutex_lock(&watch->lock);
	if (watch->fd >= 0 && clock_mono_ms() >= watch->end_ms) {
		shutdown(watch->fd, SHUT_RDWR);
		watch->fd = -1;
	}
	pthread_mutex_unlock(&watch->lock);
}

FCGX_Request *worker_conn_receive(struct worker_watch *watch, int fd,
    int64_t io_timeout_ms)
{
	FCGX_Request *fcgi = calloc(1, sizeof(*fcgi));
	int failed;

	if (fcgi == NULL)
		abort();

	/* Without a socket to listen on it cannot wait for another one. */
	FCGX_InitRequest(fcgi, -1, 0);
	fcgi->ipcFd = fd;
	fcgi->keepConnection = 1;

	worker_watch_begin(watch, fd, io_timeout_ms);
	failed = FCGX_Accept_r(fcgi);
	if (failed != 0) {
		worker_watch_end(watch);
		free(fcgi);
		return NULL;
	}

	return fcgi;
}

void worker_conn_finish(struct worker_watch *watch, FCGX_Request *fcgi)
{
	/* Closing the streams writes what is left; the descriptor stays. */
	FCGX_FClose(fcgi->err);
	FCGX_FClose(fcgi->out);
	worker_watch_end(watch);

	/* Also when the peer asks for more: nobody would serve it. */
	fcgi->keepConnection = 0;
	/* The input is at its end: closing need not wait for the peer. */
	FCGX_Detach(fcgi);
	FCGX_Finish_r(fcgi);
	free(fcgi);
}
