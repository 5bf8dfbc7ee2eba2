/* SPDX-License-Identifier: ISC */
/*
 * What a provider answers goes into no reason: it may hold tokens and
 * people's data.
 */
#include "auth/provider_call.h"

#include <string.h>
#include <strings.h>

#include "auth/refusal.h"
#include "base/encode.h"
#include "base/str.h"

#define ACCESS_TOKEN_MOST 4096

/* Retry-After of ours when a provider names no time. */
#define RETRY_AFTER_S 30

/*
 * Names of media types know no case and may be followed by parameters (RFC
 * 9110 section 8.3.1); key sets have one of their own (RFC 7517 section 8.5).
 */
static bool is_json(const char *content_type)
{
	static const char *const types[] = {"application/json",
		"application/jwk-set+json"};
	size_t len = strcspn(content_type, "; \t");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strlen(types[i]) == len &&
		    strncasecmp(content_type, types[i], len) == 0)
			return true;

	return false;
}

/* What an HTTP answer means to us. */
static enum rc judge(struct op *op, const struct fetch_answer *answer)
{
	if (answer->status == 429) {
		op->retry_after_s = answer->retry_after_s > 0
		    ? answer->retry_after_s : RETRY_AFTER_S;
		return op_refuse(op, RC_LIMITED, REFUSAL_PROVIDER_BUSY,
		    "it answered 429");
	}
	if (answer->status != 200)
		return op_fail(op, RC_UPSTREAM, "it answered %ld",
		    answer->status);
	if (!is_json(answer->content_type))
		return op_fail(op, RC_UPSTREAM, "its answer is not JSON by "
		    "its content type");

	return RC_OK;
}

enum rc provider_call(struct op *op, const struct provider *provider,
    const struct fetch_request *request, const struct js **answer,
    const char **text)
{
	struct fetch_request call = *request;
	const struct fetch_answer *got;
	const struct js *parsed;
	enum rc rc;

	call.ca_file = provider->ca_file;
	call.internal = provider->internal;
	call.plain_http = provider->plain_http;
	rc = fetch_run(op, &call, &got);
	if (rc == RC_EXPIRED)
		return op_recast(op, RC_UPSTREAM, REFUSAL_PROVIDER_TIMEOUT);
	if (rc == RC_OK)
		rc = judge(op, got);
	if (rc == RC_OK && js_parse(op, got->body, got->len, &parsed) != RC_OK)
		rc = op_while(op, RC_UPSTREAM, "reading its answer");
	if (rc == RC_OK && (js_type(parsed) != JS_OBJECT ||
	    js_has(parsed, "error")))
		rc = op_fail(op, RC_UPSTREAM, "it answered an error as JSON");
	if (rc != RC_OK)
		return rc == RC_LIMITED ? RC_LIMITED : RC_UPSTREAM;

	*answer = parsed;
	if (text != NULL)
		*text = got->body;
	return RC_OK;
}

static bool is_usable_token(const char *token)
{
	if (token == NULL || token[0] == '\0' ||
	    strlen(token) > ACCESS_TOKEN_MOST)
		return false;
	for (; *token != '\0'; token++)
		if (*token < 0x21 || *token > 0x7e)
			return false;
	return true;
}

enum rc provider_redeem(struct op *op, const struct provider *provider,
    const char *token_url, const struct provider_grant *grant,
    const struct js **answer)
{
	struct str form;
	enum rc rc;

	str_init(&form, op->pool);
	encode_form_pair(&form, "grant_type", "authorization_code");
	encode_form_pair(&form, "code", grant->code);
	encode_form_pair(&form, "redirect_uri", grant->redirect_uri);
	encode_form_pair(&form, "code_verifier", grant->verifier);
	encode_form_pair(&form, "client_id", provider->client_id);
	encode_form_pair(&form, "client_secret", provider->client_secret);

	rc = provider_call(op, provider,
	    &(struct fetch_request){.url = token_url, .form = form.text},
	    answer, NULL);
	if (rc == RC_OK && !is_usable_token(js_text(*answer, "access_token")))
		rc = op_fail(op, RC_UPSTREAM, "no usable access token came");
	if (rc != RC_OK)
		return op_while(op, rc, "its token endpoint");

	return RC_OK;
}

const char *provider_question_url(struct op *op,
    const struct provider *provider, const char *url,
    const struct provider_question *question)
{
	struct str made;

	str_init(&made, op->pool);
	str_add(&made, url);
	if (strchr(url, '?') == NULL)
		str_add_char(&made, '?');
	encode_form_pair(&made, "response_type", "code");
	encode_form_pair(&made, "client_id", provider->client_id);
	encode_form_pair(&made, "redirect_uri", question->redirect_uri);
	encode_form_pair(&made, "scope", provider->ops->scope);
	encode_form_pair(&made, "state", question->state);
	encode_form_pair(&made, "code_challenge", question->challenge);
	encode_form_pair(&made, "code_challenge_method", "S256");
	if (question->nonce[0] != '\0')
		encode_form_pair(&made, "nonce", question->nonce);
	return made.text;
}
