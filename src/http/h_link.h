/* SPDX-License-Identifier: ISC */
/* Handlers of linking: start, callback, the list, unlinking. */
#ifndef HTTP_H_LINK_H
#define HTTP_H_LINK_H

#include "http/request.h"
#include "http/response.h"

/*
 * GET /auth/link/{provider}: 303 to the consent screen, or 200 JSON when
 * Accept names application/json.  Outcomes as signin_begin.
 */
enum rc h_link_start(struct request *request, struct response *response)
    MUST_USE;

/* POST /auth/link/{provider}: 200 JSON; outcomes as signin_begin. */
enum rc h_link_ask(struct request *request, struct response *response)
    MUST_USE;

/*
 * GET /auth/link/{provider}/callback: the LinkedAccount; outcomes as
 * signin_finish.
 */
enum rc h_link_callback(struct request *request, struct response *response)
    MUST_USE;

/*
 * POST /auth/link/{provider}/callback: 303 to the same by GET; outcomes as
 * h_signin_send_on.
 */
enum rc h_link_posted(struct request *request, struct response *response)
    MUST_USE;

/* DELETE /users/me/link/{provider}: 204; outcomes as account_unlink. */
enum rc h_link_delete(struct request *request, struct response *response)
    MUST_USE;

#endif
