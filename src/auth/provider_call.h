/* SPDX-License-Identifier: ISC */
/* The calls all kinds of provider make alike. */
#ifndef AUTH_PROVIDER_CALL_H
#define AUTH_PROVIDER_CALL_H

#include "auth/provider.h"
#include "client/fetch.h"
#include "client/js.h"

/*
 * Calls request->url and parses the JSON of a 200 answer.  form and bearer
 * as in fetch.h.  *text (may be NULL) gets the raw answer.
 *
 * RC_UPSTREAM, RC_LIMITED	as for provider_identify
 */
enum rc provider_call(struct op *op, const struct provider *provider,
    const struct fetch_request *request, const struct js **answer,
    const char **text) MUST_USE;

/*
 * Redeems the code at token_url (RFC 6749 4.1.3, RFC 7636 4.5)
 * and checks that a usable access token came.
 *
 * RC_UPSTREAM, RC_LIMITED	as for provider_identify
 */
enum rc provider_redeem(struct op *op, const struct provider *provider,
    const char *token_url, const struct provider_grant *grant,
    const struct js **answer) MUST_USE;

/* Adds what every consent screen is asked with to url. */
const char *provider_question_url(struct op *op,
    const struct provider *provider, const char *url,
    const struct provider_question *question);

#endif
