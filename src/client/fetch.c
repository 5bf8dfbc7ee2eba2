/* SPDX-License-Identifier: ISC */
/*
 * Each call gets its options anew (curl_easy_reset), so nothing of one call
 * reaches another but the connections kept alive.
 *
 * What curl cannot limit (headers, bodies of unknown length) or does not
 * know (private addresses) is done in the callbacks.
 */
#include "client/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "base/str.h"
#include "client/fetch_address.h"
#include "client/fetch_handle.h"

#define TOTAL_MS_MOST	   8000
#define CONNECT_MS_MOST	   3000
#define LOW_SPEED_BYTES	   32L /* a second, for LOW_SPEED_S on end */
#define LOW_SPEED_S	   6L
#define RETRY_AFTER_S_MOST 3600
/* The calls of one sign-in share connections, and those that follow it. */
#define IDLE_MS		   3000
/* Servers refuse longer header lines anyway. */
#define BEARER_MOST	   8000

/* curl's own macros check the types, so these must be macros, too. */
#define SET(easy, option, value)                                              \
	must(curl_easy_setopt(easy, option, value) == CURLE_OK)
#define GET(easy, what, value)                                                \
	must(curl_easy_getinfo(easy, what, value) == CURLE_OK)

/* One call in progress: what the callbacks need. */
struct call {
	const struct fetch_request *request;
	bool is_http;
	char *host;
	struct str body;
	size_t header_bytes;
	bool too_large;
	bool address_refused;
	bool address_tried;
	char message[CURL_ERROR_SIZE];
};

static const char *agent;
static bool has_folder;		/* of authorities, known to curl */

/* Options fail only for want of memory or in a curl we were not built for. */
static void must(bool ok)
{
	if (ok)
		return;

	fputs("latchkey: libcurl refuses an option\n", stderr);
	abort();
}

void fetch_open(const char *user_agent)
{
	must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	has_folder = curl_version_info(CURLVERSION_NOW)->capath != NULL;
	agent = user_agent;
}

void fetch_close(void)
{
	fetch_handle_close_idle(INT64_MAX);
	curl_global_cleanup();
}

bool fetch_look(void)
{
	return fetch_handle_close_idle(clock_mono_ms() - IDLE_MS);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct call *call = arg;
	size_t len = size * count;

	if (len > FETCH_BODY_MOST - call->body.len) {
		call->too_large = true;
		return 0;
	}

	str_add_n(&call->body, bytes, len);
	return len;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct call *call = arg;
	size_t len = size * count;

	(void)bytes;
	if (len > FETCH_HEADER_MOST - call->header_bytes) {
		call->too_large = true;
		return 0;
	}

	call->header_bytes += len;
	return len;
}

/*
 * Decides about the address itself, after all resolving and parsing: no name
 * and no spelling can lead around it.
 */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
    struct curl_sockaddr *address)
{
	struct call *call = arg;
	enum fetch_address kind = fetch_address_kind(&address->addr);

	(void)purpose;
	if ((kind != FETCH_ADDRESS_PUBLIC && !call->request->internal) ||
	    (kind != FETCH_ADDRESS_LOOPBACK && call->is_http)) {
		call->address_refused = true;
		return CURL_SOCKET_BAD;
	}

	call->address_tried = true;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static bool host_is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	    (str_begins(host, "127.") && str_consists(host, "0123456789."));
}

/* Copies a part of the URL to *part, "" when it is not there. */
static void url_part(struct op *op, CURLU *url, CURLUPart what, char **part)
{
	char *text = NULL;

	if (curl_url_get(url, what, &text, 0) != CURLUE_OK)
		text = NULL;
	*part = pool_text(op->pool, text != NULL ? text : "");
	curl_free(text);
}

/* Sets call's host and is_http from the URL, which curl itself reads. */
static enum rc check_url(struct op *op, struct call *call)
{
	CURLU *url = curl_url();
	CURLUcode code;
	char *scheme;

	must(url != NULL);
	code = curl_url_set(url, CURLUPART_URL, call->request->url,
	    CURLU_DISALLOW_USER);
	url_part(op, url, CURLUPART_SCHEME, &scheme);
	url_part(op, url, CURLUPART_HOST, &call->host);
	curl_url_cleanup(url);

	if (code != CURLUE_OK)
		return op_fail(op, RC_DENIED, "a provider's URL is not one: %s",
		    curl_url_strerror(code));
	call->is_http = strcmp(scheme, "http") == 0;
	if (call->is_http && call->request->plain_http &&
	    host_is_loopback(call->host))
		return RC_OK;
	if (strcmp(scheme, "https") != 0)
		return op_fail(op, RC_DENIED, "%s is not called over %s",
		    call->host, scheme);

	return RC_OK;
}

/* A token that could end our header line is one no provider may send. */
static enum rc check_bearer(struct op *op, const struct call *call)
{
	const char *bearer = call->request->bearer;

	if (bearer == NULL)
		return RC_OK;

	for (const char *p = bearer; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return op_fail(op, RC_UPSTREAM,
			    "the access token for %s is not printable",
			    call->host);
	if (bearer[0] == '\0' || strlen(bearer) > BEARER_MOST)
		return op_fail(op, RC_UPSTREAM,
		    "the access token for %s is empty or too long", call->host);

	return RC_OK;
}

static void set_safety(CURL *easy, const struct call *call)
{
	const struct fetch_request *request = call->request;

	SET(easy, CURLOPT_PROTOCOLS_STR, call->is_http ? "http" : "https");
	SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	SET(easy, CURLOPT_PROXY, "");
	SET(easy, CURLOPT_NOPROXY, "*");
	SET(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);

	/*
	 * The file or else the system's folder, not both.  In the folder
	 * OpenSSL finds the one authority it needs; of the system's file it
	 * would read all, for each connection anew: 0.8 MB and 25 ms.
	 */
	if (request->ca_file != NULL || has_folder)
		SET(easy, CURLOPT_CAINFO, request->ca_file);
	if (request->ca_file != NULL)
		SET(easy, CURLOPT_CAPATH, NULL);
}

static void set_limits(CURL *easy, struct call *call, long left_ms)
{
	long connect_ms = left_ms < CONNECT_MS_MOST ? left_ms : CONNECT_MS_MOST;

	SET(easy, CURLOPT_NOSIGNAL, 1L);
	SET(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	SET(easy, CURLOPT_TIMEOUT_MS, left_ms);
	/* Or a hanging name server would hold the call beyond its time. */
	SET(easy, CURLOPT_QUICK_EXIT, 1L);
	SET(easy, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
	SET(easy, CURLOPT_LOW_SPEED_TIME, LOW_SPEED_S);
	SET(easy, CURLOPT_MAXFILESIZE, (long)FETCH_BODY_MOST);
	SET(easy, CURLOPT_WRITEFUNCTION, take_body);
	SET(easy, CURLOPT_WRITEDATA, call);
	SET(easy, CURLOPT_HEADERFUNCTION, take_header);
	SET(easy, CURLOPT_HEADERDATA, call);
	SET(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(easy, CURLOPT_OPENSOCKETDATA, call);
}

static struct curl_slist *add_header(struct curl_slist *list,
    const char *header)
{
	struct curl_slist *longer = curl_slist_append(list, header);

	must(longer != NULL);
	return longer;
}

static struct curl_slist *headers_for(struct op *op,
    const struct fetch_request *request)
{
	struct curl_slist *list = add_header(NULL, "Accept: application/json");

	if (request->bearer != NULL)
		list = add_header(list, pool_print(op->pool,
		    "Authorization: Bearer %s", request->bearer));
	return list;
}

/* curl's copies of our headers hold the access token. */
static void drop_headers(struct curl_slist *list)
{
	for (struct curl_slist *item = list; item != NULL; item = item->next)
		crypt_wipe(item->data, strlen(item->data));
	curl_slist_free_all(list);
}

static CURLcode perform(struct op *op, CURL *easy, struct call *call,
    long left_ms)
{
	const struct fetch_request *request = call->request;
	struct curl_slist *headers = headers_for(op, request);
	CURLcode code;

	set_safety(easy, call);
	set_limits(easy, call, left_ms);
	SET(easy, CURLOPT_ERRORBUFFER, call->message);
	SET(easy, CURLOPT_URL, request->url);
	SET(easy, CURLOPT_USERAGENT, agent);
	SET(easy, CURLOPT_HTTPHEADER, headers);
	if (request->form != NULL) {
		SET(easy, CURLOPT_POSTFIELDSIZE,
		    (long)strlen(request->form));
		SET(easy, CURLOPT_POSTFIELDS, request->form);
	}

	code = curl_easy_perform(easy);
	drop_headers(headers);
	return code;
}

static enum rc explain(struct op *op, const struct call *call, CURLcode code)
{
	if (code == CURLE_OPERATION_TIMEDOUT)
		return op_fail(op, RC_EXPIRED, "%s: %s", call->host,
		    call->message);
	if (call->address_refused && !call->address_tried)
		return op_fail(op, RC_DENIED,
		    "%s has an address that may not be called (internal is "
		    "not set, or http goes beyond loopback)", call->host);
	if (call->too_large || code == CURLE_FILESIZE_EXCEEDED)
		return op_fail(op, RC_UPSTREAM, "%s sent too much",
		    call->host);

	return op_fail(op, RC_UPSTREAM, "%s: %s", call->host,
	    call->message[0] != '\0' ? call->message :
				       curl_easy_strerror(code));
}

static const struct fetch_answer *read_answer(struct op *op, CURL *easy,
    const struct call *call)
{
	struct fetch_answer *answer = pool_alloc(op->pool, sizeof(*answer));
	char *type = NULL;
	curl_off_t after = 0;

	GET(easy, CURLINFO_RESPONSE_CODE, &answer->status);
	GET(easy, CURLINFO_CONTENT_TYPE, &type);
	GET(easy, CURLINFO_RETRY_AFTER, &after);

	answer->content_type = pool_text(op->pool, type != NULL ? type : "");
	answer->body = call->body.text;
	answer->len = call->body.len;
	if (after > RETRY_AFTER_S_MOST)
		after = RETRY_AFTER_S_MOST;
	answer->retry_after_s = after > 0 ? (int)after : 0;
	return answer;
}

enum rc fetch_run(struct op *op, const struct fetch_request *request,
    const struct fetch_answer **answer)
{
	struct call *call = pool_alloc(op->pool, sizeof(*call));
	int64_t left_ms = op_left_ms(op);
	struct fetch_handle *handle;
	CURLcode code;
	enum rc rc;

	call->request = request;
	str_init(&call->body, op->pool);
	rc = check_url(op, call);
	if (rc == RC_OK)
		rc = check_bearer(op, call);
	if (rc != RC_OK)
		return rc;
	if (left_ms == 0)
		return op_fail(op, RC_EXPIRED, "no time is left to call %s",
		    call->host);

	handle = fetch_handle_borrow(request->internal);
	code = perform(op, handle->easy, call,
	    left_ms < TOTAL_MS_MOST ? (long)left_ms : TOTAL_MS_MOST);
	if (code == CURLE_OK)
		*answer = read_answer(op, handle->easy, call);
	else
		rc = explain(op, call, code);
	fetch_handle_give_back(handle);
	return rc;
}
