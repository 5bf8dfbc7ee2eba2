/* SPDX-License-Identifier: ISC */
/*
 * Whoever holds the sessions that the tests of store/sessions.h open in a real
 * Redis: one user, and the keys that are kept of that user.  What a test does
 * differently from this it says to store/sessions.h itself.
 */
#ifndef SUPPORT_HOLDER_H
#define SUPPORT_HOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/op.h"
#include "store/sessions.h"

/* The user's id, and the keys; a record's ends with the sid. */
#define HOLDER	      "01910000-0000-7000-8000-000000000001"
#define HOLDER_INDEX  "t:sessions:{" HOLDER "}"
#define HOLDER_HASH   "t:user:{" HOLDER "}"
#define HOLDER_RECORD "t:refresh_token:{" HOLDER "}:"

/* What the rules are written in: milliseconds. */
#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/*
 * The rules, as holder_begin sets them: idle for an hour, three days at last,
 * a grace of ten minutes, ten sessions.  A change holds from sessions_init on.
 */
extern struct sessions_rules holder_rules;

/*
 * Connects to the Redis of support/servers.h, empties it and sets the rules.
 * The operation for everything the test does, until holder_end.
 */
struct op *holder_begin(void);

/* Ends the operation and the connections. */
void holder_end(void);

/* The outcome of a sign-in that read the user's row at a version. */
enum rc holder_open(const char *sid, const char *provider, int64_t version,
    struct sessions_grant *grant) MUST_USE;

/* Opens one through google, at version 5; the test fails unless it opens. */
struct sessions_grant holder_opened(const char *sid);

/* The outcome of telling Redis a state; all but the active one take away. */
enum rc holder_publish(int64_t version, enum sessions_state state) MUST_USE;

/* Whether that session lives; asking counts as a use of it. */
bool holder_has(const char *sid);

/* Whether a session's record is kept, alive or not. */
bool holder_has_record(const char *sid);

/* A field of a session's record is that number from now on. */
void holder_rewrite(const char *sid, const char *field, int64_t value);

#endif
