/* SPDX-License-Identifier: ISC */
/*
 * Sign-ins under way, in Redis: what was asked, so that nothing of it comes
 * back from a request.  A record is kept under SHA-256 of its state, for ten
 * minutes, and taken once, by the browser that began it
 * (RFC 9700 section 4.4.2).
 */
#ifndef STORE_TRANSACTIONS_H
#define STORE_TRANSACTIONS_H

#include <stdint.h>

#include "base/op.h"

#define TRANSACTIONS_TTL_S 600

struct transaction {
	const char *provider;
	const char *issuer;
	const char *purpose;		/* what it is for; signin.c's words */
	const char *user_id;		/* who asked, "" for nobody yet */
	const char *sid;		/* and in which session, "" likewise */
	const char *verifier;		/* PKCE code verifier */
	const char *nonce;		/* "" where the provider takes none */
	const char *redirect_uri;
	const char *needs_iss;		/* "yes" where the callback must have iss,
					   else "no" */
};

/*
 * Sets the key prefix and how many may be open at once.  prefix must live as
 * long as the process.  Call once, before threads start.
 */
void transactions_init(const char *prefix, int64_t most);

/*
 * Notes a transaction under its state.  binding is the SHA-256 of the cookie
 * that its browser has been given, in hex.
 *
 * RC_LIMITED	too many are open
 * RC_DOWN, RC_EXPIRED	Redis did not answer as it must (redis.h)
 */
enum rc transactions_put(struct op *op, const char *state,
    const char *binding, const struct transaction *transaction) MUST_USE;

/*
 * Takes a transaction: it is gone afterwards.  Without the binding that it was
 * put with it stays where it is.
 *
 * RC_ABSENT	there is none of that state for that binding
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc transactions_take(struct op *op, const char *state,
    const char *binding, struct transaction *transaction) MUST_USE;

#endif
