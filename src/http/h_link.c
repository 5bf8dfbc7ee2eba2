/* SPDX-License-Identifier: ISC */
/* The rounds are h_signin.c's; here is what makes them linking. */
#include "http/h_link.h"

#include "auth/account.h"
#include "auth/view.h"
#include "http/h_signin.h"

enum rc h_link_start(struct request *request, struct response *response)
{
	return h_signin_begin(request, response, SIGNIN_LINK,
	    request_wants_json(request));
}

enum rc h_link_ask(struct request *request, struct response *response)
{
	return h_signin_begin(request, response, SIGNIN_LINK, true);
}

enum rc h_link_callback(struct request *request, struct response *response)
{
	struct signin_result result;
	enum rc rc;

	rc = h_signin_finish(request, response, true, &result);
	if (rc != RC_OK)
		return rc;

	response_json(response, 200, view_account(request->op, result.linked));
	return RC_OK;
}

enum rc h_link_posted(struct request *request, struct response *response)
{
	return h_signin_send_on(request, response, SIGNIN_LINK);
}

enum rc h_link_delete(struct request *request, struct response *response)
{
	enum rc rc = account_unlink(request->op, request->session.user_id,
	    request->segment, &(struct account_actor){
		.address = request->client.address});

	if (rc != RC_OK)
		return rc;

	response_empty(response);
	return RC_OK;
}
