/* SPDX-License-Identifier: ISC */
/* latchkeyctl sessions, events, prune and provider on the running stack. */
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <check.h>

#include "auth/provider.h"
#include "base/clock.h"
#include "base/op.h"
#include "client/js.h"
#include "support/attempt.h"
#include "support/ctl.h"
#include "support/link.h"
#include "support/reconfigure.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

static struct browser *alice;
static struct browser *bob;
static struct op *op;

static void setup(void)
{
	flow_reset();
	ctl_use(NULL);
	alice = browser_new();
	bob = browser_new();
	op = op_new(NULL, 60000);
}

static void teardown(void)
{
	op_free(op);
	browser_free(alice);
	browser_free(bob);
}

static const struct js *list(const char *text, const char *name)
{
	const struct js *value;
	enum rc rc = js_parse(op, text, strlen(text), &value);

	ck_assert_msg(rc == RC_OK, "%s: %s", op_reason(op), text);
	ck_assert_int_eq(js_type(js_get(value, name)), JS_ARRAY);
	return js_get(value, name);
}

/* Every text of a list's objects is in the table, too. */
static void assert_table_has(const char *table, const struct js *array,
    const char *member)
{
	for (size_t i = 0; i < js_count(array); i++) {
		const char *value = js_text(js_at(array, i), member);

		ck_assert_msg(value == NULL || strstr(table, value) != NULL,
		    "no %s in %s", value, table);
	}
	ck_assert_uint_eq(ctl_count(table, "\n"), js_count(array) + 1);
}

START_TEST(sessions_are_listed_and_ended_one_by_one_or_all)
{
	struct flow_tokens first = flow_sign_in(alice, "google", "listed");
	struct flow_tokens second = flow_sign_in(bob, "google", "listed");
	struct flow_tokens third = flow_sign_in(bob, "google", "listed");
	const char *id = attempt_me(alice, first, "id");
	const struct js *sessions = list(ctl_says("sessions", "list",
	    "--json", id, NULL), "sessions");
	const char *table = ctl_says("sessions", "list", id, NULL);
	const char *newest;

	ck_assert_uint_eq(js_count(sessions), 3);
	assert_table_has(table, sessions, "id");
	assert_table_has(table, sessions, "created_at");
	ck_assert_str_eq(js_text(js_at(sessions, 0), "provider"), "google");

	newest = js_text(js_at(sessions, 0), "id");
	ctl_says("sessions", "end", id, stack_sql(text_print(
	    "select upper('%s')", newest)), NULL);
	ck_assert(!tokens_open(bob, third.access));
	ck_assert(tokens_open(alice, first.access));
	ck_assert(tokens_open(bob, second.access));
	ctl_fails(EX_NOUSER, newest, "sessions", "end", id, newest, NULL);

	ctl_says("sessions", "end", "listed@gmail.com", NULL);
	ck_assert(!tokens_open(alice, first.access));
	tokens_assert_dead(bob, second.refresh);
	ck_assert_uint_eq(js_count(list(ctl_says("sessions", "list",
	    "--json", id, NULL), "sessions")), 0);
	ck_assert_int_eq(stack_count(text_print("select count(*) from events "
	    "where user_id = '%s' and actor = 'latchkeyctl'", id)), 2);
}
END_TEST

/* Says which event PostgreSQL will not know of, and nothing else. */
static void assert_ended_without_event(const struct program_end *end,
    const char *id, const char *kind)
{
	ck_assert_msg(end->code == EX_OK, "%d: %s", end->code, end->err);
	ck_assert_ptr_nonnull(strstr(end->out, id));
	ck_assert_uint_eq(ctl_count(end->err, "\n"), 1);
	ck_assert_ptr_nonnull(strstr(end->err, text_print(
	    "event=unstored_event kind=%s user=%s", kind, id)));
}

START_TEST(sessions_of_an_id_end_without_postgresql)
{
	struct flow_tokens first = flow_sign_in(alice, "google", "ended");
	struct flow_tokens second = flow_sign_in(bob, "google", "ended");
	const char *id = attempt_me(alice, first, "id");
	const char *newest = js_text(js_at(list(ctl_says("sessions", "list",
	    "--json", id, NULL), "sessions"), 0), "id");
	struct program_end end;

	ctl_use(program_conf("host=/", "host=/nonexistent/"));
	end = ctl_run("sessions", "end", id, newest, NULL);
	assert_ended_without_event(&end, id, "session_ended");
	ck_assert(!tokens_open(bob, second.access));
	ck_assert(tokens_open(alice, first.access));

	end = ctl_run("sessions", "end", id, NULL);
	assert_ended_without_event(&end, id, "sessions_ended");
	ck_assert(!tokens_open(alice, first.access));
	tokens_assert_dead(alice, first.refresh);
}
END_TEST

START_TEST(a_session_of_somebody_else_is_not_ended)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "mine");
	const char *other = attempt_me(bob, flow_sign_in(bob, "google",
	    "other-one"), "id");
	const char *sid = js_text(js_at(list(ctl_says("sessions", "list",
	    "--json", "google:mine", NULL), "sessions"), 0), "id");
	const char *const wrong[] = {sid, "x", "", "*",
		"01890000-0000-7000-8000-000000000000"};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ctl_fails(EX_NOUSER, "has no session", "sessions", "end",
		    other, wrong[i], NULL);
	ck_assert(tokens_open(alice, tokens.access));
}
END_TEST

START_TEST(events_are_told_newest_first_and_by_kind)
{
	const char *id = attempt_me(alice, flow_sign_in(alice, "google",
	    "eventful"), "id");
	const struct js *events;

	ctl_says("user", "disable", id, NULL);
	ctl_says("user", "enable", id, NULL);
	events = list(ctl_says("events", "--json", id, NULL), "events");
	ck_assert_uint_eq(js_count(events), 4);
	ck_assert_str_eq(js_text(js_at(events, 0), "kind"), "enabled");
	ck_assert_str_eq(js_text(js_at(events, 1), "kind"), "disabled");
	ck_assert_str_eq(js_text(js_at(events, 1), "actor"), "latchkeyctl");
	assert_table_has(ctl_says("events", id, NULL), events, "at");

	events = list(ctl_says("events", "--json", "--kind", "disabled", id,
	    NULL), "events");
	ck_assert_uint_eq(js_count(events), 1);
	events = list(ctl_says("events", "--json", "-n", "2", NULL),
	    "events");
	ck_assert_uint_eq(js_count(events), 2);
	ck_assert_str_eq(js_text(js_at(events, 0), "user_id"), id);
	ctl_fails(EX_NOUSER, "nobody", "events", "google:nobody", NULL);
	ctl_fails(EX_USAGE, "the kind disable:", "events", "--kind",
	    "disable", NULL);
}
END_TEST

START_TEST(prune_deletes_what_is_older_than_the_retention)
{
	const char *recent;

	ctl_says("prune", NULL);
	recent = stack_sql("select count(*) from events");
	stack_sql("insert into events (at, kind, actor) select now() - "
	    "interval '366 days', 'old', 'user' from generate_series(1, 2500)");
	stack_sql("insert into events (at, kind, address, actor) values "
	    "(now() - interval '364 days', 'kept', '192.0.2.1', 'user'), "
	    "(now() - interval '3 years', 'unlinked', '192.0.2.1', 'user')");

	ck_assert_ptr_nonnull(strstr(ctl_says("prune", "-n", NULL),
	    "would delete 2500 events and strip 1 from"));
	ck_assert_int_eq(stack_count("select count(*) from events where "
	    "kind = 'old'"), 2500);
	ck_assert_ptr_nonnull(strstr(ctl_says("prune", NULL),
	    "deleted 2500 events and stripped 1 from"));
	ck_assert_str_eq(stack_sql("select count(*) - 2 from events"),
	    recent);
	ck_assert_ptr_nonnull(strstr(ctl_says("prune", NULL),
	    "deleted 0 events and stripped 0 from"));
	ck_assert_str_eq(stack_sql("select kind from events where "
	    "address = '192.0.2.1' and kind in ('kept', 'unlinked')"),
	    "kept");
	stack_sql("delete from events where kind in ('kept', 'unlinked')");
}
END_TEST

/* However long ago it was, and however little is known of it by then. */
START_TEST(ul_02_what_was_unlinked_does_not_join_again_after_a_prune)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "9700");
	const char *id = attempt_me(alice, tokens, "id");
	struct answer answer;

	flow_sign_in(bob, "discord", "9700");
	ck_assert_str_eq(link_providers(id), "discord google*");
	answer = link_undo(alice, tokens.access, "discord");
	ck_assert_int_eq(answer.status, 204);
	stack_sql(text_print("update events set at = now() - interval "
	    "'3 years', session_id = gen_random_uuid() where user_id = '%s'",
	    id));
	ck_assert_str_eq(stack_sql(text_print("select num_nonnulls(address, "
	    "request_id, session_id) from events where user_id = '%s' and "
	    "kind = 'unlinked'", id)), "3");

	ctl_says("prune", NULL);
	ck_assert_str_eq(stack_sql(text_print("select string_agg(kind || "
	    "num_nonnulls(address, request_id, session_id), ' ') from events "
	    "where user_id = '%s'", id)), "unlinked0");
	answer = browser_get(bob, flow_consent_as(bob, "discord",
	    flow_start(bob, "discord"), "9700"));
	flow_assert_problem(bob, &answer, 409, "account_link_required");
	ck_assert_str_eq(link_rule(bob, &answer), "unlinked_before");
	ck_assert_str_eq(link_providers(id), "google*");
}
END_TEST

static const struct js *provider(const char *name)
{
	const struct js *all = list(ctl_says("provider", "list", "--json",
	    NULL), "providers");

	for (size_t i = 0; i < js_count(all); i++)
		if (strcmp(js_text(js_at(all, i), "name"), name) == 0)
			return js_at(all, i);
	return NULL;
}

START_TEST(a_provider_is_bound_to_another_issuer_without_a_restart)
{
	const char *url = stack_setting("PROVIDER_URL");
	const char *id = attempt_me(alice, flow_sign_in(alice, "google",
	    "rebound"), "id");

	ck_assert_str_eq(js_text(provider("google"), "state"), "ready");
	ck_assert_str_eq(js_text(provider("other"), "state"), "unused");
	ck_assert_ptr_null(js_text(provider("other"), "pinned_issuer"));

	/* As if google had been another issuer's name until now. */
	stack_sql("update providers set issuer = 'https://old.example' "
	    "where name = 'google'");
	reconfigure_back();
	attempt_refused_at(alice, stack_url("/api/auth/google"), 404,
	    "provider_not_configured");
	ck_assert_ptr_nonnull(strstr(stack_log(),
	    "latchkeyctl provider rebind google"));
	ck_assert_str_eq(js_text(provider("google"), "state"),
	    "other issuer");
	ck_assert_str_eq(js_text(provider("google"), "pinned_issuer"),
	    "https://old.example");

	/* Nobody can be asked here: there is no terminal. */
	ctl_fails(EX_USAGE, "--yes", "provider", "rebind", "google", NULL);
	attempt_refused_at(alice, stack_url("/api/auth/google"), 404,
	    "provider_not_configured");
	ck_assert_ptr_nonnull(strstr(ctl_says("provider", "rebind", "--yes",
	    "google", NULL), url));
	ck_assert_str_eq(attempt_me(alice, flow_sign_in(alice, "google",
	    "rebound"), "id"), id);
	ck_assert_str_eq(js_text(provider("google"), "state"), "ready");
	ck_assert_int_eq(stack_count("select count(*) from events where "
	    "kind = 'provider_rebound' and provider = 'google' and "
	    "actor = 'latchkeyctl'"), 1);
	ck_assert_ptr_nonnull(strstr(ctl_says("provider", "rebind", "google",
	    NULL), "already"));
}
END_TEST

static bool nobody_is_taken(void)
{
	for (int i = 0; i < 8; i++)
		if (browser_get(bob, stack_url("/api/auth/google")).status ==
		    303)
			return false;
	return true;
}

START_TEST(workers_that_know_the_old_issuer_only_soon_take_nobody_from_it)
{
	const char *url = stack_setting("PROVIDER_URL");
	int64_t until;

	/* Every worker has seen the name stand for its issuer. */
	for (int i = 0; i < 12; i++)
		flow_sign_in(alice, "google", "left-behind");
	ctl_use(program_conf(text_print("%s/google\"", url),
	    text_print("%s/moved\"", url)));
	ctl_says("provider", "rebind", "--yes", "google", NULL);

	usleep(PROVIDER_PIN_MOST_MS * 1000);
	/* Who gets no answer from PostgreSQL in time asks again soon. */
	until = clock_mono_ms() + PROVIDER_PIN_MOST_MS;
	while (!nobody_is_taken()) {
		ck_assert_msg(clock_mono_ms() < until, "somebody is taken");
		usleep(100000);
	}
	for (int i = 0; i < 8; i++)
		attempt_refused_at(bob, stack_url("/api/auth/google"), 404,
		    "provider_not_configured");

	ctl_use(NULL);
	ctl_says("provider", "rebind", "--yes", "google", NULL);
	flow_sign_in(alice, "google", "left-behind");
}
END_TEST

START_TEST(a_provider_that_is_not_configured_is_told_and_not_bound)
{
	stack_sql("insert into providers (name, issuer) values "
	    "('former', 'https://former.example')");
	ck_assert_str_eq(js_text(provider("former"), "state"),
	    "not configured");
	ck_assert_ptr_nonnull(strstr(ctl_says("provider", "list", NULL),
	    "https://former.example"));
	ctl_fails(EX_NOUSER, "no provider", "provider", "rebind", "--yes",
	    "former", NULL);
	stack_sql("delete from providers where name = 'former'");
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("ctl_records");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, sessions_are_listed_and_ended_one_by_one_or_all);
	tcase_add_test(t, sessions_of_an_id_end_without_postgresql);
	tcase_add_test(t, a_session_of_somebody_else_is_not_ended);
	tcase_add_test(t, events_are_told_newest_first_and_by_kind);
	tcase_add_test(t, prune_deletes_what_is_older_than_the_retention);
	tcase_add_test(t,
	    ul_02_what_was_unlinked_does_not_join_again_after_a_prune);
	tcase_add_test(t,
	    a_provider_is_bound_to_another_issuer_without_a_restart);
	tcase_add_test(t,
	    workers_that_know_the_old_issuer_only_soon_take_nobody_from_it);
	tcase_add_test(t,
	    a_provider_that_is_not_configured_is_told_and_not_bound);
	return t;
}

int main(void)
{
	Suite *s = suite_create("ctl_records");
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
