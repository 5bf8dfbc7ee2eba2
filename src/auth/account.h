/* SPDX-License-Identifier: ISC */
/*
 * Accounts: who an identity belongs to, who may have a new account, how
 * identities join and leave one, who may come in at all.  Which rule decides
 * is linking.c's; here it is done, in transactions that stand up to races.
 *
 * A change that ends with RC_DOWN or RC_EXPIRED was not kept, unless its
 * comment says otherwise.  Only when the connection died during COMMIT it is
 * unknown whether it was (db_commit).
 */
#ifndef AUTH_ACCOUNT_H
#define AUTH_ACCOUNT_H

#include "auth/identity.h"
#include "auth/session.h"
#include "base/op.h"
#include "config/config.h"
#include "store/accounts.h"
#include "store/users.h"

/* Sets the rules for new accounts.  Call once, before threads start. */
void account_init(const struct config *config);

/* Who signed in, and how the identity came to its user. */
struct account_entry {
	const struct user *user;
	bool has_joined;	/* just now, by its verified address */
};

/*
 * Finds or makes the user of an identity, in one transaction that stands up
 * to the same identity arriving many times at once, with the event where a
 * user is new or an identity joins.  That somebody signed in is told by the
 * event of the session that follows (session_open).  address is the client's.
 * op->rule names what decided.
 *
 * RC_DENIED	the user is disabled (REFUSAL_DISABLED), nobody new is taken
 *		(REFUSAL_SIGN_UP), or a disabled user holds the verified
 *		address (REFUSAL_SIGN_IN)
 * RC_TAKEN	another user holds the verified address and the identity may
 *		not join (REFUSAL_LINK_REQUIRED), not even by its owner's hand
 *		while there is another one of the same provider
 *		(REFUSAL_PROVIDER_LINKED)
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc account_sign_in(struct op *op, const struct identity *identity,
    const char *address, struct account_entry *entry) MUST_USE;

/*
 * Redis refuses a user whom the row lets in: a change reached Redis and its
 * COMMIT failed.  Raises the version so that the row wins.  *user is the user
 * as read again; op->rule names what decided, where a rule did.
 *
 * RC_DENIED	the row does not let them in either: the user is disabled or
 *		gone (REFUSAL_DISABLED), or the identity is not theirs (any
 *		more) (REFUSAL_TRANSACTION)
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc account_overrule(struct op *op, const struct identity *identity,
    const struct user **user) MUST_USE;

/*
 * Confirms that an identity is one of the user's, who has just shown it once
 * more.
 *
 * RC_DENIED	it is not (REFUSAL_WRONG_ACCOUNT)
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc account_confirm(struct op *op, const char *user_id,
    const struct identity *identity) MUST_USE;

/*
 * Gives an identity to the user who asked for it at a provider; one that is
 * the user's already stays as it is, which is fine.  *linked is its row.
 *
 * RC_DENIED	the user is disabled or gone by now (REFUSAL_TOKEN)
 * RC_TAKEN	it is somebody else's (REFUSAL_IDENTITY_IN_USE), or the user
 *		has another one of this provider (REFUSAL_PROVIDER_LINKED)
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc account_link(struct op *op, const char *user_id,
    const struct identity *identity, const char *address,
    const struct account **linked) MUST_USE;

/* Who changes a user's identities, for the event. */
struct account_actor {
	const char *name;	/* NULL: the user */
	const char *address;	/* of the client, NULL for none */
};

/*
 * Takes the identity of a provider from a user, and ends the sessions begun
 * through it.  A way in of another configured provider must be left; the
 * oldest of those becomes the primary when the primary goes.
 *
 * RC_DENIED	the user asked, and is disabled or gone by now (REFUSAL_TOKEN)
 * RC_ABSENT	there is none of that provider (REFUSAL_NOT_LINKED), or no
 *		such user, which the administrator is told
 * RC_TAKEN	it is the last way in (REFUSAL_LAST_METHOD)
 * RC_DOWN, RC_EXPIRED	a store did not answer
 */
enum rc account_unlink(struct op *op, const char *user_id,
    const char *provider, const struct account_actor *actor) MUST_USE;

/*
 * Gives an identity to a user at the word of the administrator, whom actor
 * names: its provider is not asked.  One that is the user's already stays as
 * it is; *was_linked tells.  The user may be disabled.
 *
 * RC_BAD	the provider names nobody so (REFUSAL_FIELDS)
 * RC_ABSENT	there is no such user, or the provider is not configured or
 *		pinned to another issuer (REFUSAL_PROVIDER_UNKNOWN)
 * RC_TAKEN	as account_link; the reason names whose it is
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc account_give(struct op *op, const char *user_id,
    const struct identity *identity, const char *actor, bool *was_linked)
    MUST_USE;

/*
 * Gives a user's identity to another user, who has none of its provider: for
 * the administrator.  Sessions begun through it end.
 *
 * RC_ABSENT	nobody has that identity (REFUSAL_NOT_LINKED: it has just
 *		left its user), or there is no user to_id
 * RC_TAKEN	it is the last way in of its user (REFUSAL_LAST_METHOD), or
 *		to_id has another one of its provider
 *		(REFUSAL_PROVIDER_LINKED)
 * RC_DOWN, RC_EXPIRED	a store did not answer
 */
enum rc account_move(struct op *op, const char *provider,
    const char *oauth_id, const char *to_id, const char *actor) MUST_USE;

/*
 * Disables a user: Redis first, which ends every session at once, then the
 * row.  With Redis down nothing is changed.  actor is named in the event.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN	a store did not answer, or Redis knows a newer version of the
 *		user
 * RC_EXPIRED	a store did not answer in time
 */
enum rc account_disable(struct op *op, const char *id, const char *actor)
    MUST_USE;

/*
 * Lets a disabled user in again: Redis first, which may have lost that it was
 * to end every session, then the row, then Redis.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	as account_disable; the row may be changed, and the
 *		same call again publishes it
 */
enum rc account_enable(struct op *op, const char *id, const char *actor)
    MUST_USE;

/*
 * Deletes a user: Redis first, which ends every session at once, then all
 * rows.  One event stays, which names nobody.  actor NULL is the user.
 *
 * RC_DENIED	the user asked, and is disabled or gone by now (REFUSAL_TOKEN)
 * RC_ABSENT	there is no such user, which the administrator is told
 * RC_DOWN, RC_EXPIRED	as account_disable
 */
enum rc account_delete(struct op *op, const char *id, const char *actor)
    MUST_USE;

/*
 * Ends every session of a user, who may sign in again: in Redis, and whether
 * or not PostgreSQL is there, which then is not asked who the user is.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc account_end_sessions(struct op *op, const char *id,
    const char *actor) MUST_USE;

/*
 * The user of a live session.
 *
 * RC_DENIED	disabled or gone by now (REFUSAL_TOKEN)
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc account_of(struct op *op, const struct session *session,
    const struct user **user) MUST_USE;

/* The identities of that user, the oldest first; outcomes as account_of. */
enum rc account_identities(struct op *op, const struct session *session,
    struct accounts_list *list) MUST_USE;

#endif
