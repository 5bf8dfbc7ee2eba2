/* SPDX-License-Identifier: ISC */
/*
 * To whom an identity belongs: one table of named rules over the facts, the
 * first that fits decides.  Nothing is read or written here.
 */
#ifndef AUTH_LINKING_H
#define AUTH_LINKING_H

#include "auth/refusal.h"
#include "base/op.h"

/* What is known of an identity that has just been proved; a set of bits. */
enum linking_fact {
	LINKING_KNOWN = 1 << 0,		/* it is linked to somebody */
	LINKING_DISABLED = 1 << 1,	/* who is disabled */

	/* Somebody holds its verified address, ... */
	LINKING_HELD = 1 << 2,
	LINKING_HOLDER_DISABLED = 1 << 3,
	LINKING_HOLDER_HAS_PROVIDER = 1 << 4,	/* by another identity of it */
	LINKING_BACKED = 1 << 5,	/* by an identity that is still linked */
	LINKING_UNLINKED = 1 << 12,	/* who had one of it taken away once */

	LINKING_AUTOMATIC = 1 << 6,	/* account_linking = verified */
	LINKING_SIGN_UP = 1 << 7,	/* it may become a new user */

	/* A user asks for it, or the administrator on their behalf, ... */
	LINKING_ASKED = 1 << 8,
	LINKING_ASKER_GONE = 1 << 9,	/* deleted by now, or disabled where
					   they ask themselves */
	LINKING_ASKERS = 1 << 10,	/* to whom it is linked already */
	LINKING_ASKER_HAS_PROVIDER = 1 << 11,	/* by another identity of it */
};

enum linking_act {
	LINKING_REFUSE,
	LINKING_ENTER,		/* sign in as the user it is linked to */
	LINKING_CREATE,		/* make a new user */
	LINKING_JOIN,		/* link it to the holder of its address */
	LINKING_ADD,		/* link it to the user who asks */
	LINKING_KEEP,		/* it is the asker's already */
};

struct linking_rule {
	const char *name;	/* for the log and the manual */
	unsigned with;		/* facts that must be there */
	unsigned without;	/* facts that must not */
	enum linking_act act;
	enum rc rc;		/* of a refusal, else RC_OK */
	enum refusal refusal;
};

/* The rule that decides; there always is one. */
const struct linking_rule *linking_decide(unsigned facts);

#endif
