/* SPDX-License-Identifier: ISC */
/*
 * The sign-in flow step by step, and the control of the stand-in provider.
 * Steps that must succeed fail the test when they do not.
 */
#ifndef SUPPORT_FLOW_H
#define SUPPORT_FLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "support/browser.h"

/* Who signs in next: the JSON of PUT /next; printf form. */
void flow_next(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sets a fault: the JSON of PUT /fault; printf form. */
void flow_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Forgets identities, faults and records. */
void flow_reset(void);

/*
 * How many requests the stand-in has recorded for an endpoint ("authorize",
 * "token", "jwks", "userinfo") of a provider; and the last one's parameter.
 */
size_t flow_recorded(const char *provider, const char *endpoint);
const char *flow_recorded_parameter(struct browser *browser,
    const char *provider, const char *endpoint, const char *name);

/*
 * Whether flow_recorded says count within ms; what a fault holds up is recorded
 * before.  Any thread may ask.
 */
bool flow_is_asked_within(const char *provider, const char *endpoint,
    size_t count, int ms);

/* GET /api/auth/{provider}: the consent screen's URL. */
const char *flow_start(struct browser *browser, const char *provider);

/* Opens the consent screen as the identity queued: the callback's URL. */
const char *flow_consent(struct browser *browser, const char *consent_url);

/*
 * The same with the consent page filled in: who signs in is said there and
 * not queued, so that several threads may.  The address is <subject>@gmail.com
 * and verified.
 */
const char *flow_consent_as(struct browser *browser, const char *provider,
    const char *consent_url, const char *subject);

/* A query parameter of a URL, decoded, NULL when absent. */
const char *flow_parameter(struct browser *browser, const char *url,
    const char *name);

struct flow_tokens {
	const char *access;
	const char *refresh;
};

/*
 * A whole sign-in at google or discord with this subject and an address
 * <subject>@gmail.com, verified; must succeed.  Nobody may be queued; several
 * threads may, each with its browser.
 */
struct flow_tokens flow_sign_in(struct browser *browser, const char *provider,
    const char *subject);

/* POST /api/auth/refresh; any answer. */
struct answer flow_refresh(struct browser *browser, const char *token);

/* Fails the test unless answer is a problem document of status and code. */
void flow_assert_problem(struct browser *browser, const struct answer *answer,
    long status, const char *code);

#endif
