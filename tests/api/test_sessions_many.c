/* SPDX-License-Identifier: ISC */
/*
 * Ten thousand sessions of one user, page by page; and the demand for a fresh
 * sign-in.  The sessions are copies in Redis of one that was signed in.
 */
#include <string.h>

#include <check.h>

#include "base/clock.h"
#include "support/admin.h"
#include "support/flow.h"
#include "support/forge.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

#define MANY	10000
#define MOST_MS 1000

/* A busy machine may exceed MOST_MS, but not each time. */
#define TRIES 3

#define COPIES	"01890a5d-ac96-774b-bcce"	/* and a number */
#define UNKNOWN COPIES "-b302099a8057"

/* A copy of the session KEYS[1] for each number, each a second older. */
#define COPY                                                                  \
	"local record = redis.call('HGETALL', KEYS[1]) "                      \
	"local at = redis.call('HGET', KEYS[1], 'created_at') "               \
	"local to = redis.call('HGET', KEYS[1], 'expires_at') "               \
	"for i = 1, ARGV[1] do "                                              \
	"local sid = string.format('%s-%012d', ARGV[2], i) "                  \
	"local key = ARGV[3] .. sid "                                         \
	"redis.call('HSET', key, unpack(record)) "                            \
	"redis.call('HSET', key, 'created_at', "                              \
	"string.format('%.0f', at - i * 1000)) "                              \
	"redis.call('PEXPIREAT', key, to) "                                   \
	"redis.call('ZADD', KEYS[2], to, sid) end "                           \
	"return redis.call('ZCARD', KEYS[2])"

static struct op *op;
static struct browser *browser;
static struct flow_tokens tokens;

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

/* Adds copies of the tokens' session until the user has count. */
static void have(int count)
{
	const char *record = forge_record_key(op, tokens.access);
	const char *user = forge_claim(op, tokens.access, "sub");

	ck_assert_str_eq(stack_redis("EVAL", COPY, "2", record,
	    text_print("latchkey:sessions:{%s}", user),
	    text_print("%d", count - 1), COPIES,
	    text_print("%.*s:", (int)(strrchr(record, ':') - record), record),
	    NULL), text_print("%d", count));
}

static struct answer list(const char *query)
{
	return browser_get_as(browser, stack_url(text_print(
	    "/api/users/me/sessions%s", query)), tokens.access);
}

/* One page; it must come within a second. */
static const struct js *page_of(const char *query)
{
	struct answer answer;
	const struct js *page;
	bool quick = false;

	for (int i = 0; i < TRIES && !quick; i++) {
		int64_t began = clock_mono_ms();

		answer = list(query);
		quick = clock_mono_ms() - began <= MOST_MS;
	}
	ck_assert_msg(quick, "sessions%s take too long", query);
	ck_assert_msg(answer.status == 200, "%ld %s", answer.status,
	    answer.body);
	ck_assert_int_eq(js_parse(op, answer.body, answer.size, &page),
	    RC_OK);
	return page;
}

/* How many sessions a page says that there are. */
static int64_t active(const struct js *page)
{
	int64_t count;

	ck_assert(js_int(page, "active_sessions", &count));
	return count;
}

/* Goes through all pages; how many sessions they showed, each once. */
static size_t page_through(int64_t limit)
{
	const struct js *page = page_of(text_print("?limit=%lld",
	    (long long)limit));
	const char *last = "9999";
	size_t shown = 0;

	for (;;) {
		const struct js *entries = js_get(page, "sessions");
		const char *next = js_text(page, "next");

		for (size_t i = 0; i < js_count(entries); i++) {
			const char *created = js_text(js_at(entries, i),
			    "created_at");

			ck_assert_str_lt(created, last);
			last = created;
		}
		shown += js_count(entries);
		if (next == NULL)
			return shown;
		ck_assert_uint_eq(js_count(entries), (size_t)limit);
		page = page_of(text_print("?after=%s&limit=%lld", next,
		    (long long)limit));
	}
}

/*
 * Pages through the sessions of subject and ends them; whether that was in
 * time, and Redis free for others meanwhile.
 */
static bool many_are_no_burden(const char *subject)
{
	const char *bearer[] = {NULL, NULL};
	const char *statistics;
	int64_t began;
	bool quick;

	tokens = flow_sign_in(browser, "google", subject);
	bearer[0] = text_print("Authorization: Bearer %s", tokens.access);
	have(MANY);
	stack_redis("CONFIG", "RESETSTAT", NULL);
	stack_redis("CONFIG", "SET", "slowlog-log-slower-than", "100000",
	    NULL);
	stack_redis("SLOWLOG", "RESET", NULL);
	ck_assert_int_eq(active(page_of("")), MANY);
	ck_assert_uint_eq(page_through(1000), MANY);

	began = clock_mono_ms();
	ck_assert_int_eq(browser_send(browser, "POST",
	    stack_url("/api/auth/logout-all"), bearer, NULL).status, 204);
	quick = clock_mono_ms() - began <= MOST_MS &&
	    strcmp(stack_redis("SLOWLOG", "LEN", NULL), "0") == 0;
	ck_assert(!tokens_open(browser, tokens.access));
	tokens_assert_dead(browser, tokens.refresh);

	/* Nor did anything walk all keys. */
	statistics = stack_redis("INFO", "commandstats", NULL);
	ck_assert_ptr_nonnull(strstr(statistics, "cmdstat_evalsha"));
	ck_assert_ptr_null(strstr(statistics, "cmdstat_keys"));
	ck_assert_ptr_null(strstr(statistics, "cmdstat_scan"));
	tokens = flow_sign_in(browser, "google", subject);
	ck_assert_int_eq(active(page_of("")), 1);
	return quick;
}

START_TEST(se_08_ten_thousand_sessions_are_paged_and_ended_in_time)
{
	bool quick = false;

	for (int i = 0; i < TRIES && !quick; i++)
		quick = many_are_no_burden(text_print("se-08-%d", i));
	ck_assert(quick);
}
END_TEST

/* An access token of the n-th copy. */
static const char *token_of(int n)
{
	struct forge_claims claims = forge_like(op, tokens.access);
	struct jws_key key = forge_access_key(op);

	claims.sid = text_print("\"" COPIES "-%012d\"", n);
	return forge_token(op, &key, &claims);
}

/* What ends them all, by the administrator and by the user. */
static struct answer end_account(const char *way)
{
	const char *user = forge_claim(op, tokens.access, "sub");

	if (strcmp(way, "disable") == 0)
		return admin_ask(browser, "POST", user, "/disable", NULL);
	return admin_send(browser, "DELETE", stack_url("/api/users/me"),
	    tokens.access, NULL);
}

/* Ends the account of subject, all sessions with it; whether in time. */
static bool many_end_soon(const char *subject, const char *way)
{
	static const int some[] = {1, MANY / 2, MANY - 1};
	int64_t began;
	bool quick;

	tokens = flow_sign_in(browser, "google", subject);
	have(MANY);
	for (size_t i = 0; i < 3; i++)
		ck_assert(tokens_open(browser, token_of(some[i])));

	began = clock_mono_ms();
	ck_assert_int_eq(end_account(way).status, 204);
	for (size_t i = 0; i < 3; i++)
		ck_assert(!tokens_open(browser, token_of(some[i])));
	tokens_assert_dead(browser, tokens.refresh);
	quick = clock_mono_ms() - began <= MOST_MS;
	/* Nor would one live if the user were let in again. */
	ck_assert_str_eq(tokens_current_count(tokens.refresh), "0");
	return quick;
}

START_TEST(se_07_ten_thousand_sessions_end_with_their_account)
{
	static const char *const ways[] = {"disable", "delete"};
	bool quick = false;

	for (int i = 0; i < TRIES && !quick; i++)
		quick = many_end_soon(text_print("se-07-%s-%d", ways[_i], i),
		    ways[_i]);
	ck_assert(quick);
}
END_TEST

START_TEST(a_page_holds_what_was_asked_for_and_names_the_next)
{
	const struct js *page;

	tokens = flow_sign_in(browser, "google", "pages");
	ck_assert_int_eq(js_type(js_get(page_of("?limit=1"), "next")),
	    JS_NULL);
	have(103);
	page = page_of("");
	ck_assert_uint_eq(js_count(js_get(page, "sessions")), 100);
	ck_assert_int_eq(active(page), 103);
	ck_assert_str_eq(js_text(page, "next"),
	    js_text(js_at(js_get(page, "sessions"), 99), "id"));
	ck_assert_uint_eq(page_through(100), 103);
	ck_assert_uint_eq(page_through(103), 103);
	ck_assert_uint_eq(page_through(50), 103);

	/* After the last one there is nothing, which is fine. */
	page = page_of("?limit=103");
	ck_assert_int_eq(js_type(js_get(page, "next")), JS_NULL);
	page = page_of(text_print("?after=%s", js_text(js_at(js_get(page,
	    "sessions"), 102), "id")));
	ck_assert_uint_eq(js_count(js_get(page, "sessions")), 0);
	ck_assert_int_eq(js_type(js_get(page, "next")), JS_NULL);
	ck_assert_int_eq(active(page), 103);
}
END_TEST

START_TEST(a_page_that_cannot_be_named_is_a_mistake)
{
	static const char *const bad[] = {"?limit=0", "?limit=1001",
		"?limit=-1", "?limit=", "?limit=x", "?limit=1.5", "?limit=01",
		"?limit=99999999999999999999", "?after=", "?after=x",
		"?after=" UNKNOWN, "?limit=1&limit=2", "?limit=%00"};
	struct flow_tokens other = flow_sign_in(browser, "google",
	    "mistaken-other");
	struct answer answer;

	tokens = flow_sign_in(browser, "google", "mistaken");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		answer = list(bad[i]);
		flow_assert_problem(browser, &answer, 400, "invalid_request");
	}
	answer = list(text_print("?after=%s", forge_claim(op, other.access,
	    "sid")));
	flow_assert_problem(browser, &answer, 400, "invalid_request");
	ck_assert_int_eq(list("?limit=1000").status, 200);
}
END_TEST

START_TEST(the_index_repairs_itself)
{
	tokens = flow_sign_in(browser, "google", "repaired");
	have(700);
	ck_assert_int_eq(active(page_of("")), 700);
	for (int i = 1; i <= 3; i++)
		stack_redis("DEL", text_print("latchkey:refresh_token:{%s}:"
		    COPIES "-%012d",
		    forge_claim(op, tokens.access, "sub"), 230 * i), NULL);
	ck_assert_str_eq(tokens_session_count(tokens.access), "700");
	ck_assert_int_eq(active(page_of("?limit=1")), 697);
	ck_assert_str_eq(tokens_session_count(tokens.access), "697");
	ck_assert_uint_eq(page_through(1000), 697);
}
END_TEST

/* Export stands for every route that asks for a fresh sign-in. */
static struct answer export_as(const char *access)
{
	return browser_get_as(browser, stack_url("/api/users/me/export"),
	    access);
}

START_TEST(a_stale_sign_in_is_challenged_and_a_refresh_is_no_sign_in)
{
	struct answer answer;

	tokens = flow_sign_in(browser, "google", "stale");
	ck_assert_int_eq(export_as(tokens.access).status, 200);
	stack_redis("HINCRBY", forge_record_key(op, tokens.access),
	    "auth_time", "-590000", NULL);
	ck_assert_int_eq(export_as(tokens.access).status, 200);
	stack_redis("HINCRBY", forge_record_key(op, tokens.access),
	    "auth_time", "-10000", NULL);

	for (int i = 0; i < 2; i++) {
		answer = export_as(tokens.access);
		flow_assert_problem(browser, &answer, 401,
		    "reauthentication_required");
		ck_assert_str_eq(answer_header(browser, &answer,
		    "WWW-Authenticate", 0), "Bearer realm=\"latchkey\", "
		    "error=\"insufficient_user_authentication\", "
		    "max_age=600");
		tokens = tokens_refresh(browser, tokens.refresh);
	}
	ck_assert(tokens_open(browser, tokens.access));
	tokens = flow_sign_in(browser, "google", "stale");
	ck_assert_int_eq(export_as(tokens.access).status, 200);

	/* Who is nobody is told to sign in, not to do it again. */
	answer = export_as("x");
	flow_assert_problem(browser, &answer, 401, "invalid_token");
}
END_TEST

int main(void)
{
	static const char *const arguments[] = {"--set",
		"session.limit=20000", NULL};
	Suite *s = suite_create("sessions_many");
	TCase *t = tcase_create("sessions_many");
	SRunner *r;
	int n;

	if (!stack_begin(arguments))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t,
	    se_08_ten_thousand_sessions_are_paged_and_ended_in_time);
	tcase_add_loop_test(t,
	    se_07_ten_thousand_sessions_end_with_their_account, 0, 2);
	tcase_add_test(t, a_page_holds_what_was_asked_for_and_names_the_next);
	tcase_add_test(t, a_page_that_cannot_be_named_is_a_mistake);
	tcase_add_test(t, the_index_repairs_itself);
	tcase_add_test(t,
	    a_stale_sign_in_is_challenged_and_a_refresh_is_no_sign_in);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
