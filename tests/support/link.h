/* SPDX-License-Identifier: ISC */
/* Identities that come to an account by hand, and leave it. */
#ifndef SUPPORT_LINK_H
#define SUPPORT_LINK_H

#include "support/flow.h"
#include "support/ready.h"

/* POST /api/auth/link/{provider}: the consent screen's URL; must succeed. */
const char *link_begin(struct browser *browser, const char *access,
    const char *provider);

/* The same up to the callback, for any browser and thread. */
struct ready link_ready(struct browser *browser, const char *access,
    const char *provider, const char *subject);

/* A whole round as subject, with <subject>@gmail.com; any answer. */
struct answer link_as(struct browser *browser, const char *access,
    const char *provider, const char *subject);

/* A whole round as who is queued; any answer. */
struct answer link_next(struct browser *browser, const char *access,
    const char *provider);

/* DELETE /api/users/me/link/{provider}; any answer. */
struct answer link_undo(struct browser *browser, const char *access,
    const char *provider);

/* The providers of a user in the alphabet's order, the primary one with a
 * star: "discord google*". */
const char *link_providers(const char *user_id);

/* The user an identity is linked to, "" for none. */
const char *link_owner(const char *provider, const char *subject);

/* What the log says decided about an answer, "" for nothing. */
const char *link_rule(struct browser *browser, const struct answer *answer);

#endif
