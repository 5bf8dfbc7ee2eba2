/* SPDX-License-Identifier: ISC */
/*
 * What people say about themselves: a name and a picture's address, which
 * other people are shown.  Refused where a provider's would be cleaned
 * (auth/identity.h): who writes it can mend it.
 */
#ifndef AUTH_PROFILE_H
#define AUTH_PROFILE_H

#include "auth/refusal.h"
#include "auth/session.h"
#include "base/op.h"
#include "store/users.h"

/*
 * Checks a change, trims its name and adds what is wrong, with words for
 * people, to wrong.  Texts are valid UTF-8 or NULL, which is always fine.
 *
 * display_name: a name without a flaw (auth/name.h).
 *
 * avatar_url, which is never fetched: https://, a host name with a dot, then
 * a path and a query of RFC 3986's characters but the quote; at most
 * IDENTITY_AVATAR_MOST bytes.  No userinfo, port, fragment, address for a
 * host, name of a local network, or percent-encoded control character; other
 * scripts as punycode or percent-encoded.  Less is asked of a provider's
 * (identity_avatar), which may lie in a network of its own.
 */
void profile_check(struct pool *pool, struct users_profile *change,
    struct refusal_fields *wrong);

/*
 * Changes the profile of the user who asks as profile_check has left it, with
 * the event "profile_changed" where anything becomes another.  address is the
 * client's.  *user is the user as changed.
 *
 * RC_DENIED	the user is disabled or gone by now (REFUSAL_TOKEN)
 * RC_DOWN, RC_EXPIRED	the database did not answer (account.h)
 */
enum rc profile_update(struct op *op, const struct session *session,
    const char *address, const struct users_profile *change,
    const struct user **user) MUST_USE;

#endif
