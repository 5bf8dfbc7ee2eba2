/* SPDX-License-Identifier: ISC */
/* FCGX_PutStr, never FCGX_FPrintF: one write, no format. */
#include "http/response.h"

#include <assert.h>
#include <string.h>

#include <fcgiapp.h>

void response_init(struct response *response, struct op *op)
{
	response->op = op;
	response->status = 500;
	response->body = "";
	str_init(&response->headers, op->pool);
}

void response_header(struct response *response, const char *name,
    const char *value)
{
	for (const char *p = value; *p != '\0'; p++)
		assert((unsigned char)*p >= 0x20 && *p != 0x7f);

	str_add(&response->headers, name);
	str_add(&response->headers, ": ");
	str_add(&response->headers, value);
	str_add(&response->headers, "\r\n");
}

void response_cookie(struct response *response, const char *name,
    const char *value, int64_t max_age_s)
{
	response_header(response, "Set-Cookie",
	    pool_print(response->op->pool,
		"%s=%s; Path=/; Max-Age=%lld; Secure; HttpOnly; SameSite=Lax",
		name, value, (long long)max_age_s));
}

void response_json(struct response *response, int status,
    const struct js *value)
{
	response->status = status;
	response->body = js_print(response->op, value);
	response_header(response, "Content-Type", "application/json");
}

void response_empty(struct response *response)
{
	response->status = 204;
	response->body = "";
}

void response_redirect(struct response *response, const char *url)
{
	response->status = 303;
	response->body = "";
	response_header(response, "Location", url);
}

/* The words of a status (RFC 9110 section 15), which nginx passes on. */
static const char *words_of(int status)
{
	static const struct {
		int status;
		const char *words;
	} all[] = {
		{200, "OK"}, {204, "No Content"}, {303, "See Other"},
		{400, "Bad Request"}, {401, "Unauthorized"},
		{403, "Forbidden"}, {404, "Not Found"},
		{405, "Method Not Allowed"}, {409, "Conflict"},
		{413, "Content Too Large"}, {415, "Unsupported Media Type"},
		{422, "Unprocessable Content"},
		{500, "Internal Server Error"}, {502, "Bad Gateway"},
		{503, "Service Unavailable"}, {504, "Gateway Timeout"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].status == status)
			return all[i].words;
	/* None need be said. */
	return "";
}

void response_send(const struct response *response, struct request *request)
{
	const struct op *op = response->op;
	FCGX_Stream *out = request->fcgi->out;
	const char *head = pool_print(op->pool,
	    "Status: %d %s\r\n"
	    "X-Request-Id: %s\r\n"
	    "Cache-Control: no-store\r\n"
	    "Referrer-Policy: no-referrer\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "%s\r\n",
	    response->status, words_of(response->status), op->id,
	    response->headers.text);

	FCGX_PutStr(head, (int)strlen(head), out);
	FCGX_PutStr(response->body, (int)strlen(response->body), out);
}
