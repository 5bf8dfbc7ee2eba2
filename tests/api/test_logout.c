/* SPDX-License-Identifier: ISC */
/*
 * Logging out: of one session, of all; at once, for good, and never a "done"
 * that is none.
 */
#include <stdio.h>
#include <string.h>

#include <check.h>
#include <libpq-fe.h>

#include "sql/queries.h"
#include "support/attempt.h"
#include "support/flow.h"
#include "support/forge.h"
#include "support/race.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define SESSIONS    3
#define RACERS	    51
#define REPETITIONS 50
#define WORKERS_MOST 8

static struct op *op;
static struct browser *browser;
static struct flow_tokens tokens;

static void setup(void)
{
	op = op_new("test", 60000);
	browser = browser_new();
	tokens = flow_sign_in(browser, "google", "alice");
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

/* POST /auth/logout-all with this access token, NULL for none. */
static struct answer logout_all(struct browser *own, const char *access)
{
	const char *const headers[] = {access == NULL ? NULL :
		text_print("Authorization: Bearer %s", access), NULL};

	return browser_send(own, "POST", stack_url("/api/auth/logout-all"),
	    headers, NULL);
}

START_TEST(lo_01_logout_ends_this_session_at_once_and_no_other)
{
	struct flow_tokens other = flow_sign_in(browser, "google", "alice");

	ck_assert(tokens_open(browser, tokens.access));
	ck_assert_int_eq(tokens_logout(browser, tokens.refresh), 204);
	ck_assert(!tokens_open(browser, tokens.access));
	tokens_assert_dead(browser, tokens.refresh);
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "generation"), "");
	ck_assert_int_eq(tokens_events("signed_out", tokens.refresh), 1);

	ck_assert(tokens_open(browser, other.access));
	tokens_refresh(browser, other.refresh);
}
END_TEST

START_TEST(lo_01_an_older_token_of_the_session_logs_out_too)
{
	struct flow_tokens next = tokens_refresh(browser, tokens.refresh);

	ck_assert_int_eq(tokens_logout(browser, tokens.refresh), 204);
	ck_assert(!tokens_open(browser, next.access));
	tokens_assert_dead(browser, next.refresh);
}
END_TEST

/* Another tab has refreshed it since: the session lives. */
START_TEST(lo_02_an_expired_token_logs_out_too)
{
	struct jws_key key = forge_refresh_key(op);
	struct forge_claims claims = forge_like(op, tokens.refresh);

	claims.exp = forge_time(op, -1);
	ck_assert_int_eq(tokens_logout(browser, forge_token(op, &key,
	    &claims)), 204);
	ck_assert(!tokens_open(browser, tokens.access));
	tokens_assert_dead(browser, tokens.refresh);
}
END_TEST

START_TEST(lo_02_logout_answers_the_same_for_any_token)
{
	struct jws_key key = forge_refresh_key(op);
	struct forge_claims claims = forge_like(op, tokens.refresh);

	ck_assert_int_eq(tokens_logout(browser, "garbage"), 204);
	ck_assert_int_eq(tokens_logout(browser, ""), 204);
	ck_assert_int_eq(tokens_logout(browser, tokens.access), 204);
	claims.sid = "\"01890a5d-ac96-774b-bcce-b302099a8057\"";
	claims.jti = "\"01890a5d-ac96-774b-bcce-b302099a8057.1\"";
	ck_assert_int_eq(tokens_logout(browser, forge_token(op, &key,
	    &claims)), 204);
	ck_assert(tokens_open(browser, tokens.access));

	ck_assert_int_eq(tokens_logout(browser, tokens.refresh), 204);
	ck_assert_int_eq(tokens_logout(browser, tokens.refresh), 204);
	ck_assert_int_eq(tokens_events("signed_out", tokens.refresh), 1);
}
END_TEST

START_TEST(lo_02_what_names_no_token_is_a_mistake)
{
	static const char *const bodies[] = {"{}", "{\"refresh_token\":null}",
		"{\"refresh_token\":7}", "[]"};
	const char *url = stack_url("/api/auth/logout");
	struct answer answer;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		answer = browser_post(browser, url, bodies[i]);
		flow_assert_problem(browser, &answer, 400, "invalid_request");
	}
	answer = browser_post(browser, url, "{");
	flow_assert_problem(browser, &answer, 400, "invalid_json");
	answer = browser_send(browser, "POST", url, NULL, "refresh_token=x");
	flow_assert_problem(browser, &answer, 415, "unsupported_media_type");
	ck_assert(tokens_open(browser, tokens.access));
}
END_TEST

START_TEST(lo_03_logout_all_ends_every_session_of_the_user_and_nobody_elses)
{
	struct flow_tokens second = flow_sign_in(browser, "google", "alice");
	struct flow_tokens bob = flow_sign_in(browser, "google", "bob");
	struct flow_tokens next = tokens_refresh(browser, second.refresh);

	ck_assert_int_eq(logout_all(browser, tokens.access).status, 204);
	ck_assert(!tokens_open(browser, tokens.access));
	ck_assert(!tokens_open(browser, second.access));
	ck_assert(!tokens_open(browser, next.access));
	tokens_assert_dead(browser, tokens.refresh);
	tokens_assert_dead(browser, second.refresh);
	tokens_assert_dead(browser, next.refresh);
	ck_assert_str_eq(tokens_session_count(tokens.refresh), "0");
	ck_assert_int_eq(tokens_events("signed_out_everywhere",
	    tokens.refresh), 1);

	ck_assert(tokens_open(browser, bob.access));
	tokens_refresh(browser, bob.refresh);
	second = flow_sign_in(browser, "google", "alice");
	ck_assert(tokens_open(browser, second.access));
	tokens_refresh(browser, second.refresh);
	tokens_assert_dead(browser, tokens.refresh);
}
END_TEST

START_TEST(lo_03_logout_all_takes_a_live_access_token)
{
	struct answer answer = logout_all(browser, NULL);

	flow_assert_problem(browser, &answer, 401, "authentication_required");
	answer = logout_all(browser, tokens.refresh);
	flow_assert_problem(browser, &answer, 401, "invalid_token");
	ck_assert(tokens_open(browser, tokens.access));
	ck_assert_int_eq(logout_all(browser, tokens.access).status, 204);
	answer = logout_all(browser, tokens.access);
	flow_assert_problem(browser, &answer, 401, "invalid_token");
}
END_TEST

static struct flow_tokens sessions[SESSIONS];

static struct raced {
	long status;
	char refresh[2048];
	char access[2048];
} raced[RACERS];

/* One logs out everywhere, the others refresh. */
static void race(struct browser *own, size_t i, void *argument)
{
	struct answer answer;
	const char *text;

	(void)argument;
	if (i == RACERS / 2) {
		raced[i].status = logout_all(own, sessions[0].access).status;
		return;
	}
	answer = flow_refresh(own, sessions[i % SESSIONS].refresh);
	raced[i].status = answer.status;
	text = answer_member(own, &answer, "refresh_token");
	snprintf(raced[i].refresh, sizeof(raced[i].refresh), "%s",
	    text != NULL ? text : "");
	text = answer_member(own, &answer, "access_token");
	snprintf(raced[i].access, sizeof(raced[i].access), "%s",
	    text != NULL ? text : "");
}

/* Nobody's answer is good for anything, nor what there was before. */
static void assert_all_dead(void)
{
	const struct raced *newest[SESSIONS] = {NULL};

	ck_assert_int_eq(raced[RACERS / 2].status, 204);
	for (size_t i = 0; i < RACERS; i++) {
		if (i == RACERS / 2)
			continue;
		if (raced[i].status == 200)
			newest[i % SESSIONS] = &raced[i];
		else
			ck_assert_int_eq(raced[i].status, 401);
	}
	ck_assert_str_eq(tokens_session_count(sessions[0].refresh), "0");
	ck_assert_str_eq(tokens_current_count(sessions[0].refresh), "0");
	for (size_t i = 0; i < SESSIONS; i++) {
		tokens_assert_dead(browser, sessions[i].refresh);
		ck_assert(!tokens_open(browser, sessions[i].access));
		if (newest[i] == NULL)
			continue;
		tokens_assert_dead(browser, newest[i]->refresh);
		ck_assert(!tokens_open(browser, newest[i]->access));
	}
}

START_TEST(lo_03_nothing_that_raced_a_logout_all_lives_afterwards)
{
	for (int i = 0; i < REPETITIONS; i++) {
		for (size_t k = 0; k < SESSIONS; k++)
			sessions[k] = flow_sign_in(browser, "google", "carol");
		race_run(RACERS, race, NULL);
		assert_all_dead();
	}
	ck_assert_int_eq(stack_count("select count(*) from events e join "
	    "users u on u.id = e.user_id where u.email = 'carol@gmail.com' "
	    "and e.kind = 'signed_out_everywhere'"), REPETITIONS);
}
END_TEST

/* A right refresh token with a claim more, which makes it about size bytes. */
static const char *of_size(size_t size)
{
	struct jws_key key = forge_refresh_key(op);
	struct forge_claims claims = forge_like(op, tokens.refresh);
	const char *payload = forge_payload(op, &claims);
	size_t more = (size - strlen(tokens.refresh) - 12) / 4 * 3;
	char *letters = pool_alloc(op->pool, more + 1);

	memset(letters, 'a', more);
	return forge_signed(op, key.bytes, 256, pool_print(op->pool,
	    "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", key.id),
	    pool_print(op->pool, "{\"x\":\"%s\",%s", letters,
		payload + 1));
}

START_TEST(rs_09_a_token_of_more_than_4_kib_logs_nobody_out)
{
	static const size_t sizes[] = {4200, 5000, 15000, 17000, 1000000,
		16000000};
	pid_t before[WORKERS_MOST];
	pid_t after[WORKERS_MOST];
	size_t count = stack_all_workers(before, WORKERS_MOST);

	for (size_t i = 0; i < 6; i++) {
		const char *text = of_size(sizes[i]);

		ck_assert_uint_gt(strlen(text), 4096);
		ck_assert_int_eq(tokens_logout(browser, text),
		    sizes[i] <= 15000 ? 204 : 413);
		ck_assert_int_eq(tokens_logout(browser, strchr(text, '.')),
		    sizes[i] <= 15000 ? 204 : 413);
		ck_assert(tokens_open(browser, tokens.access));
	}
	ck_assert_int_eq(tokens_logout(browser, text_print("%sa",
	    of_size(1000))), 204);
	ck_assert(tokens_open(browser, tokens.access));

	/* Nothing else was wrong with them. */
	ck_assert_uint_le(strlen(of_size(4096)), 4096);
	ck_assert_int_eq(tokens_logout(browser, of_size(4096)), 204);
	ck_assert(!tokens_open(browser, tokens.access));
	ck_assert_uint_eq(stack_workers(after, WORKERS_MOST), count);
	ck_assert_mem_eq(after, before, count * sizeof(*before));
}
END_TEST

START_TEST(lo_06_no_other_method_logs_out)
{
	static const char *const methods[] = {"GET", "HEAD", "PUT", "DELETE",
		"OPTIONS"};
	static const char *const paths[] = {"/api/auth/logout",
		"/api/auth/logout-all"};
	const char *const headers[] = {
		text_print("Authorization: Bearer %s", tokens.access), NULL};

	for (size_t i = 0; i < 10; i++) {
		const char *url = stack_url(text_print("%s?refresh_token=%s",
		    paths[i % 2], tokens.refresh));
		struct answer answer = browser_send(browser, methods[i / 2],
		    url, headers, NULL);

		ck_assert_int_eq(answer.status, 405);
		ck_assert_str_eq(answer_header(browser, &answer, "Allow", 0),
		    "POST");
	}
	ck_assert(tokens_open(browser, tokens.access));
	tokens_refresh(browser, tokens.refresh);
}
END_TEST

START_TEST(lo_08_while_redis_is_down_nobody_is_told_it_is_done)
{
	struct answer answers[3];

	stack_service("stop", "redis");
	answers[0] = browser_post(browser, stack_url("/api/auth/logout"),
	    text_print("{\"refresh_token\":\"%s\"}", tokens.refresh));
	answers[1] = logout_all(browser, tokens.access);
	answers[2] = flow_refresh(browser, tokens.refresh);
	stack_service("start", "redis");

	for (size_t i = 0; i < 3; i++) {
		flow_assert_problem(browser, &answers[i], 503, "unavailable");
		ck_assert_ptr_nonnull(answer_header(browser, &answers[i],
		    "Retry-After", 0));
	}
	ck_assert(stack_is_ready_within(5000));
	ck_assert(tokens_open(browser, tokens.access));
	ck_assert_int_eq(tokens_logout(browser, tokens.refresh), 204);
	ck_assert(!tokens_open(browser, tokens.access));
}
END_TEST

/* A change that waits for Redis has the row for as long as that takes. */
START_TEST(the_event_waits_for_no_change_of_the_user)
{
	const char *id = attempt_me(browser, tokens, "id");
	PGconn *db = PQconnectdb(stack_setting("PG_CONNINFO"));
	PGresult *locked;

	PQclear(PQexec(db, "begin"));
	locked = PQexecParams(db, query_texts[Q_USER_LOCK].text, 1, NULL, &id,
	    NULL, NULL, 0);
	ck_assert_int_eq(PQntuples(locked), 1);
	ck_assert_int_eq(tokens_logout(browser, tokens.refresh), 204);
	ck_assert_int_eq(tokens_events("signed_out", tokens.refresh), 1);
	PQclear(locked);
	PQfinish(db);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("logout");
	TCase *t = tcase_create("logout");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, lo_01_logout_ends_this_session_at_once_and_no_other);
	tcase_add_test(t, lo_01_an_older_token_of_the_session_logs_out_too);
	tcase_add_test(t, lo_02_an_expired_token_logs_out_too);
	tcase_add_test(t, lo_02_logout_answers_the_same_for_any_token);
	tcase_add_test(t, lo_02_what_names_no_token_is_a_mistake);
	tcase_add_test(t,
	    lo_03_logout_all_ends_every_session_of_the_user_and_nobody_elses);
	tcase_add_test(t, lo_03_logout_all_takes_a_live_access_token);
	tcase_add_test(t,
	    lo_03_nothing_that_raced_a_logout_all_lives_afterwards);
	tcase_add_test(t, rs_09_a_token_of_more_than_4_kib_logs_nobody_out);
	tcase_add_test(t, lo_06_no_other_method_logs_out);
	tcase_add_test(t, lo_08_while_redis_is_down_nobody_is_told_it_is_done);
	tcase_add_test(t, the_event_waits_for_no_change_of_the_user);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
