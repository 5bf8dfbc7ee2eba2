/* SPDX-License-Identifier: ISC */
/* What everybody asks of one configured provider, or of a word for its name. */
#ifndef CONFIG_CONFIG_PROVIDER_H
#define CONFIG_CONFIG_PROVIDER_H

#include <stdbool.h>

#include "config/config.h"

#define CONFIG_PROVIDER_NAME_MOST 32

/* Whether people can sign in with it: it has a client_id. */
bool config_provider_is_on(const struct config_provider *provider);

/*
 * Whether a text can be a provider's name: a lower-case letter, then such
 * letters, digits and "-", CONFIG_PROVIDER_NAME_MOST in all at most.
 */
bool config_provider_name_is_valid(const char *name);

#endif
