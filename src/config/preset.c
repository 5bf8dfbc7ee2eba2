/* SPDX-License-Identifier: ISC */
/* The presets themselves, and the one for everybody else. */
#include "config/preset.h"

#include <stddef.h>
#include <string.h>

static const struct preset google = {
	.name = "google",
	.kind = "oidc",
	.issuer = PRESET_GOOGLE_ISSUER,
	.authorize_url = "https://accounts.google.com/o/oauth2/v2/auth",
	.token_url = "https://oauth2.googleapis.com/token",
	.userinfo_url = "",
	.jwks_url = "https://www.googleapis.com/oauth2/v3/certs",
};

static const struct preset discord = {
	.name = "discord",
	.kind = "discord",
	.issuer = "https://discord.com",
	.authorize_url = "https://discord.com/oauth2/authorize",
	.token_url = "https://discord.com/api/oauth2/token",
	.userinfo_url = "https://discord.com/api/users/@me",
	.jwks_url = "",
};

static const struct preset plain_oidc = {
	.name = "",
	.kind = "oidc",
	.issuer = "",
	.authorize_url = "",
	.token_url = "",
	.userinfo_url = "",
	.jwks_url = "",
};

const struct preset *preset_named(const char *name)
{
	if (strcmp(name, google.name) == 0)
		return &google;
	if (strcmp(name, discord.name) == 0)
		return &discord;
	return NULL;
}

const struct preset *preset_of(const char *name, const char *kind)
{
	const struct preset *preset = preset_named(name);

	if (preset != NULL &&
	    (kind[0] == '\0' || strcmp(kind, preset->kind) == 0))
		return preset;
	return strcmp(kind, discord.kind) == 0 ? &discord : &plain_oidc;
}
