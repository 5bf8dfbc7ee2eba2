/* SPDX-License-Identifier: ISC */
/*
 * Handlers for the administrator, on the local listener only; the guard has
 * seen the secret.  {id} that is no user's: RC_ABSENT, where it is asked.
 */
#ifndef HTTP_H_ADMIN_H
#define HTTP_H_ADMIN_H

#include "http/request.h"
#include "http/response.h"

/*
 * GET /admin/users/{id}: UserResponse with state, version, linked_accounts
 * and active_sessions.
 *
 * RC_ABSENT	there is no such user
 * RC_DOWN, RC_EXPIRED	a store did not answer
 */
enum rc h_admin_user(struct request *request, struct response *response)
    MUST_USE;

/*
 * PUT /admin/users/{id}/premium: UserResponse, or the members that are wrong;
 * outcomes as premium_set.
 */
enum rc h_admin_premium(struct request *request, struct response *response)
    MUST_USE;

/* POST /admin/users/{id}/disable: 204; outcomes as account_disable. */
enum rc h_admin_disable(struct request *request, struct response *response)
    MUST_USE;

/* POST /admin/users/{id}/enable: 204; outcomes as account_enable. */
enum rc h_admin_enable(struct request *request, struct response *response)
    MUST_USE;

/*
 * DELETE /admin/users/{id}/sessions: 204, while PostgreSQL is down, too: then
 * it is not asked whether there is such a user.  As account_end_sessions.
 */
enum rc h_admin_end_sessions(struct request *request,
    struct response *response) MUST_USE;

#endif
