/* SPDX-License-Identifier: ISC */
/*
 * To whom an identity belongs: one table of named rules over the facts, the
 * first that fits decides.  Nothing is read or written here.
 */
#ifndef AUTH_LINKING_H
#define AUTH_LINKING_H

#include "auth/refusal.h"
#include "base/op.h"
#include "store/accounts.h"

/* What is known of an identity that has just been proved; a set of bits. */
enum linking_fact {
	/* The identity is linked to a user. */
	LINKING_KNOWN = 1 << 0,
	/* That user is disabled. */
	LINKING_DISABLED = 1 << 1,

	/* A user, the holder, has its verified address. */
	LINKING_HELD = 1 << 2,
	/* The holder is disabled. */
	LINKING_HOLDER_DISABLED = 1 << 3,
	/* The holder has another identity of its provider. */
	LINKING_HOLDER_HAS_PROVIDER = 1 << 4,
	/* An identity of the holder's still has the address as verified. */
	LINKING_BACKED = 1 << 5,
	/* An identity of its provider was once taken from the holder. */
	LINKING_UNLINKED = 1 << 6,

	/* The option account_linking is "verified". */
	LINKING_AUTOMATIC = 1 << 7,
	/* The identity may become a new user (option sign_up). */
	LINKING_SIGN_UP = 1 << 8,

	/* A user, the asker, wants it, or the administrator for them. */
	LINKING_ASKED = 1 << 9,
	/* The identity is linked to the asker. */
	LINKING_ASKERS = 1 << 10,
	/* The asker has another identity of its provider. */
	LINKING_ASKER_HAS_PROVIDER = 1 << 11,
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
	int refusal;		/* as op_refuse takes it */
};

/*
 * What an identity's standing says, as facts; asker_id is the asker, NULL when
 * it signs in.  What the options say is not among them.
 */
unsigned linking_facts(const struct accounts_standing *standing,
    const char *asker_id);

/* The rule that decides; there always is one. */
const struct linking_rule *linking_decide(unsigned facts);

#endif
