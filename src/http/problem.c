/* SPDX-License-Identifier: ISC */
/* Words here are read by people who did nothing wrong: say what to do next. */
#include "http/problem.h"

#include "auth/session.h"
#include "base/encode.h"

#define TYPE_PREFIX PROJECT_URL "problems/"

/* How long to wait where nothing better is known. */
#define RETRY_AFTER_USUAL_S 5

struct problem {
	int status;
	const char *code;
	const char *title;
	const char *detail;
};

/* What an outcome means when no refusal says more. */
static const struct problem by_outcome[] = {
	[RC_OK] = {500, "internal_error", "Internal error",
	    "Something went wrong on our side."},
	[RC_BAD] = {400, "invalid_request", "Invalid request",
	    "The request is not in the form this address expects."},
	[RC_DENIED] = {403, "forbidden", "Not allowed",
	    "This is not allowed."},
	[RC_ABSENT] = {404, "not_found", "Not found",
	    "There is nothing at this address."},
	[RC_TAKEN] = {409, "conflict", "Conflict",
	    "Something else stands against this request."},
	[RC_EXPIRED] = {503, "unavailable", "Temporarily unavailable",
	    "This took too long on our side. Please try again in a moment."},
	[RC_LIMITED] = {503, "busy", "Too busy",
	    "Too much is going on right now. Please try again in a moment."},
	[RC_UPSTREAM] = {502, "provider_error", "The provider failed",
	    "The sign-in provider did not answer as it should. Please start "
	    "again; if it goes on, try another way to sign in."},
	[RC_DOWN] = {503, "unavailable", "Temporarily unavailable",
	    "The service cannot answer right now. Please try again in a "
	    "moment."},
};

static const struct problem by_refusal[] = {
	[REFUSAL_METHOD] = {405, "method_not_allowed", "Method not allowed",
	    "This address does not answer that method; Allow names those it "
	    "does."},
	[REFUSAL_MEDIA_TYPE] = {415, "unsupported_media_type",
	    "Unsupported media type", "Send the body as the content type that "
	    "this address takes, mostly application/json."},
	[REFUSAL_TOO_LARGE] = {413, "too_large", "Too large",
	    "The request body is larger than is accepted here."},
	[REFUSAL_JSON] = {400, "invalid_json", "Invalid JSON",
	    "The request body is not well-formed JSON."},
	[REFUSAL_FIELDS] = {422, "invalid_fields", "Some fields are not valid",
	    "Some fields cannot be taken as they are; errors names each."},
	[REFUSAL_PROVIDER_UNKNOWN] = {404, "provider_not_configured",
	    "Provider not available",
	    "This way to sign in is not available here."},
	[REFUSAL_TRANSACTION] = {400, "state_mismatch",
	    "This sign-in cannot be finished",
	    "The sign-in was not begun in this browser, was finished already, "
	    "or took too long. Please start again."},
	[REFUSAL_CANCELLED] = {400, "sign_in_cancelled", "Sign-in cancelled",
	    "You cancelled the sign-in at the provider. Nothing was changed."},
	[REFUSAL_PROVIDER_TIMEOUT] = {504, "provider_timeout",
	    "The provider took too long",
	    "The sign-in provider did not answer in time. Please start again "
	    "in a moment."},
	[REFUSAL_PROVIDER_BUSY] = {503, "provider_busy",
	    "The provider is busy",
	    "The sign-in provider asks to come again later. Please start "
	    "again in a moment."},
	[REFUSAL_SIGN_IN] = {403, "sign_in_refused", "Sign-in refused",
	    "You cannot sign in here with this account. Please ask the site's "
	    "administrator."},
	[REFUSAL_SIGN_UP] = {403, "sign_up_closed", "No new accounts",
	    "New accounts are not accepted here. Please ask the site's "
	    "administrator."},
	[REFUSAL_DISABLED] = {403, "account_disabled", "Account disabled",
	    "This account is disabled. Please ask the site's administrator."},
	[REFUSAL_LINK_REQUIRED] = {409, "account_link_required",
	    "Sign in the way you did before",
	    "There is already an account with your e-mail address. Sign in "
	    "the way you did before, then link this provider in your account "
	    "settings."},
	[REFUSAL_PROVIDER_LINKED] = {409, "provider_already_linked",
	    "Another sign-in of this provider is in use",
	    "Your account here already has another sign-in of this provider. "
	    "Use that one, unlink it first, or ask the site's "
	    "administrator."},
	[REFUSAL_IDENTITY_IN_USE] = {409, "identity_in_use",
	    "Already linked to another account",
	    "This sign-in belongs to another account here. Sign in with it "
	    "and unlink it there first, or ask the site's administrator."},
	[REFUSAL_LAST_METHOD] = {409, "last_login_method",
	    "This is your only way in",
	    "You could not sign in any more without it. Link another provider "
	    "first."},
	[REFUSAL_WRONG_ACCOUNT] = {403, "wrong_account",
	    "That was another account",
	    "You confirmed with the sign-in of another account. Please confirm "
	    "with one that is linked to the account you are using."},
	[REFUSAL_NOT_LINKED] = {404, "not_linked", "Not linked",
	    "This provider is not linked to your account."},
	[REFUSAL_TOKEN_MISSING] = {401, "authentication_required",
	    "Sign-in required", "Sign in, and send the access token."},
	[REFUSAL_TOKEN] = {401, "invalid_token", "Access token not valid",
	    "The access token is wrong, has expired, or its session is over. "
	    "Refresh it, or sign in again."},
	[REFUSAL_REFRESH_TOKEN] = {401, "invalid_refresh_token",
	    "Refresh token not valid",
	    "The refresh token is wrong, has expired, or its session is over. "
	    "Please sign in again."},
	[REFUSAL_STALE] = {401, "reauthentication_required",
	    "Please confirm that it is you",
	    "This needs a recent sign-in. Sign in once more, then try again."},
	[REFUSAL_ADMIN] = {401, "admin_secret_required",
	    "Administrator's secret required",
	    "Send the administrator's secret as the bearer token."},
	[REFUSAL_REFERENCE] = {409, "reference_in_use",
	    "Reference already used",
	    "This reference was used before with other values; nothing was "
	    "changed."},
};

_Static_assert(sizeof(by_refusal) / sizeof(by_refusal[0]) == REFUSAL_COUNT,
    "each refusal has a row");

static const struct problem *find(enum rc rc, int refusal)
{
	return refusal != REFUSAL_NONE ? &by_refusal[refusal]
				       : &by_outcome[rc];
}

const char *problem_code(enum rc rc, int refusal)
{
	return find(rc, refusal)->code;
}

struct js *problem_document(struct op *op, enum rc rc, int refusal)
{
	const struct problem *problem = find(rc, refusal);
	struct js *document = js_object(op);

	js_put_text(document, "type",
	    pool_print(op->pool, TYPE_PREFIX "%s", problem->code));
	js_put_text(document, "title", problem->title);
	js_put_int(document, "status", problem->status);
	js_put_text(document, "detail", problem->detail);
	js_put_text(document, "code", problem->code);
	js_put_text(document, "request_id", op->id);
	return document;
}

/* Title, detail, a way to start again; nothing that came with the request. */
static const char *page(struct op *op, const struct problem *problem,
    const char *again)
{
	struct str html;

	str_init(&html, op->pool);
	str_add(&html, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\"><meta name=\"viewport\" "
	    "content=\"width=device-width\"><title>");
	encode_html(&html, problem->title);
	str_add(&html, "</title><style>body{font:1.1em/1.5 sans-serif;"
	    "max-width:32em;margin:4em auto;padding:0 1em}small{color:#666}"
	    "</style></head><body><h1>");
	encode_html(&html, problem->title);
	str_add(&html, "</h1><p>");
	encode_html(&html, problem->detail);
	str_add(&html, "</p><p>");
	if (again != NULL) {
		str_add(&html, "<a href=\"");
		encode_html(&html, again);
		str_add(&html, "\">Start again</a> \302\267 ");
	}
	str_add(&html, "<a href=\"/\">Back to the site</a></p><p><small>");
	encode_html(&html, problem->code);
	str_add(&html, " \302\267 ");
	encode_html(&html, op->id);
	str_add(&html, "</small></p></body></html>\n");
	return html.text;
}

/*
 * RFC 6750 section 3: an error only where a token was sent.  RFC 9470 section
 * 3: a sign-in that is too old, and how old it may be.
 */
static void add_challenge(struct op *op, struct response *response)
{
	static const char scheme[] = "Bearer realm=\"latchkey\"";
	const char *challenge = scheme;

	if (op->refusal == REFUSAL_STALE)
		challenge = pool_print(op->pool, "%s, "
		    "error=\"insufficient_user_authentication\", max_age=%lld",
		    scheme, (long long)session_fresh_s());
	else if (op->refusal != REFUSAL_TOKEN_MISSING &&
	    op->refusal != REFUSAL_ADMIN)
		challenge = pool_print(op->pool, "%s, "
		    "error=\"invalid_token\"", scheme);
	response_header(response, "WWW-Authenticate", challenge);
}

static void add_retry_after(struct op *op, struct response *response)
{
	int seconds = op->retry_after_s > 0 ? op->retry_after_s
					    : RETRY_AFTER_USUAL_S;

	response_header(response, "Retry-After",
	    pool_print(op->pool, "%d", seconds));
}

/* What goes with a status, whatever the body. */
static void add_headers(struct op *op, struct response *response,
    const struct problem *problem)
{
	response->status = problem->status;
	if (problem->status == 401)
		add_challenge(op, response);
	if (problem->status == 503)
		add_retry_after(op, response);
}

void problem_answer_document(struct response *response, enum rc rc,
    const struct js *document)
{
	struct op *op = response->op;

	add_headers(op, response, find(rc, op->refusal));
	response->body = js_print(op, document);
	response_header(response, "Content-Type", "application/problem+json");
}

void problem_answer_page(struct response *response, enum rc rc,
    const char *again)
{
	struct op *op = response->op;
	const struct problem *problem = find(rc, op->refusal);

	add_headers(op, response, problem);
	response->body = page(op, problem, again);
	response_header(response, "Content-Type", "text/html; charset=utf-8");
	response_header(response, "Content-Security-Policy",
	    "default-src 'none'; style-src 'unsafe-inline'; "
	    "frame-ancestors 'none'; base-uri 'none'");
}

void problem_answer(struct response *response, enum rc rc)
{
	struct op *op = response->op;

	problem_answer_document(response, rc,
	    problem_document(op, rc, op->refusal));
}

void problem_answer_fields(struct response *response,
    const struct refusal_fields *fields)
{
	struct op *op = response->op;
	struct js *document = problem_document(op, RC_BAD, REFUSAL_FIELDS);
	struct js *errors = js_array(op);

	for (size_t i = 0; i < fields->count; i++) {
		struct js *entry = js_object(op);

		js_put_text(entry, "field", fields->items[i].field);
		js_put_text(entry, "message", fields->items[i].message);
		js_append(errors, entry);
	}
	js_put(document, "errors", errors);
	problem_answer_document(response, RC_BAD, document);
}
