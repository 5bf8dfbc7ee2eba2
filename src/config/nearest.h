/* SPDX-License-Identifier: ISC */
/* What a misspelt name was probably meant to be.  Private to config/. */
#ifndef CONFIG_NEAREST_H
#define CONFIG_NEAREST_H

#include <stddef.h>

/*
 * The one of count names that is fewest slips away from name (a slip: one
 * character more, fewer or other, or two neighbours swapped; case does not
 * count).  When more than a third of name would be slips: the first that
 * contains name ("secret" for "secret_file"), or NULL.
 */
const char *nearest_name(const char *name, const char *const *names,
    size_t count);

#endif
