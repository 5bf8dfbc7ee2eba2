/* SPDX-License-Identifier: ISC */
/*
 * What a worker remembers of a provider between requests: its metadata, its
 * keys, and whether its name is pinned to its issuer.  Shared by all threads
 * behind one lock; only provider.c and the kinds look inside.
 */
#ifndef AUTH_PROVIDER_STATE_H
#define AUTH_PROVIDER_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/op.h"

/* A document of the provider, on the heap. */
struct provider_document {
	char *text;			/* NULL while there is none */
	int64_t fetched_ms;		/* on clock_mono_ms */
};

enum provider_pin { PROVIDER_PIN_UNKNOWN, PROVIDER_PIN_OURS,
	PROVIDER_PIN_OTHER };

struct provider_state {
	pthread_mutex_t lock;
	enum provider_pin pin;
	int64_t pin_asked_ms;		/* when, on clock_mono_ms */
	struct provider_document metadata;
	struct provider_document keys;
	int64_t keys_forced_ms;		/* when an unknown key id last made us
					   ask early; 0 for never */
};

/*
 * A copy, in op->pool, of a document not older than most_ms; NULL when there
 * is none.
 */
const char *provider_state_read(struct op *op, struct provider_state *state,
    const struct provider_document *document, int64_t most_ms);

/* Replaces a document by a copy of text, as of now. */
void provider_state_write(struct provider_state *state,
    struct provider_document *document, const char *text);

/* A new, empty state, and its end. */
struct provider_state *provider_state_new(void);
void provider_state_free(struct provider_state *state);

#endif
