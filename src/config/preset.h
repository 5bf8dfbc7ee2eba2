/* SPDX-License-Identifier: ISC */
/*
 * The kinds of provider, and what providers that everybody knows start from:
 * the name alone says who vouches for people and where to ask.  The
 * configuration may say otherwise.
 */
#ifndef CONFIG_PRESET_H
#define CONFIG_PRESET_H

#include <stdbool.h>

/* What each does is auth/provider.c's. */
enum preset_kind_id { PRESET_KIND_OIDC, PRESET_KIND_DISCORD };

/* A kind of provider, and what cannot be configured of it. */
struct preset_kind {
	enum preset_kind_id id;
	const char *name;
	bool has_discovery;		/* of its endpoints, by the issuer */
	bool has_hosted_domains;
};

/* Texts are "" where the configuration or discovery must say it. */
struct preset {
	const char *name;
	const struct preset_kind *kind;
	const char *issuer;
	const char *authorize_url;
	const char *token_url;
	const char *userinfo_url;
	const char *jwks_url;
	bool trusts_email;		/* under this name, unless told not to */
	bool wants_hosted_email;	/* it vouches for no other address */
};

/* The kind of that name, NULL where there is none. */
const struct preset_kind *preset_kind_named(const char *name);

/* The preset of that name, NULL where the name says nothing. */
const struct preset *preset_named(const char *name);

/*
 * What a provider of that name and kind starts from; kind "" is the name's
 * own.  A kind of one provider says enough under any name: Discord is still
 * Discord.  Any other is an OpenID Connect provider of which nothing is known.
 */
const struct preset *preset_of(const char *name, const char *kind);

/*
 * Whether a provider vouches only for addresses that it hosts: it bears the
 * name or the issuer of a preset that does.
 */
bool preset_wants_hosted_email(const char *name, const char *issuer);

#endif
