/* SPDX-License-Identifier: ISC */
/*
 * Sign-ins of which only the callback is left, for any browser and any
 * thread: what a race begins with.
 */
#ifndef SUPPORT_READY_H
#define SUPPORT_READY_H

#include "support/browser.h"

/* Texts live as long as the program. */
struct ready {
	const char *callback;
	const char *cookie_name;
	const char *cookie;
};

/*
 * Prepares a sign-in at google as flow_consent_as does.  Takes the cookie out
 * of the browser's jar.
 */
struct ready ready_make(struct browser *browser, const char *subject);

/* The same of a round already begun at a provider, up to its consent. */
struct ready ready_from(struct browser *browser, const char *provider,
    const char *consent_url, const char *subject);

/* Opens the callback in a browser, any other than the one before, too. */
struct answer ready_finish(struct browser *own, const struct ready *ready);

#endif
