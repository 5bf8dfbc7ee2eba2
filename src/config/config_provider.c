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
	/* A number or a sign in front is none of libconfig's names. */
	return name[0] >= 'a' && name[0] <= 'z' &&
	    strlen(name) <= CONFIG_PROVIDER_NAME_MOST &&
	    str_consists(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
}
