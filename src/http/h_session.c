/* SPDX-License-Identifier: ISC */
/* Tokens come in bodies and leave in bodies, never in URLs. */
#include "http/h_session.h"

static enum rc refresh_token(struct request *request, const char **token)
{
	const char *given = js_text(request->json, "refresh_token");

	if (given == NULL)
		return op_fail(request->op, RC_BAD,
		    "refresh_token is missing or not a string");

	*token = given;
	return RC_OK;
}

void h_session_answer(struct response *response,
    const struct session_tokens *tokens)
{
	struct js *answer = js_object(response->op);

	js_put_text(answer, "access_token", tokens->access);
	js_put_text(answer, "refresh_token", tokens->refresh);
	js_put_text(answer, "token_type", "Bearer");
	js_put_int(answer, "expires_in", tokens->lifetime_s);
	if (tokens->linked != NULL)
		js_put_text(answer, "linked", tokens->linked);
	response_json(response, 200, answer);
}

enum rc h_session_refresh(struct request *request, struct response *response)
{
	struct session_tokens tokens;
	const char *token = NULL;
	enum rc rc;

	rc = refresh_token(request, &token);
	if (rc == RC_OK)
		rc = session_refresh(request->op, token, &request->client,
		    &tokens);
	if (rc != RC_OK)
		return rc;

	h_session_answer(response, &tokens);
	return RC_OK;
}

enum rc h_session_logout(struct request *request, struct response *response)
{
	const char *token = NULL;
	enum rc rc;

	rc = refresh_token(request, &token);
	if (rc == RC_OK)
		rc = session_end(request->op, token, &request->client);
	if (rc != RC_OK)
		return rc;

	response_empty(response);
	return RC_OK;
}

enum rc h_session_logout_all(struct request *request,
    struct response *response)
{
	enum rc rc = session_end_all(request->op, &request->session,
	    &request->client);

	if (rc != RC_OK)
		return rc;

	response_empty(response);
	return RC_OK;
}
