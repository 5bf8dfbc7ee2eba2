/* SPDX-License-Identifier: ISC */
/*
 * In place of store/providers.c: a table of one name.  The call is named
 * providers_pin.
 */
#ifndef SUPPORT_FAKE_PROVIDERS_H
#define SUPPORT_FAKE_PROVIDERS_H

/* What any name is pinned to; NULL until the first call pins it. */
extern const char *fake_providers_pinned;

#endif
