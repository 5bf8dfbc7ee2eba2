/* SPDX-License-Identifier: ISC */
/* From a user's row to what Redis is told of the user. */
#ifndef AUTH_STANDING_H
#define AUTH_STANDING_H

#include "store/sessions.h"
#include "store/users.h"

/*
 * What sessions depend on of the user whose row stands so; user_id is kept.
 * Whether it takes rights away is the caller's to add.
 */
struct sessions_standing standing_of(const char *user_id,
    const struct users_standing *row);

#endif
