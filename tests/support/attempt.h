/* SPDX-License-Identifier: ISC */
/*
 * Sign-ins that may be refused, and all that a refusal must leave as it was:
 * every row of users, identities and events, every key of sessions.
 */
#ifndef SUPPORT_ATTEMPT_H
#define SUPPORT_ATTEMPT_H

#include "support/flow.h"

/* How things stood before; texts live as long as the program. */
struct attempt {
	const char *rows;	/* one hash over all of them */
	const char *keys;	/* Redis's, without those of transactions */
	size_t calls;		/* to token endpoints, since flow_reset */
};

/* How things stand now. */
struct attempt attempt_begin(void);

/*
 * Fails the test unless the answer is a problem of status and code, carries
 * no token, sets no cookie (clearing is fine), and all is as before.
 */
void attempt_assert_refused(struct browser *browser,
    const struct answer *answer, long status, const char *code,
    const struct attempt *before);

/* Goes to the provider as who is queued: the callback, not yet opened. */
const char *attempt_callback(struct browser *browser, const char *provider);

/* Opens url, which must be refused before any provider is called. */
void attempt_refused_at(struct browser *browser, const char *url, long status,
    const char *code);

/* Signs in as who is queued; must be refused after one call to it. */
void attempt_refused(struct browser *browser, const char *provider,
    long status, const char *code);

/* Signs in as who is queued; must succeed. */
struct flow_tokens attempt_accepted(struct browser *browser,
    const char *provider);

/* A member of /users/me, NULL where it is null; must succeed. */
const char *attempt_me(struct browser *browser, struct flow_tokens tokens,
    const char *member);

/* The id of who holds the address as verified, "" for nobody. */
const char *attempt_holder(const char *email);

#endif
