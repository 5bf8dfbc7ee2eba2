/* SPDX-License-Identifier: ISC */
/* Handlers of rounds to a provider: signing in, and what linking shares. */
#ifndef HTTP_H_SIGNIN_H
#define HTTP_H_SIGNIN_H

#include "auth/signin.h"
#include "http/request.h"
#include "http/response.h"

/*
 * GET /auth/{provider}: 303 to the consent screen, with the binding cookie;
 * with reauth=1 for the session that the guard has found, as JSON when asked.
 *
 * RC_BAD	reauth is not 1
 * Otherwise as signin_begin.
 */
enum rc h_signin_start(struct request *request, struct response *response)
    MUST_USE;

/* GET /auth/{provider}/callback: tokens; outcomes as signin_finish. */
enum rc h_signin_callback(struct request *request, struct response *response)
    MUST_USE;

/*
 * POST /auth/{provider}/callback: 303 to the same by GET; outcomes as
 * h_signin_send_on.
 */
enum rc h_signin_posted(struct request *request, struct response *response)
    MUST_USE;

/*
 * Begins a round and sets its cookie: answers 303 to the consent screen, or
 * 200 {"authorization_url": …} when as_json.  Outcomes as signin_begin.
 */
enum rc h_signin_begin(struct request *request, struct response *response,
    enum signin_purpose purpose, bool as_json) MUST_USE;

/*
 * Finishes a round and clears its cookie, unless a store is down: where that
 * was found before anything was taken, the same callback may still be
 * finished.  Outcomes as signin_finish.
 */
enum rc h_signin_finish(struct request *request, struct response *response,
    bool is_link, struct signin_result *result) MUST_USE;

/*
 * Answers what a provider's page has posted with 303 to the callback of a
 * purpose, the same values in its query: a cookie that is SameSite=Lax comes
 * with that only (OAuth 2.0 Form Post Response Mode).  Takes nothing and
 * passes on only what a callback reads.
 *
 * RC_BAD	more than a URL may hold (REFUSAL_TOO_LARGE)
 * RC_ABSENT	there is no such provider (REFUSAL_PROVIDER_UNKNOWN)
 */
enum rc h_signin_send_on(struct request *request, struct response *response,
    enum signin_purpose purpose) MUST_USE;

/* Whether a start must ask the provider first (discovery). */
bool h_signin_start_calls(const struct request *request);

/* Whether a start is to show once more who is signed in: reauth=1. */
bool h_signin_renews(const struct request *request);

/*
 * Where a sign-in begins anew after a start or a callback that failed; NULL
 * where there is no such provider or it is barred, and for a start with
 * reauth=1, which a link cannot send: it takes the access token.
 */
const char *h_signin_again(const struct request *request);

/* A callback asks the provider where it has state and cookie of its own. */
bool h_signin_callback_calls(const struct request *request);

#endif
