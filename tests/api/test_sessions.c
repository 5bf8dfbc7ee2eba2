/* SPDX-License-Identifier: ISC */
/*
 * One's own sessions: shown to nobody else, ended by nobody else, and nothing
 * in the list opens one.
 */
#include <string.h>

#include <check.h>

#include "support/flow.h"
#include "support/forge.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define UNKNOWN	    "01890a5d-ac96-774b-bcce-b302099a8057"
#define AGENT_BYTES 8000

static struct op *op;
static struct browser *browser;

static void setup(void)
{
	op = op_new("test", 60000);
	browser = browser_new();
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

/* Signs in at google with a browser of that name. */
static struct flow_tokens sign_in_with(const char *agent, const char *subject)
{
	const char *const headers[] = {text_print("User-Agent: %s", agent),
		NULL};
	const char *callback = flow_consent_as(browser, "google",
	    flow_start(browser, "google"), subject);
	struct answer answer = browser_send(browser, "GET", callback, headers,
	    NULL);

	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	return (struct flow_tokens){
	    .access = answer_member(browser, &answer, "access_token"),
	    .refresh = answer_member(browser, &answer, "refresh_token")};
}

/* The id of a token's session. */
static const char *id_of(struct flow_tokens tokens)
{
	return forge_claim(op, tokens.access, "sid");
}

static struct answer list_as(struct flow_tokens tokens)
{
	return browser_get_as(browser, stack_url("/api/users/me/sessions"),
	    tokens.access);
}

/* The answer's JSON, whose sessions must be count. */
static const struct js *listed(struct flow_tokens tokens, size_t count)
{
	struct answer answer = list_as(tokens);
	const struct js *page;
	int64_t active;

	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	ck_assert_int_eq(js_parse(op, answer.body, answer.size, &page),
	    RC_OK);
	ck_assert(js_int(page, "active_sessions", &active));
	ck_assert_int_eq(active, (int64_t)count);
	ck_assert_uint_eq(js_count(js_get(page, "sessions")), count);
	return page;
}

static const struct js *entry(const struct js *page, size_t i)
{
	return js_at(js_get(page, "sessions"), i);
}

/* DELETE of one session, by whoever holds the access token. */
static struct answer end_as(const char *access, const char *id)
{
	const char *const headers[] = {
		text_print("Authorization: Bearer %s", access), NULL};

	return browser_send(browser, "DELETE",
	    stack_url(text_print("/api/users/me/sessions/%s", id)), headers,
	    NULL);
}

START_TEST(se_02_each_sign_in_is_listed_with_what_tells_it_apart)
{
	static const char *const members[] = {"id", "provider", "created_at",
		"last_used_at", "expires_at", "user_agent", "ip", "current"};
	static const char *const agents[] = {"Third/3", "Second/2",
		"First/1"};
	struct flow_tokens first = sign_in_with("First/1", "se-02");
	struct flow_tokens second = sign_in_with("Second/2", "se-02");
	struct flow_tokens third = sign_in_with("Third/3", "se-02");
	const char *const ids[] = {id_of(third), id_of(second), id_of(first)};
	const struct js *page = listed(second, 3);

	ck_assert(js_has(page, "next"));
	ck_assert_int_eq(js_type(js_get(page, "next")), JS_NULL);
	for (size_t i = 0; i < 3; i++) {
		const struct js *shown = entry(page, i);

		ck_assert_uint_eq(js_count(shown), 8);
		for (size_t j = 0; j < 8; j++)
			ck_assert_str_eq(js_name(shown, j), members[j]);
		ck_assert_str_eq(js_text(shown, "id"), ids[i]);
		ck_assert_str_eq(js_text(shown, "provider"), "google");
		ck_assert_str_eq(js_text(shown, "user_agent"), agents[i]);
		ck_assert_str_eq(js_text(shown, "ip"), "127.0.0.1");
		ck_assert_str_le(js_text(shown, "created_at"),
		    js_text(shown, "last_used_at"));
		ck_assert_str_lt(js_text(shown, "created_at"),
		    js_text(shown, "expires_at"));
		ck_assert(js_is_true(shown, "current") == (i == 1));
	}
}
END_TEST

START_TEST(se_02_nothing_in_the_list_opens_a_session)
{
	struct flow_tokens tokens = sign_in_with("Browser/1", "se-02-names");
	struct answer answer = list_as(tokens);
	const char *signature = strrchr(tokens.refresh, '.') + 1;
	const char *id = id_of(tokens);

	ck_assert_ptr_null(strstr(answer.body, "eyJ"));
	ck_assert_ptr_null(strstr(answer.body, signature));
	ck_assert_ptr_null(strstr(answer.body, text_print("%s.1", id)));
	ck_assert(!tokens_open(browser, id));
	tokens_assert_dead(browser, id);
	tokens_assert_dead(browser, text_print("%s.1", id));
}
END_TEST

START_TEST(se_03_a_session_of_mine_is_ended_at_once_and_no_other)
{
	struct flow_tokens mine = sign_in_with("Mine/1", "se-03");
	struct flow_tokens other = sign_in_with("Other/1", "se-03");
	struct flow_tokens third = sign_in_with("Third/1", "se-03");
	struct answer answer = end_as(mine.access, id_of(other));

	ck_assert_int_eq(answer.status, 204);
	ck_assert_uint_eq(answer.size, 0);
	ck_assert(!tokens_open(browser, other.access));
	tokens_assert_dead(browser, other.refresh);
	ck_assert_int_eq(tokens_events("session_ended", other.refresh), 1);

	ck_assert(tokens_open(browser, mine.access));
	ck_assert(tokens_open(browser, third.access));
	tokens_refresh(browser, third.refresh);
	ck_assert_str_eq(js_text(entry(listed(mine, 2), 0), "id"),
	    id_of(third));
	ck_assert_int_eq(end_as(mine.access, id_of(other)).status, 404);

	/* The one that asks is like any other. */
	ck_assert_int_eq(end_as(mine.access, id_of(mine)).status, 204);
	ck_assert(!tokens_open(browser, mine.access));
	tokens_assert_dead(browser, mine.refresh);
	listed(third, 1);
}
END_TEST

/* A problem's body without what differs from request to request. */
static const char *body_without_id(const struct answer *answer)
{
	const char *at = strstr(answer->body, "\"request_id\"");

	ck_assert_ptr_nonnull(at);
	return text_copy(answer->body, (size_t)(at - answer->body));
}

START_TEST(se_04_an_id_that_is_not_mine_is_not_found_whatever_it_is)
{
	struct flow_tokens mine = sign_in_with("Mine/1", "se-04");
	struct flow_tokens theirs = sign_in_with("Theirs/1", "se-04-victim");
	struct flow_tokens ended = sign_in_with("Ended/1", "se-04");
	const char *const ids[] = {id_of(theirs), id_of(ended), UNKNOWN, "x",
		"*", "%00x", "..%5c", "%7b%7d", "01890A5D-AC96-774B-BCCE-"
		"B302099A8057", text_print("%s.1", id_of(mine)),
		text_print("%s%%20", id_of(mine))};
	const char *expected = NULL;

	ck_assert_int_eq(tokens_logout(browser, ended.refresh), 204);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct answer answer = end_as(mine.access, ids[i]);
		const char *body;

		/* nginx itself refuses what no address may hold. */
		if (strstr(ids[i], "%00") != NULL) {
			ck_assert_int_eq(answer.status, 400);
			continue;
		}
		flow_assert_problem(browser, &answer, 404, "not_found");
		body = body_without_id(&answer);
		if (expected == NULL)
			expected = body;
		ck_assert_str_eq(body, expected);
	}
	ck_assert(tokens_open(browser, mine.access));
	ck_assert(tokens_open(browser, theirs.access));
	tokens_refresh(browser, theirs.refresh);
	ck_assert_int_eq(tokens_events("session_ended", theirs.refresh), 0);
}
END_TEST

START_TEST(se_06_a_browsers_name_is_kept_cut_and_clean)
{
	static const char bad[] = "<script>alert(1)</script>\"\\"
	    "\x1b[31mred\x9b" "1m\xff\xc0\xaf\xed\xa0\x80 \xc3\xa9 ";
	char agent[AGENT_BYTES + 1];
	struct flow_tokens tokens;
	const char *shown;
	size_t len = sizeof(bad) - 1;

	for (size_t i = 0; i < AGENT_BYTES; i++)
		agent[i] = i < 2 * len ? bad[i % len] : 'x';
	agent[AGENT_BYTES] = '\0';
	tokens = sign_in_with(agent, "se-06");

	/* js_parse takes valid UTF-8 and strict JSON only. */
	shown = js_text(entry(listed(tokens, 1), 0), "user_agent");
	ck_assert_uint_le(strlen(shown), 256);
	ck_assert_uint_ge(strlen(shown), 250);
	ck_assert_ptr_eq(strstr(shown, "<script>alert(1)</script>\"\\?[31mred"
	    "?1m??????"), shown);
	ck_assert_ptr_nonnull(strstr(shown, " \xc3\xa9 <script>"));
	ck_assert_str_eq(tokens_recorded(tokens.refresh, "user_agent"),
	    shown);
	ck_assert_ptr_null(strpbrk(stack_log(), "\x1b\x9b"));
}
END_TEST

START_TEST(se_01_what_was_planted_before_a_sign_in_is_worth_nothing)
{
	struct flow_tokens attacker = sign_in_with("Attacker/1", "se-01");
	struct flow_tokens victim;
	struct browser *own = browser_new();
	struct answer answer;

	flow_start(browser, "google");
	browser_set_cookie(own, "__Host-latchkey", text_print("%s.%s.x",
	    forge_claim(op, attacker.access, "sub"), id_of(attacker)));
	browser_set_cookie(own, "access_token", attacker.access);
	browser_set_cookie(own, "refresh_token", attacker.refresh);
	answer = browser_get(own, stack_url("/api/users/me/sessions"));
	flow_assert_problem(own, &answer, 401, "authentication_required");

	victim = flow_sign_in(own, "google", "se-01-victim");
	ck_assert_str_ne(id_of(victim), id_of(attacker));
	ck_assert_str_ne(forge_claim(op, victim.access, "sub"),
	    forge_claim(op, attacker.access, "sub"));
	listed(victim, 1);
	listed(attacker, 1);
	browser_free(own);
}
END_TEST

/* Wherever a request of theirs names it. */
START_TEST(az_02_the_session_of_another_is_as_if_there_were_none)
{
	struct flow_tokens mine = sign_in_with("Mine/1", "az-02");
	struct flow_tokens theirs = sign_in_with("Theirs/1", "az-02-other");
	const char *const ids[] = {id_of(mine), UNKNOWN};
	struct answer ended[2], paged[2];

	for (size_t i = 0; i < 2; i++) {
		ended[i] = end_as(theirs.access, ids[i]);
		flow_assert_problem(browser, &ended[i], 404, "not_found");
		paged[i] = browser_get_as(browser, stack_url(text_print(
		    "/api/users/me/sessions?after=%s", ids[i])),
		    theirs.access);
		flow_assert_problem(browser, &paged[i], 400,
		    "invalid_request");
	}
	ck_assert_str_eq(body_without_id(&ended[0]),
	    body_without_id(&ended[1]));
	ck_assert_str_eq(body_without_id(&paged[0]),
	    body_without_id(&paged[1]));
	ck_assert_ptr_null(strstr(list_as(theirs).body, ids[0]));
	listed(mine, 1);
}
END_TEST

START_TEST(while_redis_is_down_no_list_is_empty_and_nothing_not_found)
{
	struct flow_tokens mine = sign_in_with("Mine/1", "down");
	struct answer answers[2];

	stack_service("stop", "redis");
	answers[0] = list_as(mine);
	answers[1] = end_as(mine.access, UNKNOWN);
	stack_service("start", "redis");

	for (size_t i = 0; i < 2; i++)
		flow_assert_problem(browser, &answers[i], 503, "unavailable");
	ck_assert(stack_is_ready_within(5000));
	listed(mine, 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sessions");
	TCase *t = tcase_create("sessions");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    se_02_each_sign_in_is_listed_with_what_tells_it_apart);
	tcase_add_test(t, se_02_nothing_in_the_list_opens_a_session);
	tcase_add_test(t,
	    se_03_a_session_of_mine_is_ended_at_once_and_no_other);
	tcase_add_test(t,
	    se_04_an_id_that_is_not_mine_is_not_found_whatever_it_is);
	tcase_add_test(t, se_06_a_browsers_name_is_kept_cut_and_clean);
	tcase_add_test(t,
	    se_01_what_was_planted_before_a_sign_in_is_worth_nothing);
	tcase_add_test(t,
	    az_02_the_session_of_another_is_as_if_there_were_none);
	tcase_add_test(t,
	    while_redis_is_down_no_list_is_empty_and_nothing_not_found);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
