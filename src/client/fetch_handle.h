/* SPDX-License-Identifier: ISC */
/*
 * Private to fetch.c: curl's handles, which keep connections alive from one
 * call to the next.  Those used for internal providers are kept apart: a
 * connection to a private address must never serve a call that may not make
 * one.
 */
#ifndef CLIENT_FETCH_HANDLE_H
#define CLIENT_FETCH_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

struct fetch_handle {
	struct fetch_handle *next;
	CURL *easy;
	bool internal;
	int64_t used_ms;	/* last call, on clock_mono_ms */
};

/*
 * The handle last used for a call that is internal or not, or a new one, with
 * no option set; it is the caller's until he gives it back.
 */
struct fetch_handle *fetch_handle_borrow(bool internal);

/* Takes all options back, and keeps the handle for others. */
void fetch_handle_give_back(struct fetch_handle *handle);

/*
 * Closes those given back by until_ms, on clock_mono_ms.  True when they were
 * the last that were kept.
 */
bool fetch_handle_close_idle(int64_t until_ms);

#endif
