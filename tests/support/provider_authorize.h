/* SPDX-License-Identifier: ISC */
/* The authorization endpoint and its consent page. */
#ifndef SUPPORT_PROVIDER_AUTHORIZE_H
#define SUPPORT_PROVIDER_AUTHORIZE_H

#include "support/provider.h"
#include "support/provider_http.h"

/*
 * GET of the authorization endpoint (RFC 6749 section 4.1.1).  An unknown
 * client or redirect_uri and repeated parameters end on a page here; other
 * mistakes go back to the client.  Whoever is queued signs in at once; else
 * the consent page asks.
 */
void provider_authorize(struct provider *provider,
    struct provider_http *http);

/* GET of a choice on the consent page: goes back with a code or an error. */
void provider_authorize_choice(struct provider *provider,
    struct provider_http *http);

#endif
