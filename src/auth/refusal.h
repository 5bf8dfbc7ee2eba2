/* SPDX-License-Identifier: ISC */
/*
 * Refusals that a client is told apart, beyond what the outcome says.  They
 * travel in op->refusal; http/problem.c owns what each looks like outside.
 */
#ifndef AUTH_REFUSAL_H
#define AUTH_REFUSAL_H

enum refusal {
	REFUSAL_NONE,			/* the outcome says it all */

	/* requests */
	REFUSAL_NOT_FOUND,
	REFUSAL_METHOD,
	REFUSAL_MEDIA_TYPE,
	REFUSAL_TOO_LARGE,
	REFUSAL_JSON,

	/* sign-in */
	REFUSAL_PROVIDER_UNKNOWN,	/* not configured, or switched off */
	REFUSAL_TRANSACTION,		/* every miss of state and binding */
	REFUSAL_CANCELLED,		/* the person said no at the provider */
	REFUSAL_PROVIDER_TIMEOUT,
	REFUSAL_PROVIDER_BUSY,		/* the provider's own 429 */
	REFUSAL_SIGN_IN,		/* who it is is known, and refused */
	REFUSAL_SIGN_UP,		/* nobody new, or not this domain */
	REFUSAL_DISABLED,
	REFUSAL_LINK_REQUIRED,
	REFUSAL_PROVIDER_LINKED,	/* another identity of the same one */

	/* tokens */
	REFUSAL_TOKEN_MISSING,
	REFUSAL_TOKEN,
	REFUSAL_REFRESH_TOKEN,

	REFUSAL_COUNT
};

#endif
