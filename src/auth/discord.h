/* SPDX-License-Identifier: ISC */
/* Discord: OAuth 2.0 and its own user endpoint; no id_token. */
#ifndef AUTH_DISCORD_H
#define AUTH_DISCORD_H

#include "auth/provider.h"

extern const struct provider_ops discord_ops;

#endif
