/* SPDX-License-Identifier: ISC */
/*
 * Providers that hang, drip, flood or send us elsewhere: given up in time and
 * at the cap, nobody else hears of it, and nothing is redeemed twice.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "base/clock.h"
#include "base/str.h"
#include "support/flow.h"
#include "support/reject.h"
#include "support/stack.h"
#include "support/steer.h"
#include "support/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* All calls of one request together have 10 s; the rest is for a busy machine.
 * With a deadline for each call alone, discord's would need 14 s. */
#define MOST_MS 13000

#define HUNDRED_MB "104857600"

/* What a flood may cost at most; a sanitizer keeps freed memory for long. */
#ifdef __SANITIZE_ADDRESS__
#define GROWTH_KB (64 * 1024)
#else
#define GROWTH_KB (4 * 1024)
#endif

#define WORKERS_MOST 16

#define ROUNDS 5

/* A callback opened in a thread of its own. */
struct visit {
	const char *provider;
	struct browser *browser;
	const char *url;
	pthread_t thread;
	struct answer answer;
	int64_t ms;
};

static void *open_url(void *argument)
{
	struct visit *visit = argument;
	int64_t since = clock_mono_ms();

	visit->answer = browser_get(visit->browser, visit->url);
	visit->ms = clock_mono_ms() - since;
	return NULL;
}

/* Opens all callbacks at once and waits for their answers. */
static void open_all(struct visit *visits, size_t count)
{
	struct browser *browser = browser_new();

	for (size_t i = 0; i < count; i++)
		ck_assert_int_eq(pthread_create(&visits[i].thread, NULL,
		    open_url, &visits[i]), 0);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(browser_get(browser,
		    stack_url("/api/auth/providers")).status, 200);
	for (size_t i = 0; i < count; i++)
		pthread_join(visits[i].thread, NULL);
	browser_free(browser);
}

/* A reload: it is over, says how to go on, and redeems nothing. */
static void assert_used_up(const struct visit *visit)
{
	static const char *const as_page[] = {"Accept: text/html", NULL};
	size_t calls = flow_recorded(visit->provider, "token");
	struct reject before = reject_before();
	struct answer answer = browser_get(visit->browser, visit->url);

	reject_assert(visit->browser, &answer, 400, "state_mismatch", &before);
	answer = browser_send(visit->browser, "GET", visit->url, as_page,
	    NULL);
	ck_assert_int_eq(answer.status, 400);
	ck_assert_ptr_nonnull(strstr(answer.body, "Please start again."));
	ck_assert_ptr_nonnull(strstr(answer.body, "<a href="));
	ck_assert_uint_eq(flow_recorded(visit->provider, "token"), calls);
}

/*
 * google says nothing, other speaks too slowly, discord takes its time twice:
 * each of its calls would be in time.
 */
START_TEST(pf_01_and_rp_02_time_runs_out_and_a_reload_redeems_nothing)
{
	struct visit visits[] = {{.provider = "google"},
		{.provider = "other"}, {.provider = "discord"}};
	struct reject before = reject_before();

	for (size_t i = 0; i < COUNT(visits); i++) {
		visits[i].browser = browser_new();
		visits[i].url = reject_callback(visits[i].browser,
		    visits[i].provider, "");
	}
	steer_fault("google", "token", "delay", "15000");
	steer_fault("other", "token", "drip", "20");
	steer_fault("discord", "token", "delay", "7000");
	steer_fault("discord", "userinfo", "delay", "7000");
	open_all(visits, COUNT(visits));

	for (size_t i = 0; i < COUNT(visits); i++) {
		ck_assert_int_le(visits[i].ms, MOST_MS);
		reject_assert(visits[i].browser, &visits[i].answer, 504,
		    "provider_timeout", &before);
		assert_used_up(&visits[i]);
		ck_assert_uint_eq(flow_recorded(visits[i].provider, "token"),
		    1);
	}
	for (size_t i = 0; i < COUNT(visits); i++) {
		reject_nothing(visits[i].provider, "");
		browser_free(visits[i].browser);
	}
}
END_TEST

/* The most memory all workers have held since it was forgotten, in KB. */
static long peaks(bool forget)
{
	pid_t pids[WORKERS_MOST];
	size_t count = stack_workers(pids, WORKERS_MOST);
	long sum = 0;

	for (size_t i = 0; i < count; i++) {
		const char *text = text_of_file(text_print("/proc/%d/status",
		    (int)pids[i]));
		const char *at = strstr(text, "VmHWM:");
		FILE *file;
		long kb;

		ck_assert_int_eq(sscanf(at, "VmHWM: %ld", &kb), 1);
		sum += kb;
		if (!forget)
			continue;
		file = fopen(text_print("/proc/%d/clear_refs", (int)pids[i]),
		    "w");
		ck_assert_ptr_nonnull(file);
		ck_assert_int_gt(fprintf(file, "5\n"), 0);
		ck_assert_int_eq(fclose(file), 0);
	}
	return sum;
}

static void flood(const char *provider, const char *endpoint, const char *kind,
    const char *size)
{
	int64_t since = clock_mono_ms();

	steer_fault(provider, endpoint, kind, size);
	reject_answer(provider, "");
	ck_assert_int_lt(clock_mono_ms() - since, 5000);
}

static void flood_with_answers(void)
{
	static const char *const kinds[] = {"bloat", "bloat_unknown"};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		flood("google", "token", kinds[i], HUNDRED_MB);
		flood("discord", "token", kinds[i], HUNDRED_MB);
		flood("discord", "userinfo", kinds[i], HUNDRED_MB);
	}
}

static void flood_with_packed(void)
{
	flood("discord", "userinfo", "gzip", "8000000");
	flood("google", "token", "gzip", "8000000");
}

/*
 * How much memory a flood takes, in KB.  What its first round costs anyway
 * does not count: a worker pays it once, and again after a while without any,
 * but a flood that is kept is kept in each round.
 */
static long growth_by(void (*flood_all)(void))
{
	long least = LONG_MAX;

	if (geteuid() != 0) {
		puts("# only root sees how much memory a worker takes");
		flood_all();
		return 0;
	}
	for (int i = 0; i < ROUNDS; i++) {
		long before;
		long growth;

		peaks(true);
		before = peaks(false);
		flood_all();
		growth = peaks(false) - before;
		least = growth < least ? growth : least;
	}
	return least;
}

START_TEST(pf_04_a_flood_ends_at_the_cap_and_memory_stays_flat)
{
	ck_assert_int_lt(growth_by(flood_with_answers), GROWTH_KB);
}
END_TEST

START_TEST(pf_04_up_to_the_cap_an_answer_is_taken)
{
	static const char *const kinds[] = {"bloat", "bloat_unknown"};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		steer_fault("discord", "token", kinds[i], "262144");
		reject_nothing("discord", "");
		flood("discord", "token", kinds[i], "262145");
	}
}
END_TEST

START_TEST(pf_04_headers_have_a_cap_too)
{
	char line[4096];

	memset(line, 'a', sizeof(line));
	memcpy(line, "\"X-A: ", 6);
	memcpy(line + sizeof(line) - 2, "\"", 2);
	for (int i = 0; i < 10; i++)
		steer_fault("google", "token", "header", line);
	reject_answer("google", "");
	for (int i = 0; i < 6; i++)
		steer_fault("google", "token", "header", line);
	reject_nothing("google", "");
}
END_TEST

START_TEST(pf_06_what_is_packed_is_not_unpacked)
{
	ck_assert_int_lt(growth_by(flood_with_packed), GROWTH_KB);
}
END_TEST

/* 30x from an endpoint to a URL; nothing may be called but the endpoint. */
static void redirect(const char *provider, const char *endpoint,
    const char *url, const char *status)
{
	size_t others = flow_recorded("other", endpoint);
	size_t calls = flow_recorded(provider, endpoint);

	steer_fault(provider, endpoint, "redirect",
	    text_print("\"%s\"", url));
	steer_fault(provider, endpoint, "status", status);
	reject_answer(provider, "");
	ck_assert_uint_eq(flow_recorded(provider, endpoint), calls + 1);
	ck_assert_uint_eq(flow_recorded("other", endpoint), others);
}

START_TEST(pf_09_redirects_are_not_followed)
{
	static const char *const statuses[] = {"301", "302", "303", "307",
		"308"};
	const char *port = strrchr(stack_setting("PROVIDER_URL"), ':');

	for (size_t i = 0; i < COUNT(statuses); i++) {
		/* A second host: one that records what it receives. */
		redirect("google", "token", text_print(
		    "https://127.0.0.1%s/other/token", port), statuses[i]);
		redirect("discord", "userinfo", text_print(
		    "https://127.0.0.1%s/other/userinfo", port), statuses[i]);
	}
	redirect("discord", "token", text_print(
	    "https://127.0.0.1%s/other/token", port), "307");
	/* A body that would do does not help either. */
	steer_fault("discord", "userinfo", "header", "\"Location: /x\"");
	steer_fault("discord", "userinfo", "status", "307");
	reject_answer("discord", "");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("provider_faults");

	tcase_add_checked_fixture(t, flow_reset, NULL);
	tcase_add_test(t,
	    pf_01_and_rp_02_time_runs_out_and_a_reload_redeems_nothing);
	tcase_add_test(t,
	    pf_04_a_flood_ends_at_the_cap_and_memory_stays_flat);
	tcase_add_test(t, pf_04_up_to_the_cap_an_answer_is_taken);
	tcase_add_test(t, pf_04_headers_have_a_cap_too);
	tcase_add_test(t, pf_06_what_is_packed_is_not_unpacked);
	tcase_add_test(t, pf_09_redirects_are_not_followed);
	return t;
}

int main(void)
{
	Suite *s = suite_create("provider_faults");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	suite_add_tcase(s, tests());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
