/* SPDX-License-Identifier: ISC */
/*
 * How tests steer the stand-in, on its http port:
 *
 *	PUT /next	who signs in next; {"provider": "google", …} with
 *			person or subject, email, email_verified, name,
 *			picture, hd, username, discriminator, avatar;
 *			claims, without: over, out of id_token or Discord user
 *			userinfo, without_userinfo: the same for userinfo
 *			token, without_token: the same for the token answer
 *			nonce, header, sign, id_token: see provider_oidc.h
 *			deny: true, error: "…": no code but an error
 *			iss: "…": the callback's iss
 *			times, sticky: for more than one sign-in
 *	PUT /fault	misbehave: provider_fault.h
 *	PUT /key	{"provider": "google"}: a new signing key; with bits
 *			(2048), 512 or more
 *	PUT /tls	another certificate or TLS version: provider_tls.h
 *	GET /requests	what the providers were asked, in order
 *	GET /health	200
 *	DELETE /	forget everything but keys and TLS
 *
 * A good PUT or DELETE is answered 204, a bad one 400.
 */
#ifndef SUPPORT_PROVIDER_CONTROL_H
#define SUPPORT_PROVIDER_CONTROL_H

#include "support/provider.h"
#include "support/provider_http.h"

/*
 * Answers when the request is one of the above, else returns false.  Call
 * with provider_state's lock held.
 */
bool provider_control(struct provider_http *http);

/* Keeps a request to a provider for GET /requests; lock held, too. */
void provider_control_record(const struct provider *provider,
    const char *endpoint, const struct provider_http *http);

#endif
