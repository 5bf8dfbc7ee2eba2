/* SPDX-License-Identifier: ISC */
/*
 * Addresses.  Our own origin is compared with what browsers send, byte by
 * byte, so it has one spelling; providers' URLs are handed to libcurl.
 */
#include "config/rules.h"

#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

/* RFC 3986 section 2: what may stand in a path, in a query. */
#define IN_PATH	 UPPER LOWER DIGIT "-._~%!$&'()*+,;=:@/"
#define IN_QUERY IN_PATH "?"

struct url {
	bool is_https;
	const char *host;	/* with the brackets of an IPv6 address */
	const char *port;	/* NULL for none */
	const char *rest;	/* all that follows host and port */
};

static bool is_label(const char *text, size_t len)
{
	return len >= 1 && len <= 63 && text[0] != '-' && text[len - 1] != '-';
}

static bool is_host(const char *host)
{
	size_t len = strlen(host);

	if (host[0] == '[')
		return len >= 4 && host[len - 1] == ']' &&
		    strspn(host + 1, DIGIT "abcdef:.") == len - 2;
	if (len > 253 || !str_consists(host, LOWER DIGIT "-."))
		return false;

	for (;;) {
		size_t label = strcspn(host, ".");

		if (!is_label(host, label))
			return false;
		if (host[label] == '\0')
			return true;
		host += label + 1;
	}
}

/* Takes text apart; NULL, or what is wrong with its scheme, host or port. */
static const char *parse(struct pool *pool, const char *text, struct url *url)
{
	const char *start = text;
	size_t len;
	int64_t port;

	url->is_https = str_begins(text, "https://");
	if (!url->is_https && !str_begins(text, "http://"))
		return "does not begin with https:// (in lower case)";

	start += strlen(url->is_https ? "https://" : "http://");
	len = strcspn(start, "/?#\\");
	url->rest = start + len;
	if (memchr(start, '@', len) != NULL)
		return "has a user name or password before the host";

	len = start[0] == '[' ? strcspn(start, "]/?#\\") + 1 :
	    strcspn(start, ":/?#\\");
	if (start + len > url->rest)
		return "has a host that is not well-formed";
	url->host = pool_text_n(pool, start, len);
	if (!is_host(url->host))
		return "has a host that is empty, not in lower case or not "
		    "well-formed";

	url->port = NULL;
	if (start + len == url->rest)
		return NULL;
	url->port = pool_text_n(pool, start + len + 1,
	    (size_t)(url->rest - start) - len - 1);
	if (start[len] != ':' || !str_int(url->port, 1, 65535, &port))
		return "has a port that is not a number from 1 to 65535";
	return NULL;
}

static bool is_loopback(const struct url *url)
{
	return strcmp(url->host, "localhost") == 0 ||
	    strcmp(url->host, "127.0.0.1") == 0 ||
	    strcmp(url->host, "[::1]") == 0;
}

/* NULL, or why url's scheme is refused. */
static const char *scheme_problem(const struct url *url, bool development)
{
	if (url->is_https)
		return NULL;
	if (!development)
		return "is http, which anybody on the way can read; write "
		    "https:// (development = true allows http on localhost)";
	if (!is_loopback(url))
		return "is http to another host than this one; write https://, "
		    "or the host localhost, 127.0.0.1 or [::1]";

	return NULL;
}

static void check_base_url(struct draft *draft)
{
	struct draft_given *given = &draft->given[SITE_base_url];
	struct url url;
	const char *problem;

	if (given->is_wrong)
		return;

	problem = parse(draft->pool, draft->values.base_url, &url);
	if (problem == NULL && url.rest[0] != '\0')
		problem = "has something after host and port, be it one slash";
	if (problem == NULL && url.port != NULL &&
	    strcmp(url.port, url.is_https ? "443" : "80") == 0)
		problem = "names the port that goes without saying";
	if (problem != NULL) {
		draft_wrong(draft, given, "%s; write scheme, host and, where "
		    "needed, port: https://www.example.org", problem);
		return;
	}

	problem = scheme_problem(&url, draft->values.development);
	if (problem != NULL)
		draft_wrong(draft, given, "%s", problem);
}

static bool is_mount(const char *mount)
{
	if (!str_consists(mount, UPPER LOWER DIGIT "-._~/"))
		return false;

	/* "/a/b": each round takes one slash and one name. */
	while (mount[0] == '/') {
		size_t len = strcspn(mount + 1, "/");
		bool dots = strspn(mount + 1, ".") == len;

		/* "", "." and ".." are no names */
		if (dots && len <= 2)
			return false;
		mount += len + 1;
	}

	return mount[0] == '\0';
}

static void check_mount(struct draft *draft)
{
	struct draft_given *given = &draft->given[SITE_mount];

	if (!given->is_wrong && !is_mount(draft->values.mount))
		draft_wrong(draft, given, "is not a plain path; write one such "
		    "as \"/api\": a slash at the front, none at the end, "
		    "letters, digits and - . _ ~; or \"\"");
}

static const char *url_problem(struct draft *draft, const char *text)
{
	struct url url;
	const char *problem = parse(draft->pool, text, &url);

	if (problem != NULL)
		return pool_print(draft->pool,
		    "%s; write https://, a host and a path", problem);
	if (strchr(url.rest, '#') != NULL)
		return "has a fragment; take out what follows the #";
	if (!str_consists(url.rest, IN_QUERY))
		return "holds a sign that no URL may hold; percent-encode it";

	return scheme_problem(&url, draft->values.development);
}

static void check_url(struct draft *draft, const struct option *row,
    struct draft_given *given, const void *values)
{
	const char *const *text = options_member(row, values);
	const char *problem;

	if (row->kind != OPTION_URL || given->is_wrong || (*text)[0] == '\0')
		return;

	problem = url_problem(draft, *text);
	if (problem != NULL)
		draft_wrong(draft, given, "%s", problem);
}

void rules_url_check(struct draft *draft)
{
	check_base_url(draft);
	check_mount(draft);

	for (size_t i = 0; i < SITE_COUNT; i++)
		check_url(draft, &options_site[i], &draft->given[i],
		    &draft->values);

	for (size_t p = 0; p < draft->provider_count; p++) {
		struct draft_provider *provider = &draft->providers[p];

		for (size_t i = 0; i < PROVIDER_COUNT; i++)
			check_url(draft, &options_provider[i],
			    &provider->given[i], &provider->values);
	}
}
