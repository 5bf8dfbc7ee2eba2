/* SPDX-License-Identifier: ISC */
/*
 * A bounded number of numbered places, each of which the caller fills with a
 * connection of its own.  Threads borrow a place, wait for one no longer than
 * their deadline, and give it back.  db.c and redis.c share this.
 */
#ifndef CLIENT_SLOTS_H
#define CLIENT_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"

/* How long ago, at most, a connection answered that is trusted unseen. */
#define SLOTS_TRUSTED_MS 50

struct slots;

/*
 * Makes count places, numbered from 0, all free.  They live in pool, which
 * must live longer than any borrower.
 */
struct slots *slots_new(struct pool *pool, size_t count);

/*
 * Takes a free place and sets *slot, the one given back last if there are
 * several: it is the likeliest to be connected.  Waits until deadline_ms (on
 * clock_mono_ms) while there is none; false when none became free by then, or
 * when the deadline has passed already.
 */
bool slots_borrow(struct slots *slots, int64_t deadline_ms, size_t *slot);

/* Gives a borrowed place back. */
void slots_give_back(struct slots *slots, size_t slot);

/*
 * Whether a socket on which nothing is awaited is open and silent.  False
 * when the other side has closed it, or has sent a last word nobody asked
 * for: such a connection must not be used.  Never blocks.
 *
 * used_ms is when it last answered, on clock_mono_ms: less than
 * SLOTS_TRUSTED_MS ago it is trusted unseen, which under load saves the look.
 */
bool slots_socket_is_idle(int fd, int64_t used_ms);

#endif
