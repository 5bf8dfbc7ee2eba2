/* SPDX-License-Identifier: ISC */
/*
 * The table of providers: a name stands for one issuer for ever, because
 * identities are found by name.  Another issuer under an old name would hand
 * its users the accounts of others.
 */
#ifndef STORE_PROVIDERS_H
#define STORE_PROVIDERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/op.h"

/*
 * Pins name to issuer at first use, and reads what it is pinned to.
 * *pinned lives in op->pool.
 *
 * RC_DOWN, RC_EXPIRED	the database did not answer (db.h)
 */
enum rc providers_pin(struct op *op, const char *name, const char *issuer,
    const char **pinned) MUST_USE;

/*
 * Reads what name is pinned to, and pins nothing.
 *
 * RC_ABSENT	it was never used
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc providers_issuer(struct op *op, const char *name,
    const char **issuer) MUST_USE;

/* One pinned name. */
struct providers_pinned {
	const char *name;
	const char *issuer;
	int64_t at_ms;			/* since 1970 */
};

struct providers_list {
	size_t count;
	const struct providers_pinned *items;
};

/*
 * All pinned names, in the order of the alphabet.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc providers_all(struct op *op, struct providers_list *list) MUST_USE;

/*
 * Pins name to issuer, whatever it was pinned to: for the administrator, who
 * knows that the subjects are the same people.
 * RC_DOWN, RC_EXPIRED	the database did not answer
 */
enum rc providers_rebind(struct op *op, const char *name, const char *issuer)
    MUST_USE;

#endif
