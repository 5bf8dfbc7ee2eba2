/* SPDX-License-Identifier: ISC */
/*
 * Answers provoked from the routes of the table: what a route must refuse by
 * what its columns say, and whole rounds at a provider.
 */
#ifndef SUPPORT_PROVOKE_H
#define SUPPORT_PROVOKE_H

#include "support/promise.h"

/*
 * What a route refuses, whoever asks: requests that are malformed, unproved,
 * with a wrong body or about nobody.
 */
void provoke_refusals(const struct route *route);

/* Every route that wants a recent sign-in, with a session that is old. */
void provoke_stale(void);

/*
 * A round at a provider as subject, which ends at the callback pattern as end
 * says; its query is that of the start, its body SQL to run between consent
 * and callback.
 */
void provoke_round(const char *pattern, const char *provider,
    const char *subject, struct promise_try end);

/* A round that the person ends at the provider. */
void provoke_cancelled(const char *pattern, const char *provider);

/* provoke_round with the members of struct promise_try. */
#define ROUND(pattern, provider, subject, ...)                                \
	provoke_round(pattern, provider, subject,                             \
	    (struct promise_try){__VA_ARGS__})

#endif
