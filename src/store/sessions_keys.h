/* SPDX-License-Identifier: ISC */
/*
 * What the files behind store/sessions.h share: the rules, the names of the
 * keys, how a script's words are written and read.  Nobody else needs it.
 */
#ifndef STORE_SESSIONS_KEYS_H
#define STORE_SESSIONS_KEYS_H

#include <stdbool.h>
#include <stdint.h>

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

/* A number as a script's argument, in op->pool. */
const char *sessions_number(struct op *op, int64_t value);

/* Whether a script's answer begins with word. */
bool sessions_answers(const struct reply *reply, const char *word);

/*
 * Takes away the records of sessions that were ended, whose sids stand in
 * reply from element first on.
 * RC_DOWN, RC_EXPIRED	Redis did not answer; some may be there still
 */
enum rc sessions_erase(struct op *op, const char *user_id,
    const struct reply *reply, size_t first) MUST_USE;

/* RC_DOWN: the script answered with none of its words. */
enum rc sessions_odd_answer(struct op *op, const char *script) MUST_USE;

#endif
