/* SPDX-License-Identifier: ISC */
/* Threads only count; only the caller's thread fails the test. */
#include "support/load.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "support/browser.h"
#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

/* A browser keeps its answers: a new one after so many. */
#define BROWSER_MOST 200

struct client {
	struct load *load;
	pthread_t thread;
	const char *access;
	const char *refresh;
	struct load_result result;
};

struct load {
	size_t count;
	struct client *clients;
	atomic_bool over;
	atomic_size_t sent;
};

static void count(struct client *client, const char *what, long wanted,
    const struct answer *answer, int64_t since_ms)
{
	struct load_result *result = &client->result;
	int64_t ms = clock_mono_ms() - since_ms;

	atomic_fetch_add(&client->load->sent, 1);
	result->sent++;
	if (answer->status != wanted) {
		if (result->failed++ == 0)
			result->first = text_print("%s: %ld %s", what,
			    answer->status, answer->body);
	} else if (ms > result->worst_ms) {
		result->worst_ms = ms;
	}
}

static void read_profile(struct client *client, struct browser *browser)
{
	int64_t since = clock_mono_ms();
	struct answer answer = browser_get_as(browser,
	    stack_url("/api/users/me"), client->access);

	count(client, "users/me", 200, &answer, since);
}

static void start_sign_in(struct client *client, struct browser *browser)
{
	int64_t since = clock_mono_ms();
	struct answer answer = browser_get(browser,
	    stack_url("/api/auth/google"));

	count(client, "sign-in", 303, &answer, since);
	browser_drop_cookies(browser);
}

static struct answer refresh(struct client *client, struct browser *browser)
{
	struct answer answer = flow_refresh(browser, client->refresh);

	if (answer.status == 200) {
		client->access = text_print("%s",
		    answer_member(browser, &answer, "access_token"));
		client->refresh = text_print("%s",
		    answer_member(browser, &answer, "refresh_token"));
	}
	return answer;
}

static void refresh_counted(struct client *client, struct browser *browser)
{
	int64_t since = clock_mono_ms();
	struct answer answer = refresh(client, browser);

	count(client, "refresh", 200, &answer, since);
}

static void *run(void *argument)
{
	struct client *client = argument;

	while (!atomic_load(&client->load->over)) {
		struct browser *browser = browser_new();

		for (int i = 0; i < BROWSER_MOST &&
		    !atomic_load(&client->load->over); i++) {
			if (i % 10 == 3)
				refresh_counted(client, browser);
			else if (i % 10 == 7)
				start_sign_in(client, browser);
			else
				read_profile(client, browser);
		}
		browser_free(browser);
	}
	return NULL;
}

static void sign_in(struct client *client, size_t number)
{
	struct browser *browser = browser_new();
	struct flow_tokens tokens = flow_sign_in(browser, "google",
	    text_print("load-%d-%zu", (int)getpid(), number));

	client->access = text_print("%s", tokens.access);
	client->refresh = text_print("%s", tokens.refresh);
	browser_free(browser);
}

struct load *load_begin(size_t count)
{
	struct load *load = calloc(1, sizeof(*load));

	ck_assert_ptr_nonnull(load);
	load->count = count;
	load->clients = calloc(count, sizeof(*load->clients));
	ck_assert_ptr_nonnull(load->clients);
	for (size_t i = 0; i < count; i++) {
		load->clients[i].load = load;
		load->clients[i].result.first = "";
		sign_in(&load->clients[i], i);
	}
	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(pthread_create(&load->clients[i].thread, NULL,
		    run, &load->clients[i]), 0);
	return load;
}

size_t load_sent(struct load *load)
{
	return atomic_load(&load->sent);
}

static void must_be_signed_in(struct client *client)
{
	struct browser *browser = browser_new();
	struct answer answer = refresh(client, browser);

	ck_assert_msg(answer.status == 200, "a client lost its session: %ld %s",
	    answer.status, answer.body);
	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    client->access);
	ck_assert_msg(answer.status == 200, "a client lost its user: %ld %s",
	    answer.status, answer.body);
	browser_free(browser);
}

struct load_result load_end(struct load *load)
{
	struct load_result sum = {.first = ""};

	atomic_store(&load->over, true);
	for (size_t i = 0; i < load->count; i++)
		pthread_join(load->clients[i].thread, NULL);

	for (size_t i = 0; i < load->count; i++) {
		const struct load_result *one = &load->clients[i].result;

		must_be_signed_in(&load->clients[i]);
		sum.sent += one->sent;
		sum.failed += one->failed;
		if (one->worst_ms > sum.worst_ms)
			sum.worst_ms = one->worst_ms;
		if (sum.first[0] == '\0')
			sum.first = one->first;
	}
	free(load->clients);
	free(load);
	return sum;
}
