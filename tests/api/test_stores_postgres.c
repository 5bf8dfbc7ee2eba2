/* SPDX-License-Identifier: ISC */
/*
 * PostgreSQL stopped, restarted, frozen or full: what lives in Redis goes on.
 * Each worker has one connection to each store here, so that whoever kept one
 * would stop everybody else.
 */
#include <pthread.h>
#include <string.h>

#include <check.h>

#include "base/clock.h"
#include "support/admin.h"
#include "support/flow.h"
#include "support/outage.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"

#define WORKERS 2

/* A request's whole budget is 10 s; the rest is for a busy machine. */
#define BUDGET_MS 13000

/* Without PostgreSQL in the way, but on a busy machine. */
#define CROWD 32	/* twice as many as there are threads */
#define QUICK_MS 2000

/* What a busy machine exceeds, but not each time. */
#define EVENT_MS 1800
#define TRIES	 3

static struct browser *browser;
static struct flow_tokens tokens;
static const char *access_token;	/* for threads: refreshing keeps it */

static void setup(void)
{
	outage_begin();
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "postgres-down");
	access_token = tokens.access;
}

/* Whatever a test did: the same workers serve again. */
static void teardown(void)
{
	outage_is_over();
	tokens = flow_sign_in(browser, "google", "postgres-up");
	ck_assert_int_eq(browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access).status, 200);
	browser_free(browser);
}

/* Refreshes within ms and keeps the new tokens. */
static void must_refresh_within(int ms)
{
	int64_t since = clock_mono_ms();
	struct answer answer = flow_refresh(browser, tokens.refresh);

	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	ck_assert_int_lt(clock_mono_ms() - since, ms);
	tokens.access = answer_member(browser, &answer, "access_token");
	tokens.refresh = answer_member(browser, &answer, "refresh_token");
}

/* logout-all where all is set, else logout: 204, and it holds. */
static void must_log_out(bool all)
{
	const char *const headers[] = {"Content-Type: application/json",
		text_print("Authorization: Bearer %s", tokens.access), NULL};
	struct answer answer = browser_send(browser, "POST",
	    stack_url(all ? "/api/auth/logout-all" : "/api/auth/logout"),
	    headers,
	    text_print("{\"refresh_token\": \"%s\"}", tokens.refresh));

	ck_assert_msg(answer.status == 204, "%ld %s", answer.status,
	    answer.body);
	answer = flow_refresh(browser, tokens.refresh);
	flow_assert_problem(browser, &answer, 401, "invalid_refresh_token");
}

/* The line of the log that holds the event. */
static const char *logged(const char *kind, const char *user)
{
	const char *at = stack_log();
	const char *line = "";

	while ((at = strstr(at, "event=unstored_event")) != NULL) {
		line = text_copy(at, strcspn(at, "\n"));
		at += strlen(line);
		if (strstr(line, text_print("kind=%s ", kind)) != NULL)
			break;
		line = "";
	}
	ck_assert_msg(line[0] != '\0', "no unstored %s in the log", kind);
	ck_assert_ptr_nonnull(strstr(line, text_print("user=%s", user)));
	ck_assert_ptr_nonnull(strstr(line, "request_id="));
	return line;
}

/* The log holds what a user did, complete. */
static void must_be_logged(const char *kind, const char *user)
{
	const char *line = logged(kind, user);

	ck_assert_ptr_nonnull(strstr(line, "session="));
	ck_assert_ptr_nonnull(strstr(line, "address=127.0.0.1"));
}

static const char *user_id(const char *subject)
{
	return stack_sql(text_print("select user_id from "
	    "oauth_linked_accounts where oauth_id = '%s'", subject));
}

START_TEST(rs_02_postgresql_stopped_leaves_sessions_alone)
{
	const char *user = user_id("postgres-down");
	struct answer answer;
	const char *member;

	stack_service("stop", "postgres");
	must_refresh_within(QUICK_MS);
	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	outage_must_be_unavailable(browser, &answer);
	must_log_out(false);
	must_be_logged("signed_out", user);

	answer = browser_get(browser, stack_url("/api/auth/providers"));
	ck_assert_int_eq(answer.status, 200);
	answer = browser_get(browser, stack_local_url("/health/live"));
	ck_assert_int_eq(answer.status, 200);
	answer = browser_get(browser, stack_local_url("/health/ready"));
	ck_assert_int_eq(answer.status, 503);
	member = answer_member(browser, &answer, "postgresql");
	ck_assert_ptr_nonnull(member);
	ck_assert_str_eq(member, "down");
	member = answer_member(browser, &answer, "redis");
	ck_assert_ptr_nonnull(member);
	ck_assert_str_eq(member, "ok");

	stack_service("start", "postgres");
	outage_is_over();
	ck_assert_int_eq(stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and kind = 'signed_out'", user)), 0);
}
END_TEST

START_TEST(rs_02_every_session_can_be_ended_without_postgresql)
{
	const char *user = user_id("postgres-down");

	stack_service("stop", "postgres");
	must_log_out(true);
	must_be_logged("signed_out_everywhere", user);
	stack_service("start", "postgres");
	outage_is_over();
}
END_TEST

START_TEST(an_administrator_can_end_sessions_without_postgresql)
{
	const char *user = user_id("postgres-down");
	struct answer answer;

	stack_service("stop", "postgres");
	answer = admin_ask(browser, "DELETE", user, "/sessions", NULL);
	ck_assert_msg(answer.status == 204, "%ld %s", answer.status,
	    answer.body);
	answer = flow_refresh(browser, tokens.refresh);
	flow_assert_problem(browser, &answer, 401, "invalid_refresh_token");
	ck_assert_ptr_nonnull(strstr(logged("sessions_ended", user),
	    "actor=admin"));
	stack_service("start", "postgres");
	outage_is_over();
}
END_TEST

START_TEST(rs_02_a_sign_in_without_postgresql_makes_no_half_account)
{
	struct browser *person = browser_new();
	const char *callback;
	const char *sessions;
	struct answer answer;

	flow_next("{\"provider\": \"google\", \"subject\": \"half\"}");
	callback = flow_consent(person, flow_start(person, "google"));
	sessions = stack_redis("EVAL",
	    "return #redis.call('KEYS', 'latchkey:refresh_token:*')", "0",
	    NULL);
	stack_service("stop", "postgres");
	answer = browser_get(person, callback);
	outage_must_be_unavailable(browser, &answer);

	stack_service("start", "postgres");
	outage_is_over();
	ck_assert_int_eq(stack_count("select count(*) from users where "
	    "oauth_id = 'half'"), 0);
	ck_assert_int_eq(stack_count("select count(*) from "
	    "oauth_linked_accounts where oauth_id = 'half'"), 0);
	ck_assert_str_eq(stack_redis("EVAL",
	    "return #redis.call('KEYS', 'latchkey:refresh_token:*')", "0",
	    NULL), sessions);

	/* Nothing was taken: the same callback can be finished now. */
	answer = browser_get(person, callback);
	ck_assert_int_eq(answer.status, 200);
	browser_free(person);
}
END_TEST

START_TEST(the_first_request_after_a_restart_of_postgresql_succeeds)
{
	stack_service("stop", "postgres");
	stack_service("start", "postgres");
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(browser_get_as(browser,
		    stack_url("/api/users/me"), tokens.access).status, 200);
}
END_TEST

static void read_profile(struct browser *own, size_t i, void *argument)
{
	long *statuses = argument;

	statuses[i] = browser_get_as(own, stack_url("/api/users/me"),
	    access_token).status;
}

static void *freeze_out(void *argument)
{
	race_run(6, read_profile, argument);
	return NULL;
}

static void *crowd(void *argument)
{
	race_run(CROWD, read_profile, argument);
	return NULL;
}

START_TEST(rs_03_a_frozen_postgresql_holds_up_only_who_needs_it)
{
	long statuses[6] = {0};
	struct flow_tokens leaving[TRIES];
	pthread_t thread;
	int64_t since;
	bool quick = false;

	for (size_t i = 0; i < TRIES; i++)
		leaving[i] = flow_sign_in(browser, "google", "leaving");
	stack_service("pause", "postgres");
	since = clock_mono_ms();
	ck_assert_int_eq(pthread_create(&thread, NULL, freeze_out, statuses),
	    0);
	while (clock_mono_ms() - since < 4000)
		must_refresh_within(QUICK_MS);
	pthread_join(thread, NULL);
	ck_assert_int_lt(clock_mono_ms() - since, BUDGET_MS);
	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(statuses[i], 503);

	/* An event may cost a second, not the two that a statement may. */
	for (size_t i = 0; i < TRIES && !quick; i++) {
		tokens = leaving[i];
		since = clock_mono_ms();
		must_log_out(false);
		quick = clock_mono_ms() - since < EVENT_MS;
	}
	ck_assert(quick);
	stack_service("resume", "postgres");
	outage_is_over();
}
END_TEST

START_TEST(rs_03_a_frozen_postgresql_does_not_hold_every_thread)
{
	long statuses[CROWD] = {0};
	pthread_t thread;
	int64_t since;

	/* The first crowd finds out; whoever comes then is refused at once. */
	stack_service("pause", "postgres");
	crowd(statuses);
	ck_assert_int_eq(pthread_create(&thread, NULL, crowd, statuses), 0);
	since = clock_mono_ms();
	while (clock_mono_ms() - since < 2000)
		must_refresh_within(QUICK_MS);
	pthread_join(thread, NULL);
	for (size_t i = 0; i < CROWD; i++)
		ck_assert_int_eq(statuses[i], 503);

	stack_service("resume", "postgres");
	outage_is_over();
}
END_TEST

START_TEST(rs_02_a_server_out_of_connections_is_503_until_it_has_some)
{
	struct answer answer;

	stack_sql("alter role latchkey connection limit 0");
	outage_hang_up();
	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	outage_must_be_unavailable(browser, &answer);
	must_refresh_within(QUICK_MS);

	stack_sql("alter role latchkey connection limit -1");
	outage_is_over();
}
END_TEST

struct crowd {
	size_t answered[16];
};

static void read_and_refresh(struct browser *own, size_t i, void *argument)
{
	struct crowd *crowd = argument;
	const char *refresh = tokens.refresh;

	for (int round = 0; round < 10; round++) {
		struct answer answer = browser_get_as(own,
		    stack_url("/api/users/me"), tokens.access);

		crowd->answered[i] += answer.status == 200;
		answer = flow_refresh(own, refresh);
		crowd->answered[i] += answer.status == 200;
	}
}

START_TEST(sixteen_clients_share_one_connection_per_store)
{
	struct crowd crowd = {.answered = {0}};

	race_run(16, read_and_refresh, &crowd);
	for (size_t i = 0; i < 16; i++)
		ck_assert_uint_eq(crowd.answered[i], 20);
	ck_assert_int_le(stack_count("select count(*) from pg_stat_activity "
	    "where usename = 'latchkey'"), WORKERS);
}
END_TEST

int main(void)
{
	static const char *const arguments[] = {"--set", "postgres.pool=1",
		"--set", "redis.pool=1", NULL};
	Suite *s = suite_create("stores_postgres");
	TCase *t = tcase_create("stores_postgres");
	SRunner *r;
	int n;

	if (!stack_begin(arguments))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rs_02_postgresql_stopped_leaves_sessions_alone);
	tcase_add_test(t, rs_02_every_session_can_be_ended_without_postgresql);
	tcase_add_test(t, an_administrator_can_end_sessions_without_postgresql);
	tcase_add_test(t,
	    rs_02_a_sign_in_without_postgresql_makes_no_half_account);
	tcase_add_test(t,
	    the_first_request_after_a_restart_of_postgresql_succeeds);
	tcase_add_test(t, rs_03_a_frozen_postgresql_holds_up_only_who_needs_it);
	tcase_add_test(t,
	    rs_03_a_frozen_postgresql_does_not_hold_every_thread);
	tcase_add_test(t,
	    rs_02_a_server_out_of_connections_is_503_until_it_has_some);
	tcase_add_test(t, sixteen_clients_share_one_connection_per_store);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
