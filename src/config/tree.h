/* SPDX-License-Identifier: ISC */
/* From the file to a draft: syntax, names and types.  Private to config/. */
#ifndef CONFIG_TREE_H
#define CONFIG_TREE_H

#include "config/draft.h"

/*
 * Reads draft->path and notes in draft->given what the file holds.  Unknown
 * options and wrong types become mistakes.  The paths of @include are
 * relative to the file's own folder.
 *
 * False when the file cannot be read or is no libconfig syntax: then that is
 * the only mistake noted and nothing was read.
 */
bool tree_read(struct draft *draft);

#endif
