/* SPDX-License-Identifier: ISC */
/*
 * What the stand-in provider remembers: who signs in next, open consents,
 * codes, access tokens, faults and what it was asked.  All of it is JSON in
 * memory.  Call everything here with the lock held.
 */
#ifndef SUPPORT_PROVIDER_STATE_H
#define SUPPORT_PROVIDER_STATE_H

#include <json-c/json.h>

#include "base/pool.h"

enum provider_table {
	PROVIDER_CONSENTS,	/* consent pages open in a browser */
	PROVIDER_CODES,
	PROVIDER_TOKENS,
	PROVIDER_TABLES,	/* how many there are */
};

/* Takes the one lock of all that is remembered. */
void provider_state_lock(void);

/* Gives the lock back. */
void provider_state_unlock(void);

/* Forgets everything; also the way to begin. */
void provider_state_reset(void);

/* Puts an identity, owned from then on, at the end of a provider's queue. */
void provider_state_queue(const char *provider, json_object *next);

/*
 * Takes who signs in next with a provider: NULL when nobody is queued.  An
 * entry with "sticky" stays, one with "times" stays that often.  The caller
 * puts it.
 */
json_object *provider_state_next(const char *provider);

/* Keeps what was asked, owned from then on. */
void provider_state_record(json_object *record);

/* All that was asked, in order; borrowed. */
json_object *provider_state_records(void);

/* Adds a fault, owned from then on. */
void provider_state_fault(json_object *fault);

/* All faults, in order; borrowed, and may be changed in place. */
json_object *provider_state_faults(void);

/* Counts one use of element i of array: takes it out after its last. */
void provider_state_use(json_object *array, size_t i);

/*
 * Keeps value, owned from then on, for life_s under a new random key, which
 * is returned in pool.
 */
char *provider_state_keep(struct pool *pool, enum provider_table table,
    json_object *value, int life_s);

/* What is kept under key and still alive, or NULL; borrowed. */
json_object *provider_state_find(enum provider_table table, const char *key);

/* As find, but takes it out: it is there once.  The caller puts it. */
json_object *provider_state_take(enum provider_table table, const char *key);

#endif
