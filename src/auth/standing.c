/* SPDX-License-Identifier: ISC */
/* A row that is there is of a user who is active or disabled, never deleted. */
#include "auth/standing.h"

struct sessions_standing standing_of(const char *user_id,
    const struct users_standing *row)
{
	return (struct sessions_standing){
	    .user_id = user_id,
	    .state = row->disabled ? SESSIONS_DISABLED : SESSIONS_ACTIVE,
	    .version = row->version,
	    .premium_until_ms = row->premium_until_ms,
	};
}
