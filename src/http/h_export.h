/* SPDX-License-Identifier: ISC */
/* The handler of a user's export. */
#ifndef HTTP_H_EXPORT_H
#define HTTP_H_EXPORT_H

#include "http/request.h"
#include "http/response.h"

/*
 * GET /users/me/export: everything stored about the user who asks, as a file
 * to be saved; outcomes as export_gather.
 */
enum rc h_export(struct request *request, struct response *response) MUST_USE;

#endif
