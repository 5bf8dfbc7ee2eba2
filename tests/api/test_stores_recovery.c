/* SPDX-License-Identifier: ISC */
/*
 * PostgreSQL that runs and is no use yet: still recovering, a standby that
 * may only be read, or with every connection taken.  Nothing is half made,
 * sessions go on, and once it is whole everything works without a restart.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <libpq-fe.h>

#include "base/clock.h"
#include "support/flow.h"
#include "support/outage.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"
#include "support/wait.h"

/* More than the server has. */
#define CONNECTIONS_MOST 250

/* How often the service is asked so that each worker is. */
#define ASKED 20

static struct browser *browser;
static struct flow_tokens tokens;

/* A file in the cluster's directory. */
static const char *in_cluster(const char *name)
{
	return text_print("%s/pg/%s", stack_dir(), name);
}

static void touch(const char *path)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fclose(file);
}

/* What pg_ctl promote does. */
static void promote(void)
{
	const char *pid = text_of_file(in_cluster("postmaster.pid"));

	ck_assert_ptr_nonnull(pid);
	touch(in_cluster("promote"));
	ck_assert_int_eq(kill((pid_t)strtol(pid, NULL, 10), SIGUSR1), 0);
}

static void setup(void)
{
	/* A test that failed may have left a standby. */
	if (access(in_cluster("standby.signal"), F_OK) == 0) {
		stack_service("stop", "postgres");
		ck_assert_int_eq(unlink(in_cluster("standby.signal")), 0);
	}
	outage_begin();
	stack_sql("alter system reset hot_standby");
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "recovery");
}

static void teardown(void)
{
	browser_free(browser);
}

static void must_not_be_ready(void)
{
	struct answer answer = browser_get(browser,
	    stack_local_url("/health/ready"));

	ck_assert_int_eq(answer.status, 503);
	ck_assert_str_eq(answer_member(browser, &answer, "postgresql"),
	    "down");
	ck_assert_str_eq(answer_member(browser, &answer, "redis"), "ok");
}

/* A sign-in of somebody new, up to its callback: any answer. */
static struct answer newcomer(struct browser *own, const char *subject)
{
	return browser_get(own, flow_consent_as(own, "google",
	    flow_start(own, "google"), subject));
}

static void must_be_refused(const char *subject)
{
	struct browser *own = browser_new();
	struct answer answer = newcomer(own, subject);

	outage_must_be_unavailable(own, &answer);
	browser_free(own);
}

static void must_come_in_within(const char *subject, int ms)
{
	int64_t until = clock_mono_ms() + ms;
	struct browser *own = browser_new();
	struct answer answer = newcomer(own, subject);

	while (answer.status != 200 && clock_mono_ms() < until)
		answer = newcomer(own, subject);
	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	browser_free(own);
}

/* What lives in Redis is refreshed, and ended. */
static void sessions_must_go_on(struct flow_tokens other)
{
	tokens = tokens_refresh(browser, tokens.refresh);
	ck_assert_int_eq(tokens_logout(browser, other.refresh), 204);
	tokens_assert_dead(browser, other.refresh);
}

static long made(const char *subject)
{
	return stack_count(text_print("select (select count(*) from users "
	    "where oauth_id = '%s') + (select count(*) from "
	    "oauth_linked_accounts where oauth_id = '%s')", subject,
	    subject));
}

START_TEST(rs_02_a_standby_makes_no_account_until_it_is_promoted)
{
	struct flow_tokens other = flow_sign_in(browser, "google", "recovery");

	stack_service("stop", "postgres");
	touch(in_cluster("standby.signal"));
	stack_service("start", "postgres");
	ck_assert_str_eq(stack_sql("select pg_is_in_recovery()"), "t");
	must_be_refused("standby");
	must_be_refused("standby");
	/* Whoever is known, too: it could not be written down. */
	must_be_refused("recovery");
	ck_assert(tokens_open(browser, tokens.access));
	sessions_must_go_on(other);
	ck_assert_int_eq(made("standby"), 0);

	promote();
	must_come_in_within("standby", OUTAGE_RECOVERY_MS);
	outage_is_over();
	ck_assert_int_eq(made("standby"), 2);
}
END_TEST

/* What cannot be finished is not taken, and can be finished afterwards. */
START_TEST(rs_02_a_callback_at_a_standby_is_finished_when_it_is_promoted)
{
	const char *callback = flow_consent_as(browser, "google",
	    flow_start(browser, "google"), "patient");
	struct answer answer;

	stack_service("stop", "postgres");
	touch(in_cluster("standby.signal"));
	stack_service("start", "postgres");
	must_not_be_ready();
	answer = browser_get(browser, callback);
	outage_must_be_unavailable(browser, &answer);
	must_not_be_ready();
	ck_assert_ptr_nonnull(strstr(stack_log(), "PostgreSQL is a standby"));

	promote();
	outage_is_over();
	answer = browser_get(browser, callback);
	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	ck_assert_int_eq(made("patient"), 2);
}
END_TEST

START_TEST(rs_02_a_server_that_may_only_be_read_is_not_ready)
{
	stack_sql("alter role latchkey set default_transaction_read_only = "
	    "on");
	outage_hang_up();
	must_be_refused("reader");
	/* Last, as this ends a session that its worker has only read with. */
	for (int i = 0; i < ASKED; i++)
		must_not_be_ready();

	/* A session keeps what it began with, so none may be kept. */
	stack_sql("alter role latchkey reset default_transaction_read_only");
	for (int i = 0; i < ASKED; i++)
		ck_assert(stack_is_ready_within(0));
	outage_is_over();
	ck_assert_int_eq(made("reader"), 0);
	must_come_in_within("reader", OUTAGE_RECOVERY_MS);
}
END_TEST

/* Returns when the server takes connections. */
static void *start_postgres(void *argument)
{
	(void)argument;
	stack_service("start", "postgres");
	return NULL;
}

/* Whether the server runs and says that it is not ready. */
static bool is_starting(void)
{
	return PQping(stack_setting("PG_CONNINFO")) == PQPING_REJECT;
}

START_TEST(rs_02_a_server_in_recovery_is_503_until_it_is_done)
{
	struct flow_tokens other = flow_sign_in(browser, "google", "recovery");
	int64_t until = clock_mono_ms() + 20000;
	pthread_t starter;
	struct answer answer;

	stack_sql("alter system set hot_standby = off");
	stack_service("stop", "postgres");
	touch(in_cluster("standby.signal"));
	ck_assert_int_eq(pthread_create(&starter, NULL, start_postgres, NULL),
	    0);
	while (!is_starting())
		ck_assert(wait_more(until));
	must_be_refused("recovering");
	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	outage_must_be_unavailable(browser, &answer);
	must_not_be_ready();
	sessions_must_go_on(other);

	promote();
	pthread_join(starter, NULL);
	stack_sql("alter system reset hot_standby");
	outage_is_over();
	ck_assert_int_eq(made("recovering"), 0);
	must_come_in_within("recovering", 0);
	ck_assert_int_eq(made("recovering"), 2);
}
END_TEST

/* Takes whatever connection is left to those who are not superusers. */
static size_t take_all(PGconn **taken)
{
	const char *conninfo = text_print("host=%s/run dbname=latchkey "
	    "user=latchkey_owner", stack_dir());

	for (size_t i = 0; i < CONNECTIONS_MOST; i++) {
		taken[i] = PQconnectdb(conninfo);
		if (PQstatus(taken[i]) != CONNECTION_OK) {
			PQfinish(taken[i]);
			return i;
		}
	}
	ck_abort_msg("connections have no end");
}

START_TEST(rs_02_with_every_connection_taken_it_is_503)
{
	struct flow_tokens other = flow_sign_in(browser, "google", "recovery");
	PGconn *taken[CONNECTIONS_MOST];
	struct answer answer;
	size_t count;

	outage_hang_up();
	count = take_all(taken);
	ck_assert_uint_gt(count, 0);
	must_be_refused("crowded-out");
	answer = browser_get_as(browser, stack_url("/api/users/me"),
	    tokens.access);
	outage_must_be_unavailable(browser, &answer);
	sessions_must_go_on(other);

	for (size_t i = 0; i < count; i++)
		PQfinish(taken[i]);
	outage_is_over();
	ck_assert_int_eq(made("crowded-out"), 0);
	must_come_in_within("crowded-out", OUTAGE_RECOVERY_MS);
	ck_assert(tokens_open(browser, tokens.access));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stores_recovery");
	TCase *t = tcase_create("stores_recovery");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rs_02_a_standby_makes_no_account_until_it_is_promoted);
	tcase_add_test(t,
	    rs_02_a_callback_at_a_standby_is_finished_when_it_is_promoted);
	tcase_add_test(t, rs_02_a_server_in_recovery_is_503_until_it_is_done);
	tcase_add_test(t, rs_02_with_every_connection_taken_it_is_503);
	tcase_add_test(t, rs_02_a_server_that_may_only_be_read_is_not_ready);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
