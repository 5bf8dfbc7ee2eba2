/* SPDX-License-Identifier: ISC */
/*
 * What the files behind store/sessions.h share: the rules, the names of the
 * keys, what is ended once its sids are known.  Nobody else needs it.
 */
#ifndef STORE_SESSIONS_KEYS_H
#define STORE_SESSIONS_KEYS_H

#include <stddef.h>

#include "base/op.h"
#include "client/redis.h"
#include "store/sessions.h"

/* Sets the rules, which are copied.  Call once, before threads start. */
void sessions_keys_init(const struct sessions_rules *rules);

/* The rules for every session. */
const struct sessions_rules *sessions_keys_rules(void);

/* The keys of a session's record, a user's sessions, a user; in op->pool. */
const char *sessions_record_key(struct op *op, const char *user_id,
    const char *sid);
const char *sessions_index_key(struct op *op, const char *user_id);
const char *sessions_user_key(struct op *op, const char *user_id);

/*
 * Takes away the records of sessions that were ended, whose sids stand in
 * reply from element first on.
 * RC_DOWN, RC_EXPIRED	Redis did not answer; some may be there still
 */
enum rc sessions_erase(struct op *op, const char *user_id,
    const struct reply *reply, size_t first) MUST_USE;

/*
 * Ends the least recently used of the sessions whose sids stand in reply from
 * element first on, until no more than the limit are left.  (Their records
 * could not be known before the index was read.)
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc sessions_trim(struct op *op, const char *user_id,
    const struct reply *reply, size_t first) MUST_USE;

#endif
