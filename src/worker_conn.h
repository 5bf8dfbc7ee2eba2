/* SPDX-License-Identifier: ISC */
/*
 * One FastCGI connection carries one request (fastcgi_keep_conn stays off).
 * A connection has time limits from its first byte to its last: a watch
 * shuts down those of silent and of dripping peers.
 */
#ifndef WORKER_CONN_H
#define WORKER_CONN_H

#include <pthread.h>
#include <stdint.h>

#include <fcgiapp.h>

/* Watches the connection a thread is busy with; one per thread. */
struct worker_watch {
	pthread_mutex_t lock;
	int fd;			/* -1 for none */
	int64_t end_ms;		/* on clock_mono_ms */
};

/* Makes a watch that watches nothing. */
void worker_watch_init(struct worker_watch *watch);

/* Watches fd for at most_ms from now. */
void worker_watch_begin(struct worker_watch *watch, int fd, int64_t most_ms);

/* Watches nothing any more.  Call before fd is closed. */
void worker_watch_end(struct worker_watch *watch);

/* Shuts the watched connection down if its time is over. */
void worker_watch_look(struct worker_watch *watch);

/*
 * Receives the request on a connection, which it owns from now on.  NULL when
 * the peer sent none in time; the connection is closed then.  The result
 * lives on the heap and never moves: libfcgi's streams point back at it.  It
 * is still watched: the same time is for its body, too.
 */
FCGX_Request *worker_conn_receive(struct worker_watch *watch, int fd,
    int64_t io_timeout_ms);

/* Ends an answered request: flushes under the watch, closes, frees. */
void worker_conn_finish(struct worker_watch *watch, FCGX_Request *fcgi);

#endif
