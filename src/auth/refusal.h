/* SPDX-License-Identifier: ISC */
/*
 * Refusals that a client is told apart, beyond what the outcome says.  They
 * travel in op->refusal; http/problem.c owns what each looks like outside.
 */
#ifndef AUTH_REFUSAL_H
#define AUTH_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/op.h"

enum refusal {
	REFUSAL_NONE,			/* the outcome says it all */

	/* requests */
	REFUSAL_METHOD,
	REFUSAL_MEDIA_TYPE,
	REFUSAL_TOO_LARGE,
	REFUSAL_JSON,
	REFUSAL_FIELDS,			/* members named one by one */

	/* sign-in */
	REFUSAL_PROVIDER_UNKNOWN,	/* not configured, or switched off */
	REFUSAL_TRANSACTION,		/* every miss of state and binding */
	REFUSAL_CANCELLED,		/* the person said no at the provider */
	REFUSAL_PROVIDER_TIMEOUT,
	REFUSAL_PROVIDER_BUSY,		/* the provider's own 429 */
	REFUSAL_SIGN_IN,		/* the person is known and may not come in */
	REFUSAL_SIGN_UP,		/* nobody new, or not this domain */
	REFUSAL_DISABLED,
	REFUSAL_LINK_REQUIRED,
	REFUSAL_PROVIDER_LINKED,	/* another identity of the same one */

	/* linking */
	REFUSAL_IDENTITY_IN_USE,	/* somebody else's */
	REFUSAL_LAST_METHOD,		/* no way in would be left */
	REFUSAL_WRONG_ACCOUNT,		/* reauth=1 by another user */
	REFUSAL_NOT_LINKED,

	/* tokens */
	REFUSAL_TOKEN_MISSING,
	REFUSAL_TOKEN,
	REFUSAL_REFRESH_TOKEN,
	REFUSAL_STALE,			/* the sign-in is too old for this */
	REFUSAL_ADMIN,			/* not the administrator's secret */

	/* administration */
	REFUSAL_REFERENCE,		/* used with another body before */

	REFUSAL_COUNT
};

/*
 * On the way up from a user's row, read with rc and, where that is RC_OK,
 * disabled or not: users themselves (actor NULL), whose session was live a
 * moment ago, may act no more once they are disabled or gone (RC_ABSENT).  The
 * administrator may act for whoever is there.
 *
 * RC_DENIED	the user asks, and is disabled or gone (REFUSAL_TOKEN)
 * and any other rc as it is
 */
enum rc refusal_if_gone(struct op *op, enum rc rc, bool disabled,
    const char *actor) MUST_USE;

/* Members of a request that are wrong, and what to do about each. */
struct refusal_fields {
	size_t count;
	struct refusal_field {
		const char *field;
		const char *message;
	} items[16];
};

/*
 * Adds a member that is wrong; beyond the 16th it is left out.
 * The texts must live as long as fields.
 */
void refusal_add(struct refusal_fields *fields, const char *field,
    const char *message);

#endif
