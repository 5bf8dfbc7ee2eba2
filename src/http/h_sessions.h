/* SPDX-License-Identifier: ISC */
/* Handlers of the list of one's own sessions. */
#ifndef HTTP_H_SESSIONS_H
#define HTTP_H_SESSIONS_H

#include "http/request.h"
#include "http/response.h"

/*
 * GET /users/me/sessions: one page of the live sessions, the newest first.
 * Query: limit, and after, the id that the page before ended with.
 *
 * RC_BAD	limit is not a number in its range, or no live session of the
 *		user has the id after
 * RC_DOWN, RC_EXPIRED	Redis did not answer
 */
enum rc h_sessions_list(struct request *request, struct response *response)
    MUST_USE;

/* DELETE /users/me/sessions/{id}: 204; outcomes as session_end_one. */
enum rc h_sessions_end(struct request *request, struct response *response)
    MUST_USE;

#endif
