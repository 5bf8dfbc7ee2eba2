/* SPDX-License-Identifier: ISC */
/*
 * What lives as long as the process: keys, pools, tables, all made from the
 * frozen configuration.  Nothing here connects to anything.
 */
#ifndef APP_H
#define APP_H

#include "config/config.h"

/* Opens everything.  config must outlive app_close.  Before threads start. */
void app_open(const struct config *config);

/* Closes everything; no thread may be at work. */
void app_close(void);

#endif
