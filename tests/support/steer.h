/* SPDX-License-Identifier: ISC */
/*
 * The rest of the stand-in provider's control (provider_control.h), beside
 * flow.h: its keys, its TLS and what it was asked, as it came.  Texts live as
 * long as the program.
 */
#ifndef SUPPORT_STEER_H
#define SUPPORT_STEER_H

#include <stddef.h>

/* PUT /fault, once; value is JSON (provider_fault.h). */
void steer_fault(const char *provider, const char *endpoint, const char *kind,
    const char *value);

/* PUT /key: a new signing key of so many bits for a provider. */
void steer_key(const char *provider, int bits);

/* PUT /tls: the JSON of provider_tls.h. */
void steer_tls(const char *json);

/* How many requests it has answered, whoever asked and for what. */
size_t steer_seen(void);

/* All requests recorded, as JSON text. */
const char *steer_seen_text(void);

/*
 * A header, its name in lower case, of the last request to an endpoint of a
 * provider; NULL when there was none.
 */
const char *steer_seen_header(const char *provider, const char *endpoint,
    const char *name);

#endif
