/* SPDX-License-Identifier: ISC */
/* Who may come: what a request shows of itself, before a handler runs. */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include "http/request.h"

/*
 * Finds the session of the bearer token in Authorization (RFC 6750 section
 * 2.1) and sets request->session.  Other schemes are none of ours.
 *
 * RC_DENIED	there is no token (REFUSAL_TOKEN_MISSING), or it is malformed,
 *		wrong or over (REFUSAL_TOKEN)
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc guard_session(struct request *request) MUST_USE;

/*
 * Compares the bearer token with the administrator's secret.
 * RC_DENIED	it is another one, or there is none (REFUSAL_ADMIN)
 */
enum rc guard_admin(struct request *request) MUST_USE;

#endif
