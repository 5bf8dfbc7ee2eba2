/* SPDX-License-Identifier: ISC */
/* Handlers about the user who asks. */
#ifndef HTTP_H_USER_H
#define HTTP_H_USER_H

#include "http/request.h"
#include "http/response.h"

/* GET /users/me: UserResponse; outcomes as account_of. */
enum rc h_user_me(struct request *request, struct response *response)
    MUST_USE;

/*
 * PATCH /users/me: display_name and avatar_url, null for the provider's;
 * answers UserResponse, or 422 with a row for each member that is wrong.
 * Outcomes as profile_update.
 */
enum rc h_user_patch(struct request *request, struct response *response)
    MUST_USE;

/* GET /users/me/linked-accounts: an array of LinkedAccount, the oldest first.
 * RC_DOWN, RC_EXPIRED	the database did not answer */
enum rc h_user_accounts(struct request *request, struct response *response)
    MUST_USE;

/*
 * DELETE /users/me: the user and all that is stored about one; 204.
 * Outcomes as account_delete.
 */
enum rc h_user_delete(struct request *request, struct response *response)
    MUST_USE;

#endif
