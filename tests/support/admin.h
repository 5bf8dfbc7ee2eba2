/* SPDX-License-Identifier: ISC */
/* The administrator's routes, with the stack's secret. */
#ifndef SUPPORT_ADMIN_H
#define SUPPORT_ADMIN_H

#include "support/browser.h"

/* The secret itself. */
const char *admin_secret(void);

/*
 * A request with a bearer token (NULL: none) and a JSON body (NULL: none) to
 * url.
 */
struct answer admin_send(struct browser *browser, const char *method,
    const char *url, const char *token, const char *json);

/*
 * A request with the secret to /admin/users/{id} plus what ("" or such as
 * "/premium") on the local listener.
 */
struct answer admin_ask(struct browser *browser, const char *method,
    const char *id, const char *what, const char *json);

/*
 * PUT premium: until and reference as JSON texts ("\"2030-…\"", "null");
 * reference NULL leaves it out.
 */
struct answer admin_premium(struct browser *browser, const char *id,
    const char *until, const char *reference);

#endif
