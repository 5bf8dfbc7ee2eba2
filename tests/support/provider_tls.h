/* SPDX-License-Identifier: ISC */
/*
 * How the stand-in shows itself over TLS, and how badly:
 *
 *	good		what ca.pem vouches for, for localhost
 *	expired		the same, of yesterday
 *	name		for another host
 *	foreign		of an authority nobody knows
 *	self		signed by itself
 *	none		no TLS at all
 *
 * PUT /tls takes {"cert": WAY, "version": "1.0", "1.1" or "1.2"}: that
 * certificate, and no newer version; any version where it is absent.
 */
#ifndef SUPPORT_PROVIDER_TLS_H
#define SUPPORT_PROVIDER_TLS_H

#include <stdbool.h>

#include <json-c/json.h>

#include "support/cert.h"
#include "support/tls_server.h"

/*
 * Makes the authority, writes DIR/ca.pem, and the certificate --cert asks
 * for.  False when there is no such way.
 */
bool provider_tls_begin(void);

/* The certificate of now; NULL for none. */
const struct cert *provider_tls_cert(void);

/* The server that provider_tls_use steers. */
void provider_tls_watch(struct tls_server *server);

/* Changes over; open connections are broken.  False for what is no way. */
bool provider_tls_use(json_object *wish);

/* Frees all; the server has ended. */
void provider_tls_end(void);

#endif
