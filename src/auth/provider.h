/* SPDX-License-Identifier: ISC */
/*
 * Providers people sign in with: what is configured, and a table of
 * operations that each kind fills (oidc.c, discord.c).  Codes and tokens of a
 * provider are used once and stored nowhere.
 */
#ifndef AUTH_PROVIDER_H
#define AUTH_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

#include "auth/identity.h"
#include "base/op.h"
#include "client/jws.h"
#include "config/config.h"

/*
 * How long a worker goes by a pin that it has seen, milliseconds: so soon
 * after latchkeyctl provider rebind nobody comes in by the old issuer.
 */
#define PROVIDER_PIN_MOST_MS 5000

/* What the consent screen is asked with (RFC 6749 4.1.1, RFC 7636 4.3). */
struct provider_question {
	const char *redirect_uri;
	const char *state;
	const char *challenge;		/* S256 */
	const char *nonce;		/* "" where the kind takes none */
};

/* What is exchanged for an identity (RFC 6749 4.1.3). */
struct provider_grant {
	const char *code;
	const char *redirect_uri;
	const char *verifier;
	const char *nonce;
};

struct provider;

/* What a kind of provider can do. */
struct provider_ops {
	const char *scope;		/* to ask for (RFC 6749 3.3) */
	bool takes_nonce;

	/* Whether it can name a person so; identify never names another. */
	bool (*is_subject)(const char *text);

	/*
	 * Whether authorize can answer without calling the provider.
	 */
	bool (*is_ready)(const struct provider *provider);

	/* Makes the address of the consent screen; outcomes as below. */
	enum rc (*authorize)(struct op *op, const struct provider *provider,
	    const struct provider_question *question, const char **url);

	/* Redeems a code and fills *identity; outcomes as below. */
	enum rc (*identify)(struct op *op, const struct provider *provider,
	    const struct provider_grant *grant, struct identity *identity);

	/* Whether a callback must carry iss; outcomes as below. */
	enum rc (*sends_iss)(struct op *op, const struct provider *provider,
	    bool *sends);
};

/* One configured provider; frozen but for what its kind caches. */
struct provider {
	const struct provider_ops *ops;
	const char *name;
	const char *label;
	const char *issuer;
	const char *authorize_url;	/* "" for discovered */
	const char *token_url;
	const char *userinfo_url;
	const char *jwks_url;
	const char *client_id;
	const char *client_secret;
	const char *ca_file;		/* NULL for the system's store */
	const char *hosted_domain;	/* "" for any */
	enum jws_alg alg;
	bool internal;
	bool plain_http;
	bool trusts_email;
	bool wants_hosted_email;	/* Google's rule for verified */
	bool announces_iss;
	struct provider_state *state;	/* caches and the pin; own lock */
};

/* Builds the table of providers from config.  Once, before threads start. */
void provider_init(const struct config *config);

/* Gives the table back. */
void provider_release(void);

/* How many are configured and switched on, and the i-th of them. */
size_t provider_count(void);
const struct provider *provider_at(size_t i);

/* The provider of that name, configured and switched on, or NULL. */
const struct provider *provider_named(const char *name);

/*
 * Finds a provider by name, configured and switched on, whatever its name is
 * pinned to: for whoever looks after the pins, or leaves them to who comes next.
 * RC_ABSENT, REFUSAL_PROVIDER_UNKNOWN	there is none
 */
enum rc provider_find(struct op *op, const char *name,
    const struct provider **provider) MUST_USE;

/* Whether provider_authorize can answer without calling the provider. */
bool provider_is_ready(const struct provider *provider);

/*
 * Finds a provider that may be used: its name is pinned to its issuer at
 * first use, and never stands for another one.  The pin is looked at again
 * every PROVIDER_PIN_MOST_MS.
 *
 * RC_ABSENT, REFUSAL_PROVIDER_UNKNOWN	there is none of that name, or it is
 *		pinned to another issuer
 * RC_DOWN, RC_EXPIRED	the database did not answer, and this worker has not
 *		seen the name pinned to its issuer before
 */
enum rc provider_admit(struct op *op, const char *name,
    const struct provider **provider) MUST_USE;

/*
 * Looks whether provider is barred by its pin, as provider_admit does, but
 * now, and pins nothing.
 *
 * RC_ABSENT, REFUSAL_PROVIDER_UNKNOWN	it is pinned to another issuer
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc provider_look_at_pin(struct op *op, const struct provider *provider)
    MUST_USE;

/*
 * Whether the issuer that provider's name is pinned to is the configured one:
 * the same to the letter.
 */
bool provider_stands_for(const struct provider *provider, const char *pinned);

/* Whether the last look at the pin found another issuer. */
bool provider_is_barred(const struct provider *provider);

/*
 * Makes the address of the consent screen.
 * RC_UPSTREAM, RC_LIMITED	as for provider_identify
 */
enum rc provider_authorize(struct op *op, const struct provider *provider,
    const struct provider_question *question, const char **url) MUST_USE;

/*
 * Says whether a callback must carry iss (RFC 9207), of which the provider's
 * metadata may have to be asked.
 * RC_UPSTREAM, RC_LIMITED	as for provider_identify
 */
enum rc provider_sends_iss(struct op *op, const struct provider *provider,
    bool *sends) MUST_USE;

/*
 * Redeems a code and says who came.  *identity lives in op->pool.
 *
 * RC_UPSTREAM	the provider failed, or said what it must not say
 *		(REFUSAL_PROVIDER_TIMEOUT: it took too long)
 * RC_LIMITED	the provider asks to come later; op->retry_after_s is set
 *		(REFUSAL_PROVIDER_BUSY)
 * RC_DENIED	the person is not of the configured hosted domain
 */
enum rc provider_identify(struct op *op, const struct provider *provider,
    const struct provider_grant *grant, struct identity *identity) MUST_USE;

#endif
