/* SPDX-License-Identifier: ISC */
/*
 * Sign-ins that must come to nothing: a problem of the right status and code,
 * no token in body, header or cookie, not a row or a Redis key more than
 * before, and the same workers alive and serving.
 */
#ifndef SUPPORT_REJECT_H
#define SUPPORT_REJECT_H

#include "support/browser.h"

/* What there is before a sign-in is begun. */
struct reject {
	const char *rows;	/* of every table a sign-in writes to */
	const char *keys;	/* in Redis */
	const char *workers;	/* their process ids */
};

/* Counts it all. */
struct reject reject_before(void);

/* Fails the test unless answer is such a refusal. */
void reject_assert(struct browser *browser, const struct answer *answer,
    long status, const char *code, const struct reject *before);

/*
 * A sign-in of somebody new at provider, up to its callback's URL, which is
 * not opened.  more is further members of PUT /next ("\"token\": {…}"), ""
 * for none.
 */
const char *reject_callback(struct browser *browser, const char *provider,
    const char *more);

/*
 * A whole sign-in like that, in a browser of its own, which must be refused
 * with status and code; returns what the refusal said, head and body.
 */
const char *reject_sign_in(const char *provider, const char *more, long status,
    const char *code);

/* The same, refused as the provider's failure: 502 provider_error. */
const char *reject_answer(const char *provider, const char *more);

/* One that must succeed; returns the access token. */
const char *reject_nothing(const char *provider, const char *more);

#endif
