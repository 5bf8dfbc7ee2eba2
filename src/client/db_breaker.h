/* SPDX-License-Identifier: ISC */
/*
 * Keeps a silent server from holding every thread of a worker: while it is
 * known not to answer, one operation at a time asks again, and the others are
 * refused at once.  What needs only Redis then goes on undisturbed.
 */
#ifndef CLIENT_DB_BREAKER_H
#define CLIENT_DB_BREAKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_breaker {
	pthread_mutex_t lock;
	bool open;		/* the server is known not to answer */
	bool asking;		/* somebody is finding out, on this slot */
	size_t slot;
};

/*
 * Whether waiting so long in vain tells of the server: most_ms, what a
 * statement may take (0 for no limit), or half a second.  Who had less time
 * left has learnt nothing.
 */
bool db_breaker_is_silence(int64_t waited_ms, int64_t most_ms);

/* Makes a closed breaker: the server is thought to answer. */
void db_breaker_init(struct db_breaker *breaker);

/* Whether it is worth waiting for a place in the pool. */
bool db_breaker_may_wait(struct db_breaker *breaker);

/*
 * Whether the holder of slot may use it; where the breaker is open, only one
 * may, and must end with db_breaker_note.
 */
bool db_breaker_may_ask(struct db_breaker *breaker, size_t slot);

/*
 * Notes what became of a use of slot: silent opens the breaker, an answer
 * (alive) closes it, anything else leaves it.
 */
void db_breaker_note(struct db_breaker *breaker, size_t slot, bool silent,
    bool alive);

#endif
