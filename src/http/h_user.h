/* SPDX-License-Identifier: ISC */
/* Handlers about the user who asks. */
#ifndef HTTP_H_USER_H
#define HTTP_H_USER_H

#include "http/request.h"
#include "http/response.h"

/* GET /users/me: UserResponse; outcomes as account_of. */
enum rc h_user_me(struct request *request, struct response *response)
    MUST_USE;

#endif
