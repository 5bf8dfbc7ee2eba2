/* SPDX-License-Identifier: ISC */
/* Nothing here trusts a length or an encoding that came with the request. */
#include "http/request.h"

#include <string.h>
#include <strings.h>

#include "auth/refusal.h"
#include "auth/signin.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "base/encode.h"
#include "base/str.h"

#define REQUEST_ID_MOST 64

static const char *param(const struct request *request, const char *name)
{
	return FCGX_GetParam(name, request->fcgi->envp);
}

static const char *param_or_empty(const struct request *request,
    const char *name)
{
	const char *value = param(request, name);

	return value != NULL ? value : "";
}

/* nginx's request id, or NULL for one of our own. */
static const char *request_id(FCGX_Request *fcgi)
{
	const char *id = FCGX_GetParam("REQUEST_ID", fcgi->envp);

	if (id == NULL || id[0] == '\0' || strlen(id) > REQUEST_ID_MOST ||
	    !str_consists(id, "0123456789abcdefABCDEF-"))
		return NULL;
	return id;
}

struct request *request_new(FCGX_Request *fcgi)
{
	struct op *op = op_new(request_id(fcgi), REQUEST_BUDGET_MS);
	struct request *request = pool_alloc(op->pool, sizeof(*request));

	request->op = op;
	request->fcgi = fcgi;
	request->started_ms = clock_mono_ms();
	request->method = param_or_empty(request, "REQUEST_METHOD");
	request->path = param_or_empty(request, "PATH_INFO");
	request->segment = "";
	request->accept = param_or_empty(request, "HTTP_ACCEPT");
	request->authorization = param(request, "HTTP_AUTHORIZATION");
	if (request->authorization != NULL &&
	    request->authorization[0] == '\0')
		request->authorization = NULL;
	request->local = strcmp(param_or_empty(request, "LATCHKEY_LISTENER"),
	    "local") == 0;
	str_init(&request->body, op->pool);
	request->client.address = param_or_empty(request, "REMOTE_ADDR");
	request->client.user_agent = param(request, "HTTP_USER_AGENT");
	return request;
}

void request_free(struct request *request)
{
	if (request != NULL)
		op_free(request->op);
}

static bool has_name(const struct request_pairs *pairs, const char *name)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].name, name) == 0)
			return true;
	return false;
}

static const char *value_of(const struct request_pairs *pairs,
    const char *name)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].name, name) == 0)
			return pairs->items[i].value;
	return NULL;
}

/* Decodes one name=value of a query or form into the next pair. */
static enum rc parse_parameter(struct op *op, const char *text, size_t len,
    struct request_pairs *pairs)
{
	const char *equals = memchr(text, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - text) : len;
	size_t value_at = equals != NULL ? name_len + 1 : len;
	char *name;
	char *value;

	if (!encode_from_form(op->pool, text, name_len, &name) ||
	    !encode_from_form(op->pool, text + value_at, len - value_at,
		&value))
		return op_fail(op, RC_BAD, "broken encoding in a parameter");
	if (has_name(pairs, name))
		return op_fail(op, RC_BAD, "a repeated parameter");
	if (pairs->count == REQUEST_PARAMS_MOST)
		return op_fail(op, RC_BAD, "too many parameters");

	pairs->items[pairs->count++] = (struct request_pair){name, value};
	return RC_OK;
}

static enum rc parse_parameters(struct op *op, const char *text,
    struct request_pairs *pairs)
{
	if (*text == '\0')
		return RC_OK;

	pairs->items = pool_alloc(op->pool,
	    REQUEST_PARAMS_MOST * sizeof(struct request_pair));

	while (*text != '\0') {
		size_t len = strcspn(text, "&");
		enum rc rc;

		if (len > 0) {
			rc = parse_parameter(op, text, len, pairs);
			if (rc != RC_OK)
				return rc;
		}
		text += len;
		if (*text == '&')
			text++;
	}

	return RC_OK;
}

/* Whether a cookie's name of len bytes is one we could have made. */
static bool is_our_name(const char *name, size_t len)
{
	return len == SIGNIN_COOKIE_LEN && str_begins(name, SIGNIN_COOKIE) &&
	    strspn(name + strlen(SIGNIN_COOKIE), "0123456789abcdef") ==
		len - strlen(SIGNIN_COOKIE);
}

/*
 * Keeps our own cookies only.  A second one of the same name was tossed in
 * by somebody else: there is no telling which is ours.
 */
static enum rc parse_cookie(struct request *request, const char *text,
    size_t len)
{
	struct op *op = request->op;
	struct request_pairs *cookies = &request->cookies;
	const char *equals = memchr(text, '=', len);
	size_t name_len;
	char *name;

	if (equals == NULL || !is_our_name(text, (size_t)(equals - text)))
		return RC_OK;

	name_len = (size_t)(equals - text);
	name = pool_text_n(op->pool, text, name_len);
	if (has_name(cookies, name))
		return op_fail(op, RC_BAD, "one of our cookies came twice");
	if (cookies->count == REQUEST_COOKIES_MOST)
		return op_fail(op, RC_BAD, "too many of our cookies");

	cookies->items[cookies->count++] = (struct request_pair){
	    .name = name,
	    .value = pool_text_n(op->pool, equals + 1, len - name_len - 1),
	};
	return RC_OK;
}

static enum rc parse_cookies(struct request *request, const char *text)
{
	if (strstr(text, SIGNIN_COOKIE) == NULL)
		return RC_OK;

	request->cookies.items = pool_alloc(request->op->pool,
	    REQUEST_COOKIES_MOST * sizeof(struct request_pair));
	while (*text != '\0') {
		size_t len;
		size_t end;
		enum rc rc;

		text += strspn(text, " \t;");
		len = end = strcspn(text, ";");
		while (len > 0 && (text[len - 1] == ' ' ||
		    text[len - 1] == '\t'))
			len--;
		rc = parse_cookie(request, text, len);
		if (rc != RC_OK)
			return rc;
		text += end;
	}

	return RC_OK;
}

enum rc request_parse(struct request *request)
{
	enum rc rc;

	rc = parse_parameters(request->op,
	    param_or_empty(request, "QUERY_STRING"), &request->query);
	if (rc == RC_OK)
		rc = parse_cookies(request,
		    param_or_empty(request, "HTTP_COOKIE"));
	return rc;
}

/*
 * Whether a content type is that one, with no charset or UTF-8, which JSON
 * (RFC 8259 section 8.1) and forms (URL standard, section 5) are in anyway.
 */
static bool is_type(const char *type, const char *wanted)
{
	const char *rest;

	if (strncasecmp(type, wanted, strlen(wanted)) != 0)
		return false;

	rest = type + strlen(wanted);
	rest += strspn(rest, " \t");
	if (*rest == '\0')
		return true;
	if (*rest++ != ';')
		return false;
	rest += strspn(rest, " \t");
	return strcasecmp(rest, "charset=utf-8") == 0 ||
	    strcasecmp(rest, "charset=\"utf-8\"") == 0;
}

void request_take_body(struct request *request)
{
	char bytes[4096];
	int most = 0;
	int got;

	while ((got = FCGX_GetStr(bytes, sizeof(bytes),
	    request->fcgi->in)) > 0) {
		if (request->body.len <= REQUEST_BODY_MOST)
			str_add_n(&request->body, bytes, (size_t)got);
		if (got > most)
			most = got;
	}
	/* Tokens came by here. */
	crypt_wipe(bytes, (size_t)most);
}

/* Finds the length announced; no more than that counts as the body. */
static enum rc body_length(struct request *request, size_t *len)
{
	struct op *op = request->op;
	int64_t announced;

	if (!str_int(param_or_empty(request, "CONTENT_LENGTH"), 0, INT32_MAX,
	    &announced))
		return op_fail(op, RC_BAD, "the body's length is no number");
	if (announced > REQUEST_BODY_MOST)
		return op_refuse(op, RC_BAD, REFUSAL_TOO_LARGE,
		    "a body of %lld bytes", (long long)announced);
	if ((size_t)announced > request->body.len)
		return op_fail(op, RC_BAD, "the body was cut short");

	*len = (size_t)announced;
	return RC_OK;
}

/* The body, len bytes and a NUL, which must be of a content type. */
static enum rc read_body(struct request *request, const char *type,
    const char **body, size_t *len)
{
	struct op *op = request->op;
	enum rc rc;

	if (!is_type(param_or_empty(request, "CONTENT_TYPE"), type))
		return op_refuse(op, RC_BAD, REFUSAL_MEDIA_TYPE,
		    "the body's content type is not %s", type);

	rc = body_length(request, len);
	if (rc == RC_OK)
		*body = pool_text_n(op->pool, request->body.text, *len);
	return rc;
}

enum rc request_read_json(struct request *request)
{
	struct op *op = request->op;
	const struct js *json;
	const char *body;
	size_t len = 0;
	enum rc rc;

	rc = read_body(request, "application/json", &body, &len);
	if (rc != RC_OK)
		return rc;
	if (js_parse(op, body, len, &json) != RC_OK)
		return op_recast(op, RC_BAD, REFUSAL_JSON);
	if (js_type(json) != JS_OBJECT)
		return op_fail(op, RC_BAD, "the body is not a JSON object");

	request->json = json;
	return RC_OK;
}

enum rc request_read_form(struct request *request)
{
	const char *body;
	size_t len = 0;
	enum rc rc;

	rc = read_body(request, "application/x-www-form-urlencoded", &body,
	    &len);
	if (rc != RC_OK)
		return rc;
	if (strlen(body) != len)
		return op_fail(request->op, RC_BAD, "a NUL in the form");
	return parse_parameters(request->op, body, &request->form);
}

const char *request_form(const struct request *request, const char *name)
{
	return value_of(&request->form, name);
}

const char *request_query(const struct request *request, const char *name)
{
	return value_of(&request->query, name);
}

const char *request_cookie(const struct request *request, const char *name)
{
	return value_of(&request->cookies, name);
}

bool request_wants_page(const struct request *request)
{
	return strcasestr(request->accept, "text/html") != NULL;
}

bool request_wants_json(const struct request *request)
{
	return strcasestr(request->accept, "application/json") != NULL;
}
