/* SPDX-License-Identifier: ISC */
/* A row for each provider that everybody knows, and one for all others. */
#include "config/preset.h"

#include <stddef.h>
#include <string.h>

/* The first row of a kind is for names that say nothing. */
static const struct preset presets[] = {
	{
	    .name = "",
	    .kind = "oidc",
	    .issuer = "",
	    .authorize_url = "",
	    .token_url = "",
	    .userinfo_url = "",
	    .jwks_url = "",
	}, {
	    .name = "google",
	    .kind = "oidc",
	    .issuer = PRESET_GOOGLE_ISSUER,
	    .authorize_url = "https://accounts.google.com/o/oauth2/v2/auth",
	    .token_url = "https://oauth2.googleapis.com/token",
	    .userinfo_url = "",
	    .jwks_url = "https://www.googleapis.com/oauth2/v3/certs",
	}, {
	    .name = "discord",
	    .kind = "discord",
	    .issuer = "https://discord.com",
	    .authorize_url = "https://discord.com/oauth2/authorize",
	    .token_url = "https://discord.com/api/oauth2/token",
	    .userinfo_url = "https://discord.com/api/users/@me",
	    .jwks_url = "",
	},
};

#define PRESET_COUNT (sizeof(presets) / sizeof(presets[0]))

const struct preset *preset_named(const char *name)
{
	for (size_t i = 0; i < PRESET_COUNT; i++)
		if (strcmp(name, presets[i].name) == 0)
			return &presets[i];
	return NULL;
}

const struct preset *preset_of(const char *name, const char *kind)
{
	const struct preset *preset = preset_named(name);

	if (preset != NULL &&
	    (kind[0] == '\0' || strcmp(kind, preset->kind) == 0))
		return preset;
	for (size_t i = 0; i < PRESET_COUNT; i++)
		if (strcmp(kind, presets[i].kind) == 0)
			return &presets[i];
	return &presets[0];
}
