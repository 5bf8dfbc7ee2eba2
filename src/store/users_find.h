/* SPDX-License-Identifier: ISC */
/* Users as the administrator looks for them: by address, and page by page. */
#ifndef STORE_USERS_FIND_H
#define STORE_USERS_FIND_H

#include <stddef.h>
#include <stdint.h>

#include "base/op.h"
#include "store/users.h"

/* More than these show an address: nobody reads on. */
#define USERS_FIND_MOST 10

struct users_ids {
	size_t count;
	const char *const *items;
};

/*
 * Who has an address, compared without regard to the case of ASCII letters:
 * its verified holder alone, else those who show it unverified, the oldest
 * first, at most USERS_FIND_MOST.  None is fine.
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc users_find_by_email(struct op *op, const char *email,
    struct users_ids *ids) MUST_USE;

/*
 * The ids of at most limit users, the oldest first: those after the id after,
 * a UUID, or from the beginning where it is NULL.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc users_find_page(struct op *op, const char *after, int64_t limit,
    struct users_ids *ids) MUST_USE;

#endif
