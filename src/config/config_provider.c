/* SPDX-License-Identifier: ISC */
/* Names are held against one set of letters wherever they come from. */
#include "config/config_provider.h"

#include <string.h>

#include "base/str.h"

bool config_provider_is_on(const struct config_provider *provider)
{
	return provider->client_id[0] != '\0';
}

bool config_provider_name_is_valid(const char *name)
{
	/* That it begins with a letter is libconfig's own syntax. */
	return name[0] != '\0' && strlen(name) <= CONFIG_PROVIDER_NAME_MOST &&
	    str_consists(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
}
