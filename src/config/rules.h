/* SPDX-License-Identifier: ISC */
/*
 * What must hold beyond the type and range of single options.  Each rule
 * notes its mistakes in the draft and leaves alone what is already known to
 * be wrong.  Private to config/.
 */
#ifndef CONFIG_RULES_H
#define CONFIG_RULES_H

#include "config/draft.h"

/* Every rule, in the order of these functions (rules.c). */
void rules_check(struct draft *draft);

/*
 * base_url is a web origin as browsers write it (RFC 6454 section 6.2), mount
 * a path, every URL https; http only in development and on loopback.
 */
void rules_url_check(struct draft *draft);

/*
 * The providers: their names, kinds, issuers and clients.  Fills in what
 * follows from others: kind, label, trust_email, issuer and endpoints.
 */
void rules_provider_check(struct draft *draft);

/*
 * Loads every secret and refuses weak keys, and one secret in two places.  A
 * provider that is switched off has its secret left alone.
 */
void rules_secret_load(struct draft *draft);

#endif
