/* SPDX-License-Identifier: ISC */
/*
 * HTTP/1.1 for the stand-in provider: one request read and decoded, one
 * answer built and then written, faults included.
 */
#ifndef SUPPORT_PROVIDER_HTTP_H
#define SUPPORT_PROVIDER_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "base/pool.h"
#include "base/str.h"
#include "support/tls_server.h"

#define PROVIDER_HTTP_PAIRS_MOST 64

struct provider_pairs {
	size_t count;
	struct {
		const char *name;
		const char *value;
	} items[PROVIDER_HTTP_PAIRS_MOST];
};

/* One request and its answer; lives in pool. */
struct provider_http {
	struct pool *pool;
	const char *method;
	const char *path;
	struct provider_pairs headers;	/* names in lower case */
	struct provider_pairs query;
	struct provider_pairs form;	/* of a form-encoded body */
	const char *body;
	size_t body_len;
	bool is_broken;			/* an escape could not be decoded */

	int status;
	const char *content_type;	/* NULL for none */
	struct str head;		/* further header lines */
	struct str answer;
	long delay_ms;			/* wait before answering */
	long cut_at;			/* bytes of body sent, -1 for all */
	bool drop;			/* close without a word */
	bool no_length;			/* end the body by closing */
	size_t fill_to;			/* spaces follow up to this size */
	long drip_ms;			/* pause between any two bytes */
};

/* Reads the next request of a connection; false at its end. */
bool provider_http_read(struct provider_http *http,
    struct tls_stream *stream);

/* The first value of that name, NULL when there is none. */
const char *provider_http_get(const struct provider_pairs *pairs,
    const char *name);

/* The first name that stands there twice, or NULL. */
const char *provider_http_repeated(const struct provider_pairs *pairs);

/* Makes the answer a JSON text; object is put (released) here. */
void provider_http_json(struct provider_http *http, int status,
    json_object *object);

/* Makes the answer an HTML page with this title and body. */
void provider_http_page(struct provider_http *http, int status,
    const char *title, const char *body);

/* Makes the answer a 303 to url. */
void provider_http_redirect(struct provider_http *http, const char *url);

/*
 * Writes the answer, misbehaving as told.  False when the connection ends
 * with it.
 */
bool provider_http_write(const struct provider_http *http,
    struct tls_stream *stream);

#endif
