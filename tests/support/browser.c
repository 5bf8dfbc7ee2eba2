/* SPDX-License-Identifier: ISC */
/* One libcurl handle per browser; all that came back is in its pool. */
#include "support/browser.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <check.h>
#include <curl/curl.h>
#include <json-c/json.h>

#include "base/clock.h"
#include "base/pool.h"
#include "base/str.h"
#include "support/text.h"

#define TIMEOUT_S 30L

/* A line of a Netscape cookie file (seven fields). */
#define COOKIE_FIELDS 7

struct browser {
	CURL *curl;
	struct pool *pool;
};

static void init_library(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static CURL *handle_new(void)
{
	CURL *curl = curl_easy_init();

	ck_assert_ptr_nonnull(curl);
	/* An empty name: cookies are kept, but in no file. */
	curl_easy_setopt(curl, CURLOPT_COOKIEFILE, "");
	/* What a test writes is what is asked for, dots and all. */
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Mozilla/5.0 (test)");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	return curl;
}

struct browser *browser_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct pool *pool = pool_new();
	struct browser *browser = pool_alloc(pool, sizeof(*browser));

	pthread_once(&once, init_library);
	browser->pool = pool;
	browser->curl = handle_new();
	return browser;
}

void browser_free(struct browser *browser)
{
	if (browser == NULL)
		return;

	curl_easy_cleanup(browser->curl);
	pool_free(browser->pool);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *body)
{
	str_add_n(body, bytes, size * count);
	return size * count;
}

/* Only the last answer's lines: not those of a "100 Continue" before it. */
static size_t take_head(char *bytes, size_t size, size_t count, void *text)
{
	struct str *head = text;

	if (size * count >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
		str_init(head, head->pool);
	str_add_n(head, bytes, size * count);
	return size * count;
}

/* libcurl would name a form as the type of a body that has no other. */
static struct curl_slist *header_list(const char *const headers[])
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	bool has_type = false;

	for (size_t i = 0; headers != NULL && headers[i] != NULL; i++) {
		list = curl_slist_append(list, headers[i]);
		if (strncasecmp(headers[i], "Content-Type:", 13) == 0)
			has_type = true;
	}
	if (!has_type)
		list = curl_slist_append(list, "Content-Type:");
	return list;
}

static bool has_body(const char *method)
{
	return strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	    strcmp(method, "PATCH") == 0;
}

static void set_request(CURL *curl, const char *method, const char *url,
    const char *body)
{
	/* Also forgets the body, or the lack of one, of the last request. */
	curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	if (body == NULL && has_body(method))
		body = "";
	if (body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)strlen(body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_URL, url);
}

struct answer browser_send(struct browser *browser, const char *method,
    const char *url, const char *const headers[], const char *body)
{
	struct curl_slist *list = header_list(headers);
	CURL *curl = browser->curl;
	struct answer answer = {.status = 0};
	struct str head;
	struct str text;
	CURLcode rc;

	str_init(&head, browser->pool);
	str_init(&text, browser->pool);
	set_request(curl, method, url, body);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_head);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &head);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
	rc = curl_easy_perform(curl);
	curl_slist_free_all(list);

	if (rc == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE,
		    &answer.status);
	else
		str_print(&text, "\n(curl: %s)", curl_easy_strerror(rc));
	answer.head = head.text;
	answer.body = text.text;
	answer.size = text.len;
	return answer;
}

struct answer browser_get(struct browser *browser, const char *url)
{
	return browser_send(browser, "GET", url, NULL, NULL);
}

struct answer browser_get_as(struct browser *browser, const char *url,
    const char *token)
{
	const char *const headers[] = {pool_print(browser->pool,
	    "Authorization: Bearer %s", token), NULL};

	return browser_send(browser, "GET", url, headers, NULL);
}

struct answer browser_post(struct browser *browser, const char *url,
    const char *json)
{
	static const char *const headers[] = {"Content-Type: application/json",
		NULL};

	return browser_send(browser, "POST", url, headers, json);
}

const char *answer_header(struct browser *browser, const struct answer *answer,
    const char *name, int n)
{
	size_t len = strlen(name);
	const char *at = answer->head;

	while ((at = strchr(at, '\n')) != NULL) {
		at++;
		if (strncasecmp(at, name, len) != 0 || at[len] != ':' ||
		    n-- > 0)
			continue;
		at += len + 1;
		at += strspn(at, " \t");
		return pool_text_n(browser->pool, at, strcspn(at, "\r\n"));
	}

	return NULL;
}

const char *answer_member(struct browser *browser, const struct answer *answer,
    const char *name)
{
	json_object *object = json_tokener_parse(answer->body);
	const char *text = NULL;
	json_object *value;

	if (json_object_is_type(object, json_type_object) &&
	    json_object_object_get_ex(object, name, &value) && value != NULL)
		text = pool_text(browser->pool, json_object_get_string(value));
	json_object_put(object);
	return text;
}

struct answer answer_keep(const struct answer *answer)
{
	return (struct answer){
	    .status = answer->status,
	    .head = text_print("%s", answer->head),
	    .body = text_copy(answer->body, answer->size),
	    .size = answer->size};
}

/*
 * The value of a cookie-file line whose name begins with prefix, "" when it
 * is empty, NULL when it is another's; *name is the whole name.
 */
static const char *cookie_of_line(struct browser *browser, const char *line,
    const char *prefix, const char **name)
{
	const char *fields[COOKIE_FIELDS] = {line};
	long long expires;

	for (size_t i = 1; i < COOKIE_FIELDS; i++) {
		fields[i] = strchr(fields[i - 1], '\t');
		if (fields[i] == NULL)
			return NULL;
		fields[i]++;
	}
	/* libcurl still lists what has expired; 0 is the session's end. */
	expires = strtoll(fields[4], NULL, 10);
	if (!str_begins(fields[5], prefix) ||
	    (expires != 0 && expires <= clock_now_ms() / 1000))
		return NULL;

	*name = pool_text_n(browser->pool, fields[5], strcspn(fields[5],
	    "\t"));
	return pool_text(browser->pool, fields[6]);
}

const char *browser_cookie(struct browser *browser, const char *name)
{
	struct curl_slist *all = NULL;
	const char *value = NULL;
	const char *found;

	curl_easy_getinfo(browser->curl, CURLINFO_COOKIELIST, &all);
	for (struct curl_slist *at = all; at != NULL && value == NULL;
	    at = at->next) {
		value = cookie_of_line(browser, at->data, name, &found);
		if (value != NULL && strcmp(found, name) != 0)
			value = NULL;
	}
	curl_slist_free_all(all);
	return value;
}

size_t browser_cookie_count(struct browser *browser, const char *prefix)
{
	struct curl_slist *all = NULL;
	const char *found;
	size_t count = 0;

	curl_easy_getinfo(browser->curl, CURLINFO_COOKIELIST, &all);
	for (struct curl_slist *at = all; at != NULL; at = at->next)
		if (cookie_of_line(browser, at->data, prefix, &found) != NULL)
			count++;
	curl_slist_free_all(all);
	return count;
}

void browser_set_cookie(struct browser *browser, const char *name,
    const char *value)
{
	curl_easy_setopt(browser->curl, CURLOPT_COOKIELIST,
	    pool_print(browser->pool,
		"#HttpOnly_localhost\tFALSE\t/\tTRUE\t0\t%s\t%s", name,
		value));
}

void browser_drop_cookies(struct browser *browser)
{
	curl_easy_setopt(browser->curl, CURLOPT_COOKIELIST, "ALL");
}
