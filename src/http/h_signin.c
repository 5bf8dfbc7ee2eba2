/* SPDX-License-Identifier: ISC */
/* Cookies in, cookies out; everything else is auth/signin.c's. */
#include "http/h_signin.h"

#include <string.h>

#include "auth/provider.h"
#include "auth/refusal.h"
#include "auth/signin.h"
#include "base/encode.h"
#include "base/str.h"
#include "http/h_session.h"
#include "store/transactions.h"

/* Cookies that one answer clears; each takes some 90 bytes of 16 kB. */
#define CLEARED_MOST 32

/* What fits nginx's large_client_header_buffers, with method and version. */
#define URL_MOST 8000

bool h_signin_start_calls(const struct request *request)
{
	const struct provider *provider = provider_named(request->segment);

	return provider != NULL && !provider_is_ready(provider);
}

bool h_signin_renews(const struct request *request)
{
	const char *reauth = request_query(request, "reauth");

	return reauth != NULL && strcmp(reauth, "1") == 0;
}

const char *h_signin_again(const struct request *request)
{
	const struct provider *provider = provider_named(request->segment);

	if (provider == NULL || provider_is_barred(provider) ||
	    h_signin_renews(request))
		return NULL;
	return signin_path(request->op, SIGNIN_ENTER, request->segment);
}

bool h_signin_callback_calls(const struct request *request)
{
	const char *state = request_query(request, "state");

	return state != NULL && request_cookie(request,
	    signin_cookie_name(request->op, state)) != NULL;
}

/* When the sign-in of a binding cookie began; 0 for a foreign value. */
static int64_t started_at(const struct request *request, const char *value)
{
	size_t digits = strcspn(value, ".");
	int64_t started;

	if (!str_int(pool_text_n(request->op->pool, value, digits), 0,
	    INT64_MAX, &started))
		return 0;
	return started;
}

/*
 * Clears the oldest binding cookies, so that the new one makes the most; but no
 * more than nginx's buffer has room for.
 */
static void clear_oldest(const struct request *request,
    struct response *response)
{
	const struct request_pairs *cookies = &request->cookies;
	size_t excess = cookies->count >= SIGNIN_COOKIES_MOST
	    ? cookies->count - SIGNIN_COOKIES_MOST + 1 : 0;

	for (size_t i = 0; i < cookies->count; i++) {
		int64_t own = started_at(request, cookies->items[i].value);
		size_t older = 0;

		for (size_t j = 0; j < cookies->count; j++) {
			int64_t other = started_at(request,
			    cookies->items[j].value);

			if (other < own || (other == own && j < i))
				older++;
		}
		if (older < excess && older < CLEARED_MOST)
			response_cookie(response, cookies->items[i].name, "", 0);
	}
}

enum rc h_signin_begin(struct request *request, struct response *response,
    enum signin_purpose purpose, bool as_json)
{
	struct signin_start start;
	struct js *answer;
	enum rc rc;

	rc = signin_begin(request->op, &(struct signin_request){
	    .purpose = purpose,
	    .provider = request->segment,
	    .session = purpose == SIGNIN_ENTER ? NULL : &request->session,
	}, &start);
	if (rc != RC_OK)
		return rc;

	clear_oldest(request, response);
	response_cookie(response, start.cookie_name, start.cookie_value,
	    TRANSACTIONS_TTL_S);
	if (!as_json) {
		response_redirect(response, start.url);
		return RC_OK;
	}
	answer = js_object(request->op);
	js_put_text(answer, "authorization_url", start.url);
	response_json(response, 200, answer);
	return RC_OK;
}

enum rc h_signin_start(struct request *request, struct response *response)
{
	if (h_signin_renews(request))
		return h_signin_begin(request, response, SIGNIN_RENEW,
		    request_wants_json(request));
	if (request_query(request, "reauth") != NULL)
		return op_fail(request->op, RC_BAD, "reauth is not 1");

	return h_signin_begin(request, response, SIGNIN_ENTER, false);
}

enum rc h_signin_finish(struct request *request, struct response *response,
    bool is_link, struct signin_result *result)
{
	const char *state = request_query(request, "state");
	struct signin_answer answer = {
	    .is_link = is_link,
	    .provider = request->segment,
	    .state = state,
	    .iss = request_query(request, "iss"),
	    .error = request_query(request, "error"),
	    .code = request_query(request, "code"),
	    .client = request->client,
	};
	const char *cookie = "";
	enum rc rc;

	if (state != NULL) {
		cookie = signin_cookie_name(request->op, state);
		answer.binding = request_cookie(request, cookie);
	}

	rc = signin_finish(request->op, &answer, result);
	if (answer.binding != NULL && rc != RC_DOWN && rc != RC_EXPIRED)
		response_cookie(response, cookie, "", 0);
	return rc;
}

enum rc h_signin_callback(struct request *request, struct response *response)
{
	struct signin_result result;
	enum rc rc;

	rc = h_signin_finish(request, response, false, &result);
	if (rc != RC_OK)
		return rc;

	h_session_answer(response, &result.tokens);
	return RC_OK;
}

enum rc h_signin_send_on(struct request *request, struct response *response,
    enum signin_purpose purpose)
{
	static const char *const names[] = {"state", "code", "error", "iss"};
	struct op *op = request->op;
	const struct provider *provider;
	struct str url;
	enum rc rc;

	rc = provider_find(op, request->segment, &provider);
	if (rc != RC_OK)
		return rc;

	str_init(&url, op->pool);
	str_print(&url, "%s?", signin_redirect_uri(op, purpose,
	    provider->name));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = request_form(request, names[i]);

		if (value != NULL)
			encode_form_pair(&url, names[i], value);
	}
	if (url.len > URL_MOST)
		return op_refuse(op, RC_BAD, REFUSAL_TOO_LARGE,
		    "a callback of %zu bytes", url.len);

	response_redirect(response, url.text);
	return RC_OK;
}

enum rc h_signin_posted(struct request *request, struct response *response)
{
	return h_signin_send_on(request, response, SIGNIN_ENTER);
}
