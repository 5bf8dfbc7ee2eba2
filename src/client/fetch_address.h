/* SPDX-License-Identifier: ISC */
/*
 * Which addresses belong to the public internet.  Private to client/fetch.c,
 * which asks about every address before it connects.
 */
#ifndef CLIENT_FETCH_ADDRESS_H
#define CLIENT_FETCH_ADDRESS_H

#include <sys/socket.h>

enum fetch_address {
	FETCH_ADDRESS_PUBLIC,
	FETCH_ADDRESS_LOOPBACK,	/* this machine */
	FETCH_ADDRESS_PRIVATE,	/* private, link-local, shared, reserved */
};

/*
 * What kind of address it is (RFC 6890's registries).  IPv4 inside IPv6
 * (mapped, compatible, NAT64, 6to4) counts as the IPv4 address it leads to.
 * A family that is neither is private.
 */
enum fetch_address fetch_address_kind(const struct sockaddr *address);

#endif
