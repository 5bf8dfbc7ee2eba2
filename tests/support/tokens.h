/* SPDX-License-Identifier: ISC */
/* What tokens are good for: used, refreshed, refused, ended. */
#ifndef SUPPORT_TOKENS_H
#define SUPPORT_TOKENS_H

#include <stdbool.h>

#include "support/flow.h"

/* POST /api/auth/refresh; fails the test unless it succeeds. */
struct flow_tokens tokens_refresh(struct browser *browser, const char *token);

/* Fails the test unless a refresh answers 401 invalid_refresh_token. */
void tokens_assert_dead(struct browser *browser, const char *refresh_token);

/* Whether /users/me answers 200 to an access token; else it must be 401. */
bool tokens_open(struct browser *browser, const char *access_token);

/* POST /api/auth/logout with a refresh token: the status. */
long tokens_logout(struct browser *browser, const char *refresh_token);

/* How many events of a kind the session of a token has. */
long tokens_events(const char *kind, const char *token);

/* A field of the Redis record of a token's session; "" when there is none. */
const char *tokens_recorded(const char *token, const char *field);

/*
 * How many records of a token's user are of the user's present epoch: those
 * that live, and would if the user were active.
 */
const char *tokens_current_count(const char *token);

/* How many sessions the index of a token's user holds. */
const char *tokens_session_count(const char *token);

#endif
