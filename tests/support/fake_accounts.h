/* SPDX-License-Identifier: ISC */
/*
 * In place of store/accounts.c: keeps the identity it was given last.  Calls
 * have the functions' names.
 */
#ifndef SUPPORT_FAKE_ACCOUNTS_H
#define SUPPORT_FAKE_ACCOUNTS_H

#include "store/accounts.h"

extern struct account fake_accounts_last;

#endif
