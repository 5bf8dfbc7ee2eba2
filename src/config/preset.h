/* SPDX-License-Identifier: ISC */
/*
 * What providers that everybody knows start from: the name alone says who
 * vouches for people and where to ask.  The configuration may say otherwise.
 */
#ifndef CONFIG_PRESET_H
#define CONFIG_PRESET_H

#define PRESET_GOOGLE_ISSUER "https://accounts.google.com"

/* Texts are "" where the configuration or discovery must say it. */
struct preset {
	const char *name;
	const char *kind;
	const char *issuer;
	const char *authorize_url;
	const char *token_url;
	const char *userinfo_url;
	const char *jwks_url;
};

/* The preset of that name, NULL where the name says nothing. */
const struct preset *preset_named(const char *name);

/*
 * What a provider of that name and kind starts from; kind "" is the name's
 * own.  A kind of one provider says enough under any name: Discord is still
 * Discord.  Any other is an OpenID Connect provider of which nothing is known.
 */
const struct preset *preset_of(const char *name, const char *kind);

#endif
