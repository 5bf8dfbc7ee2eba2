/* SPDX-License-Identifier: ISC */
/* Handlers about the service itself: health and providers. */
#ifndef HTTP_H_META_H
#define HTTP_H_META_H

#include "http/request.h"
#include "http/response.h"

/* GET /health/live: the process answers.  Never fails. */
enum rc h_meta_live(struct request *request, struct response *response)
    MUST_USE;

/*
 * GET /health/ready: PostgreSQL and Redis, each asked for at most a second
 * and each named; 503 when one does not answer.  Never fails.
 */
enum rc h_meta_ready(struct request *request, struct response *response)
    MUST_USE;

/* GET /auth/providers: name, label and sign-in path of each.  Never fails. */
enum rc h_meta_providers(struct request *request, struct response *response)
    MUST_USE;

#endif
