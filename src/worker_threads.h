/* SPDX-License-Identifier: ISC */
/* A group of like threads, each with a watch over its connection. */
#ifndef WORKER_THREADS_H
#define WORKER_THREADS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker_conn.h"

struct worker_thread {
	pthread_t id;
	struct worker_watch watch;
	void (*serve)(struct worker_watch *watch);
};

struct worker_threads {
	size_t count;
	struct worker_thread *items;
};

/* Starts count threads that each run serve once, with their own watch. */
void worker_threads_start(struct worker_threads *threads, size_t count,
    void (*serve)(struct worker_watch *watch));

/* Looks at every watch. */
void worker_threads_look(struct worker_threads *threads);

/*
 * Waits until all have ended, but not beyond deadline_ms on clock_mono_ms;
 * looks at the watches meanwhile.  False when some have not.
 */
bool worker_threads_join(struct worker_threads *threads, int64_t deadline_ms);

#endif
