/* SPDX-License-Identifier: ISC */
/*
 * Secrets from files and the environment, and whether one is fit for a key.
 * No problem text repeats a value, nor a path: a secret written in the place
 * of its path must not end up in a log.  Private to config/.
 */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include <stdbool.h>

#include "base/crypt.h"
#include "base/pool.h"

#define SECRET_SIZE_MOST  4096
#define SECRET_KEY_LEAST  32

/*
 * Reads the secret in the file at path, without one newline at its end.
 *
 * The file must be regular, no symbolic link, owned by this user or root and
 * closed to group and others (with any_mode, and inside systemd's
 * $CREDENTIALS_DIRECTORY, the mode is not looked at: an ACL there shows as
 * group bits).  A path that does not begin with / is the name of a credential
 * in that directory.
 *
 * Returns NULL with *secret in pool, 1 to SECRET_SIZE_MOST bytes without NUL;
 * or what is wrong and what to do.
 */
const char *secret_read(struct pool *pool, const char *path, bool any_mode,
    struct secret *secret);

/*
 * Takes a secret out of the environment: copied into pool, wiped and unset.
 * Its bytes are NULL where the variable does not exist.
 */
struct secret secret_from_environment(struct pool *pool, const char *variable);

/*
 * NULL when secret may become a key.  Else why not: under SECRET_KEY_LEAST
 * bytes, over SECRET_SIZE_MOST, a short repeated pattern, or nothing but
 * well-known placeholder words.
 */
const char *secret_weakness(struct pool *pool, struct secret secret);

/* Whether both hold the same bytes; never true for an empty one. */
bool secret_is_same(struct secret a, struct secret b);

#endif
