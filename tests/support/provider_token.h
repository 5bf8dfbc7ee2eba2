/* SPDX-License-Identifier: ISC */
/* The endpoints called by latchkey itself: tokens, keys, users. */
#ifndef SUPPORT_PROVIDER_TOKEN_H
#define SUPPORT_PROVIDER_TOKEN_H

#include "support/provider.h"
#include "support/provider_http.h"

/*
 * POST of the token endpoint (RFC 6749 section 4.1.3, RFC 7636 section 4.6):
 * client_secret_post only, form only, a code once and within 60 s.
 */
void provider_token(struct provider *provider, struct provider_http *http);

/* GET of the user endpoint with a bearer token of ours. */
void provider_token_user(struct provider *provider,
    struct provider_http *http);

#endif
