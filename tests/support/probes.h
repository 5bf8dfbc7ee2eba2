/* SPDX-License-Identifier: ISC */
/*
 * What the tests of client/db.c share: a table to try things on, and pools
 * of a given kind on the throw-away server (support/servers.h).
 */
#ifndef SUPPORT_PROBES_H
#define SUPPORT_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/op.h"
#include "client/db.h"

/* Starts PostgreSQL and makes the table; false where it is not installed. */
bool probes_begin(void);

/* Opens the pool under test: 2 connections, prepared, any schema. */
void probes_open(void);

/* Closes the pool and opens another; schema as in struct db_settings. */
void probes_reopen(size_t pool, bool prepare, int64_t schema);

/* Closes the pool. */
void probes_close(void);

/* Empties the table. */
void probes_empty(void);

/* How many rows the table has, for another operation than the caller's. */
int64_t probes_count(void);

/* The process id of the backend that op gets, on the server. */
const char *probes_backend(struct op *op);

/* Milliseconds since start_ms, on clock_mono_ms. */
int64_t probes_since(int64_t start_ms);

#endif
