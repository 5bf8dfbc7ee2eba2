/* SPDX-License-Identifier: ISC */
/*
 * What a provider says about a person, checked: each check has its name here.
 * An identity is (provider, subject); everything else may change tomorrow.
 */
#ifndef AUTH_IDENTITY_H
#define AUTH_IDENTITY_H

#include <stdbool.h>

#include "base/pool.h"
#include "store/accounts.h"

#define IDENTITY_SUBJECT_MOST 255	/* bytes */
#define IDENTITY_AVATAR_MOST  2048	/* bytes */

struct identity {
	const char *provider;
	const char *subject;
	const char *email;		/* NULL for none */
	bool email_verified;
	const char *display_name;	/* NULL for none */
	const char *avatar_url;		/* NULL for none */
};

/* The row that stands for an identity; it shares the identity's texts. */
struct account identity_account(const struct identity *identity);

/*
 * Whether text may be a subject: 1 to IDENTITY_SUBJECT_MOST printable
 * ASCII characters (OpenID Connect Core 2).  NULL is none.
 */
bool identity_subject_is_valid(const char *text);

/*
 * An address fit for storing: one @ with something on both sides, at most
 * 320 bytes, no controls; else NULL.  NULL in, NULL out.
 */
const char *identity_email(struct pool *pool, const char *text);

/*
 * Whether an address counts as verified: the provider is trusted for e-mail,
 * said so by JSON's true, and the address is plain printable ASCII.  email
 * may be NULL: that is none.
 */
bool identity_email_is_verified(const char *email, bool trusted,
    bool said_true);

/* The part after the @, in lower case. */
const char *identity_email_domain(struct pool *pool, const char *email);

/* What of a text is a name (auth/name.h), or NULL.  NULL in, NULL out. */
const char *identity_name(struct pool *pool, const char *text);

/*
 * A picture's address: https, printable ASCII, no userinfo, no backslash, at
 * most IDENTITY_AVATAR_MOST bytes; else NULL.  It is never fetched.
 */
const char *identity_avatar(struct pool *pool, const char *text);

#endif
