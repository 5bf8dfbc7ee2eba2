/* SPDX-License-Identifier: ISC */
/* Tables of prefixes; the first that matches decides. */
#include "client/fetch_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <netinet/in.h>

struct prefix {
	unsigned char bytes[16];
	unsigned bits;
	enum fetch_address kind;
};

/* An IPv6 prefix behind which an IPv4 address stands. */
struct tunnel {
	unsigned char bytes[16];
	unsigned bits;
	size_t at;
};

static const struct prefix PREFIXES_4[] = {
	{{127}, 8, FETCH_ADDRESS_LOOPBACK},
	{{0}, 8, FETCH_ADDRESS_PRIVATE},
	{{10}, 8, FETCH_ADDRESS_PRIVATE},
	{{100, 64}, 10, FETCH_ADDRESS_PRIVATE},
	{{169, 254}, 16, FETCH_ADDRESS_PRIVATE},
	{{172, 16}, 12, FETCH_ADDRESS_PRIVATE},
	{{192, 0, 0}, 24, FETCH_ADDRESS_PRIVATE},
	{{192, 168}, 16, FETCH_ADDRESS_PRIVATE},
	{{198, 18}, 15, FETCH_ADDRESS_PRIVATE},
	{{224}, 4, FETCH_ADDRESS_PRIVATE},
	{{240}, 4, FETCH_ADDRESS_PRIVATE},
};

static const struct prefix PREFIXES_6[] = {
	{{[15] = 1}, 128, FETCH_ADDRESS_LOOPBACK},
	{{0}, 128, FETCH_ADDRESS_PRIVATE},
	{{0x01}, 64, FETCH_ADDRESS_PRIVATE},		/* discard */
	{{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48, FETCH_ADDRESS_PRIVATE},
	{{0x20, 0x01}, 23, FETCH_ADDRESS_PRIVATE},	/* Teredo and more */
	{{0xfc}, 7, FETCH_ADDRESS_PRIVATE},
	{{0xfe, 0x80}, 10, FETCH_ADDRESS_PRIVATE},
	{{0xfe, 0xc0}, 10, FETCH_ADDRESS_PRIVATE},
	{{0xff}, 8, FETCH_ADDRESS_PRIVATE},
};

static const struct tunnel TUNNELS[] = {
	{{[10] = 0xff, [11] = 0xff}, 96, 12},		/* mapped */
	{{0}, 96, 12},					/* compatible */
	{{0x00, 0x64, 0xff, 0x9b}, 96, 12},		/* NAT64 */
	{{0x20, 0x02}, 16, 2},				/* 6to4 */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool begins(const unsigned char *address, const unsigned char *prefix,
    unsigned bits)
{
	unsigned char mask = (unsigned char)(0xff00 >> bits % 8);

	return memcmp(address, prefix, bits / 8) == 0 &&
	    (bits % 8 == 0 ||
		(address[bits / 8] & mask) == (prefix[bits / 8] & mask));
}

static enum fetch_address look_up(const unsigned char *address,
    const struct prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (begins(address, prefixes[i].bytes, prefixes[i].bits))
			return prefixes[i].kind;

	return FETCH_ADDRESS_PUBLIC;
}

static enum fetch_address kind_6(const unsigned char *address)
{
	enum fetch_address kind = look_up(address, PREFIXES_6,
	    COUNT(PREFIXES_6));

	if (kind != FETCH_ADDRESS_PUBLIC)
		return kind;

	for (size_t i = 0; i < COUNT(TUNNELS); i++)
		if (begins(address, TUNNELS[i].bytes, TUNNELS[i].bits))
			return look_up(address + TUNNELS[i].at, PREFIXES_4,
			    COUNT(PREFIXES_4));

	return FETCH_ADDRESS_PUBLIC;
}

enum fetch_address fetch_address_kind(const struct sockaddr *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	unsigned char bytes[4];

	if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		return kind_6(in6.sin6_addr.s6_addr);
	}
	if (address->sa_family != AF_INET)
		return FETCH_ADDRESS_PRIVATE;

	memcpy(&in, address, sizeof(in));
	memcpy(bytes, &in.sin_addr, sizeof(bytes));
	return look_up(bytes, PREFIXES_4, COUNT(PREFIXES_4));
}
