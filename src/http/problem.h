/* SPDX-License-Identifier: ISC */
/*
 * What a client sees of a failure: the problem document (RFC 9457), or a
 * small page for a browser inside a flow.  The one table from outcome and
 * refusal to status, code and plain words stands in problem.c; the reason
 * never leaves the log.
 */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include "auth/refusal.h"
#include "client/js.h"
#include "http/response.h"

/*
 * Makes the failure rc the answer: status, code, Retry-After and
 * WWW-Authenticate follow from rc and the operation's refusal.
 */
void problem_answer(struct response *response, enum rc rc);

/*
 * problem_answer as a page for people; again is where they can start anew,
 * a path of ours, or NULL.
 */
void problem_answer_page(struct response *response, enum rc rc,
    const char *again);

/*
 * The document of a failure, for a handler that adds members of its own and
 * answers with problem_answer_document.
 */
struct js *problem_document(struct op *op, enum rc rc, int refusal);

/* problem_answer with such a document. */
void problem_answer_document(struct response *response, enum rc rc,
    const struct js *document);

/*
 * Answers 422 (REFUSAL_FIELDS, which the operation must have been refused
 * with) with errors: one {field, message} for each wrong member.
 */
void problem_answer_fields(struct response *response,
    const struct refusal_fields *fields);

/* The code in use for a failure, for the log. */
const char *problem_code(enum rc rc, int refusal);

#endif
