/* SPDX-License-Identifier: ISC */
/*
 * Administration by HTTP: whoever shows the secret of the option
 * admin.secret_file may.  It is no user, and no user is special.
 */
#ifndef AUTH_ADMIN_H
#define AUTH_ADMIN_H

#include <stdbool.h>

#include "base/op.h"
#include "config/config.h"

/* Who acted, in events. */
#define ADMIN_ACTOR "admin"

/* Takes the secret; config must outlive its use.  Before threads start. */
void admin_init(const struct config *config);

/* Whether there is administration at all: a secret is configured. */
bool admin_is_enabled(void);

/*
 * Whether text is the secret, compared in constant time; NULL is none.
 * RC_DENIED, REFUSAL_ADMIN	it is not, or there is no administration
 */
enum rc admin_check(struct op *op, const char *text) MUST_USE;

#endif
