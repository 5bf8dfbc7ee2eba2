/* SPDX-License-Identifier: ISC */
/*
 * The stand-in for Google, Discord and a third OpenID Connect provider: a
 * program of its own, as strict as the real ones, that can be told who signs
 * in next and how to misbehave.  provider.c tells how it is used.
 */
#ifndef SUPPORT_PROVIDER_H
#define SUPPORT_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/evp.h>

#include "base/pool.h"

#define PROVIDER_SITES_MOST 8

enum provider_kind {
	PROVIDER_GOOGLE,	/* OpenID Connect, Google's v2 userinfo */
	PROVIDER_DISCORD,	/* OAuth 2.0 only */
	PROVIDER_OIDC,		/* OpenID Connect as written */
};

struct provider {
	const char *name;
	enum provider_kind kind;
	const char *client_id;
	const char *client_secret;
	const char *scope;	/* the one that must be asked for */
	const char *authorize;	/* path on the http port */
	bool sends_iss;		/* callbacks carry iss (RFC 9207) */
	EVP_PKEY *key;		/* signs id_tokens; NULL for Discord */
	EVP_PKEY *key_before;	/* the one before the last rotation */
	unsigned key_number;	/* part of the kid; grows by rotation */
};

/* What the command line said; frozen before threads start. */
struct provider_settings {
	const char *dir;
	const char *mount;
	const char *cert;
	const char *sites[PROVIDER_SITES_MOST];
	size_t site_count;
	int https_port;
	int http_port;
};

extern struct provider_settings provider_settings;

/* The provider of that name, NULL when there is none. */
struct provider *provider_find(const char *name);

/* Provider i, NULL beyond the last. */
struct provider *provider_at(size_t i);

/* https://localhost:PORT/NAME, its issuer and the root of its endpoints. */
char *provider_issuer(struct pool *pool, const struct provider *provider);

#endif
