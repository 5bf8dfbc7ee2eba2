/* SPDX-License-Identifier: ISC */
/*
 * Rounds to a provider: to sign in, to show once more who it is, to link one
 * more identity.  One mechanism for all: begun here, consented to at the
 * provider, finished here by the browser that began it.  State and binding
 * cookie stop CSRF, PKCE and nonce stop code injection; neither replaces the
 * other (RFC 9700 sections 2.1 and 4.7).
 */
#ifndef AUTH_SIGNIN_H
#define AUTH_SIGNIN_H

#include <stdbool.h>

#include "auth/session.h"
#include "base/op.h"
#include "config/config.h"
#include "store/accounts.h"

/* Binding cookies are named SIGNIN_COOKIE plus 8 hex digits of the state's
 * hash; a browser may have this many. */
#define SIGNIN_COOKIE	    "__Host-lk_tx_"
#define SIGNIN_COOKIE_LEN   (sizeof(SIGNIN_COOKIE) - 1 + 8)
#define SIGNIN_COOKIES_MOST 5

/* Sets what callbacks are built from.  Call once, before threads start. */
void signin_init(const struct config *config);

/* What a round to a provider is for. */
enum signin_purpose {
	SIGNIN_ENTER,		/* sign in, or up */
	SIGNIN_RENEW,		/* show once more that it is you (reauth=1) */
	SIGNIN_LINK,		/* link one more identity */
};

/* The path, below the site's origin, that begins a round. */
const char *signin_path(struct op *op, enum signin_purpose purpose,
    const char *provider);

/*
 * Where a provider sends the browser to: one URL for each provider and kind of
 * path, made of base_url alone (RFC 9700 section 4.4.2).
 */
const char *signin_redirect_uri(struct op *op, enum signin_purpose purpose,
    const char *provider);

/* Who begins it, with which provider and what for. */
struct signin_request {
	enum signin_purpose purpose;
	const char *provider;
	const struct session *session;	/* NULL where purpose is to enter */
};

/* What begins a round in the browser. */
struct signin_start {
	const char *url;		/* of the consent screen */
	const char *cookie_name;
	const char *cookie_value;	/* <start time in s>.<random> */
};

/*
 * Begins a round.
 *
 * RC_ABSENT	no such provider (REFUSAL_PROVIDER_UNKNOWN)
 * RC_LIMITED	too many sign-ins are open, or the provider is busy
 * RC_UPSTREAM	the provider's metadata could not be had
 * RC_DOWN, RC_EXPIRED	a store did not answer
 */
enum rc signin_begin(struct op *op, const struct signin_request *request,
    struct signin_start *start) MUST_USE;

/* What the browser brings back; NULL where it brought nothing. */
struct signin_answer {
	bool is_link;			/* of the path */
	const char *provider;		/* likewise */
	const char *state;
	const char *binding;		/* value of the state's cookie */
	const char *iss;
	const char *error;
	const char *code;
	struct session_client client;
};

/* The name of the cookie that binds a state to its browser. */
const char *signin_cookie_name(struct op *op, const char *state);

/* What a round came to. */
struct signin_result {
	struct session_tokens tokens;	/* of SIGNIN_ENTER and SIGNIN_RENEW */
	const struct account *linked;	/* of SIGNIN_LINK, else NULL */
};

/*
 * Finishes a round: takes the transaction, and only then looks at error or
 * code, and only then calls the provider.  Every miss of state, cookie,
 * provider, purpose, iss or session is the same refusal.
 *
 * RC_BAD	REFUSAL_TRANSACTION, or REFUSAL_CANCELLED when the person
 *		said no
 * RC_ABSENT	no such provider (REFUSAL_PROVIDER_UNKNOWN)
 * RC_DENIED, RC_TAKEN	as account_sign_in and account_link; somebody else's
 *		identity where the user was to show who it is
 *		(REFUSAL_WRONG_ACCOUNT); the session it was begun in is over, or
 *		the identity was unlinked meanwhile (REFUSAL_TRANSACTION)
 * RC_UPSTREAM, RC_LIMITED	as provider_identify
 * RC_DOWN, RC_EXPIRED	a store did not answer
 */
enum rc signin_finish(struct op *op, const struct signin_answer *answer,
    struct signin_result *result) MUST_USE;

#endif
