/* SPDX-License-Identifier: ISC */
/* Handlers of sessions: refresh and logout. */
#ifndef HTTP_H_SESSION_H
#define HTTP_H_SESSION_H

#include "http/request.h"
#include "http/response.h"

/*
 * POST /auth/refresh: {"refresh_token": …} to new tokens.
 * RC_BAD	no refresh_token, or not a string
 * else as session_refresh
 */
enum rc h_session_refresh(struct request *request, struct response *response)
    MUST_USE;

/*
 * POST /auth/logout: {"refresh_token": …}; 204 whether or not it was known.
 * RC_BAD	no refresh_token, or not a string
 * else as session_end
 */
enum rc h_session_logout(struct request *request, struct response *response)
    MUST_USE;

/* POST /auth/logout-all: 204; outcomes as session_end_all. */
enum rc h_session_logout_all(struct request *request,
    struct response *response) MUST_USE;

/* Answers with a TokenResponse (RFC 6749 section 5.1). */
void h_session_answer(struct response *response,
    const struct session_tokens *tokens);

#endif
