/* SPDX-License-Identifier: ISC */
/*
 * The threads that call providers, behind a bounded queue: a provider that
 * hangs costs the other requests nothing.
 */
#ifndef WORKER_LANE_H
#define WORKER_LANE_H

#include <stdbool.h>
#include <stddef.h>

#include "http/route.h"

/* Starts threads that take from a queue of at most length exchanges. */
void worker_lane_start(size_t threads, size_t length);

/*
 * Hands an exchange over; false when the queue is full, and then it is still
 * the caller's.
 */
bool worker_lane_admit(struct route_exchange *exchange, FCGX_Request *fcgi);

/* Shuts down connections whose time is over. */
void worker_lane_look(void);

/*
 * Answers what is queued and ends the threads, by deadline_ms on
 * clock_mono_ms.  False when some did not end.
 */
bool worker_lane_stop(int64_t deadline_ms);

#endif
