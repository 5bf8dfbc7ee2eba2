/* SPDX-License-Identifier: ISC */
/*
 * A client over libcurl: a browser with its cookie jar, or a program without
 * one.  It follows no redirect by itself.  Each belongs to one thread.
 */
#ifndef SUPPORT_BROWSER_H
#define SUPPORT_BROWSER_H

#include <stdbool.h>
#include <stddef.h>

struct browser;

/* What came back; lives until browser_free. */
struct answer {
	long status;		/* 0 when no HTTP answer came */
	const char *head;	/* all header lines */
	const char *body;
	size_t size;
};

/* A new one, and its end; NULL is accepted. */
struct browser *browser_new(void);
void browser_free(struct browser *browser);

/*
 * Makes a request.  headers is NULL or NULL-terminated, each "Name: value";
 * body is NULL for none.
 */
struct answer browser_send(struct browser *browser, const char *method,
    const char *url, const char *const headers[], const char *body);

/* GET; GET with a bearer token; POST of JSON with its content type. */
struct answer browser_get(struct browser *browser, const char *url);
struct answer browser_get_as(struct browser *browser, const char *url,
    const char *token);
struct answer browser_post(struct browser *browser, const char *url,
    const char *json);

/* The value of a response header, NULL when absent; the n-th, from 0. */
const char *answer_header(struct browser *browser, const struct answer *answer,
    const char *name, int n);

/* A member of the JSON body as text (numbers and booleans too), or NULL. */
const char *answer_member(struct browser *browser, const struct answer *answer,
    const char *name);

/* A copy of an answer that lives as long as the program. */
struct answer answer_keep(const struct answer *answer);

/* The jar: a cookie's value or NULL, how many begin with prefix, set, drop. */
const char *browser_cookie(struct browser *browser, const char *name);
size_t browser_cookie_count(struct browser *browser, const char *prefix);
void browser_set_cookie(struct browser *browser, const char *name,
    const char *value);
void browser_drop_cookies(struct browser *browser);

#endif
