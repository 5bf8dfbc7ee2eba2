/* SPDX-License-Identifier: ISC */
/* Handlers of the sign-in flow. */
#ifndef HTTP_H_SIGNIN_H
#define HTTP_H_SIGNIN_H

#include "http/request.h"
#include "http/response.h"

/*
 * GET /auth/{provider}: 303 to the consent screen, with the binding cookie.
 * Outcomes as signin_begin.
 */
enum rc h_signin_start(struct request *request, struct response *response)
    MUST_USE;

/* GET /auth/{provider}/callback: tokens; outcomes as signin_finish. */
enum rc h_signin_callback(struct request *request, struct response *response)
    MUST_USE;

/* Whether a start must ask the provider first (discovery). */
bool h_signin_start_calls(const struct request *request);

/* Where the flow of a request begins, NULL when there is no such provider. */
const char *h_signin_again(const struct request *request);

/* A callback asks the provider where it has state and cookie of its own. */
bool h_signin_callback_calls(const struct request *request);

#endif
