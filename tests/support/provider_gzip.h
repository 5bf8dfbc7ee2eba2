/* SPDX-License-Identifier: ISC */
/*
 * A gzip member (RFC 1952) that holds a text and then very many spaces:
 * small on the wire, large for whoever unpacks it.
 */
#ifndef SUPPORT_PROVIDER_GZIP_H
#define SUPPORT_PROVIDER_GZIP_H

#include <stddef.h>

#include "base/str.h"

/* Adds text, followed by at least so many spaces, to packed. */
void provider_gzip(struct str *packed, const struct str *text, size_t spaces);

#endif
