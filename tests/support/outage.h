/* SPDX-License-Identifier: ISC */
/*
 * What tests of stores that are down share: a stack that is whole before each
 * of them, and the two things that must hold whatever is down.
 */
#ifndef SUPPORT_OUTAGE_H
#define SUPPORT_OUTAGE_H

#include "support/browser.h"

/* How soon after a store's return everything works. */
#define OUTAGE_RECOVERY_MS 5000

/*
 * Repairs what an earlier test left behind and remembers the workers' process
 * ids.
 */
void outage_begin(void);

/* Waits until there are as many workers as at first, and remembers these. */
void outage_new_workers(void);

/* The service is ready in time, and the workers are those remembered. */
void outage_is_over(void);

/*
 * Ends the workers' connections to PostgreSQL. Returns when these are gone,
 * and no worker would use one without looking whether it still is there.
 */
void outage_hang_up(void);

/*
 * The answer is 503 "unavailable" with Retry-After, and tells nobody that a
 * token or cookie is worth nothing.
 */
void outage_must_be_unavailable(struct browser *browser,
    const struct answer *answer);

#endif
