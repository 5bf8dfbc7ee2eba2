/* SPDX-License-Identifier: ISC */
/*
 * In place of client/fetch.c: providers that say what the test has scripted.
 * Calls must come in the script's order, each to the URL it names.
 */
#ifndef SUPPORT_FAKE_FETCH_H
#define SUPPORT_FAKE_FETCH_H

#include <stddef.h>

#include "client/fetch.h"

/* An empty script; give it back with fake_fetch_end. */
void fake_fetch_begin(void);

/* Ends the script; a call it holds that was not made is a failing test. */
void fake_fetch_end(void);

/* The next call is to url and answered 200 with this JSON. */
void fake_fetch_says(const char *url, const char *json);

/* The next call is to url and answered so; body's length is its text's. */
void fake_fetch_answers(const char *url, struct fetch_answer answer);

/* The next call is to url and fails with rc. */
void fake_fetch_fails(const char *url, enum rc rc);

/* How many calls were made. */
size_t fake_fetch_count(void);

/* Call i of those that were made; it lives until fake_fetch_end. */
const struct fetch_request *fake_fetch_call(size_t i);

#endif
