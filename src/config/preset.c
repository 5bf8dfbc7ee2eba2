/* SPDX-License-Identifier: ISC */
/*
 * The kinds; then a row for each provider that everybody knows, and one for
 * all others.
 */
#include "config/preset.h"

#include <stddef.h>
#include <string.h>

static const struct preset_kind kinds[] = {
	[PRESET_KIND_OIDC] = {
	    .id = PRESET_KIND_OIDC,
	    .name = "oidc",
	    .has_discovery = true,
	    .has_hosted_domains = true,
	},
	[PRESET_KIND_DISCORD] = {
	    .id = PRESET_KIND_DISCORD,
	    .name = "discord",
	    .has_discovery = false,
	    .has_hosted_domains = false,
	},
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

/* The first row of a kind is for names that say nothing. */
static const struct preset presets[] = {
	{
	    .name = "",
	    .kind = &kinds[PRESET_KIND_OIDC],
	    .issuer = "",
	    .authorize_url = "",
	    .token_url = "",
	    .userinfo_url = "",
	    .jwks_url = "",
	}, {
	    .name = "google",
	    .kind = &kinds[PRESET_KIND_OIDC],
	    .issuer = "https://accounts.google.com",
	    .authorize_url = "https://accounts.google.com/o/oauth2/v2/auth",
	    .token_url = "https://oauth2.googleapis.com/token",
	    .userinfo_url = "",
	    .jwks_url = "https://www.googleapis.com/oauth2/v3/certs",
	    .trusts_email = true,
	    .wants_hosted_email = true,
	}, {
	    .name = "discord",
	    .kind = &kinds[PRESET_KIND_DISCORD],
	    .issuer = "https://discord.com",
	    .authorize_url = "https://discord.com/oauth2/authorize",
	    .token_url = "https://discord.com/api/oauth2/token",
	    .userinfo_url = "https://discord.com/api/users/@me",
	    .jwks_url = "",
	    .trusts_email = true,
	},
};

#define PRESET_COUNT (sizeof(presets) / sizeof(presets[0]))

const struct preset_kind *preset_kind_named(const char *name)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (strcmp(name, kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}

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
	    (kind[0] == '\0' || strcmp(kind, preset->kind->name) == 0))
		return preset;
	for (size_t i = 0; i < PRESET_COUNT; i++)
		if (strcmp(kind, presets[i].kind->name) == 0)
			return &presets[i];
	return &presets[0];
}

bool preset_wants_hosted_email(const char *name, const char *issuer)
{
	for (size_t i = 0; i < PRESET_COUNT; i++)
		if (presets[i].wants_hosted_email &&
		    (strcmp(name, presets[i].name) == 0 ||
			strcmp(issuer, presets[i].issuer) == 0))
			return true;
	return false;
}
