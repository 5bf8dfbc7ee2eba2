/* SPDX-License-Identifier: ISC */
/*
 * OpenID Connect (Core 1.0): discovery, keys, id_token.  Google is a preset
 * of it, not a kind of its own.
 */
#ifndef AUTH_OIDC_H
#define AUTH_OIDC_H

#include "auth/provider.h"

extern const struct provider_ops oidc_ops;

#endif
