/* SPDX-License-Identifier: ISC */
/*
 * The surface as a whole: which methods each route answers, what every answer
 * carries and never carries, and who may ask for health.
 */
#include <string.h>

#include <check.h>

#include "http/route.h"
#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH",
	"DELETE", "OPTIONS", "FOO"};

static struct browser *browser;

static void setup(void)
{
	browser = browser_new();
}

static void teardown(void)
{
	browser_free(browser);
}

/* A route's address, with google for the provider. */
static const char *address(const struct route *route)
{
	const char *open = strchr(route->pattern, '{');
	const char *path = route->pattern;

	if (open != NULL)
		path = text_print("%.*sgoogle%s", (int)(open - path), path,
		    strchr(open, '}') + 1);
	if (route->listener == ROUTE_LOCAL)
		return stack_local_url(path);
	return stack_url(text_print("/api%s", path));
}

/* The methods the table has for a route's pattern, as Allow names them. */
static const char *allowed(const struct route *route)
{
	const char *allow = "";

	for (size_t i = 0; i < route_count; i++)
		if (strcmp(route_table[i].pattern, route->pattern) == 0)
			allow = text_print("%s%s%s", allow,
			    allow[0] != '\0' ? ", " : "",
			    route_table[i].method);
	return allow;
}

START_TEST(rq_01_each_route_answers_only_its_methods)
{
	for (size_t i = 0; i < route_count; i++) {
		const char *url = address(&route_table[i]);
		const char *allow = allowed(&route_table[i]);

		for (size_t k = 0; k < COUNT(methods); k++) {
			struct answer answer = browser_send(browser,
			    methods[k], url, NULL, NULL);
			const char *said = answer_header(browser, &answer,
			    "Allow", 0);

			if (strstr(allow, methods[k]) != NULL) {
				ck_assert_int_ne(answer.status, 405);
				continue;
			}
			ck_assert_msg(answer.status == 405, "%s %s: %ld",
			    methods[k], url, answer.status);
			ck_assert_msg(said != NULL && strcmp(said, allow) == 0,
			    "%s %s: Allow is %s", methods[k], url, said);
			if (strcmp(methods[k], "HEAD") != 0)
				flow_assert_problem(browser, &answer, 405,
				    "method_not_allowed");
		}
	}
}
END_TEST

START_TEST(rq_01_nginx_refuses_what_is_no_method_for_us)
{
	static const char *const odd[] = {"get", "Get", "TRACE", "CONNECT"};
	const char *url = stack_url("/api/auth/providers");

	for (size_t i = 0; i < COUNT(odd); i++) {
		long status = browser_send(browser, odd[i], url, NULL,
		    NULL).status;

		ck_assert_msg(status == 400 || status == 405 || status == 501,
		    "%s: %ld", odd[i], status);
	}
}
END_TEST

START_TEST(an_unknown_address_is_not_found)
{
	static const char *const paths[] = {"/api/", "/api/wherever",
		"/api/users", "/api/users/me/x", "/api/auth",
		"/api/auth/google/callback/x",
		"/api/users/01890a5d-ac96-774b-bcce-b302099a8057"};
	struct answer answer;

	for (size_t i = 0; i < COUNT(paths); i++) {
		answer = browser_get(browser, stack_url(paths[i]));
		flow_assert_problem(browser, &answer, 404, "not_found");
		ck_assert_ptr_null(strstr(answer.body, "wherever"));
	}
	answer = browser_get(browser, stack_url("/api"));
	flow_assert_problem(browser, &answer, 404, "not_found");
}
END_TEST

START_TEST(health_is_asked_on_the_local_listener_only)
{
	static const char *const paths[] = {"/api/health/live",
		"/api/health/ready", "/api/health/", "/api/./health/live",
		"//api//health/live", "/api/%68ealth/live",
		"/api/auth/../health/live", "/api/admin/", "/api/admin"};
	static const char *const unknown[] = {"/health/", "/health", "/admin/",
		"/admin", "/"};
	struct answer answer;

	answer = browser_get(browser, stack_local_url("/health/live"));
	ck_assert_int_eq(answer.status, 200);
	ck_assert_str_eq(answer_member(browser, &answer, "status"), "ok");
	for (size_t i = 0; i < COUNT(paths); i++) {
		answer = browser_get(browser, stack_url(paths[i]));
		flow_assert_problem(browser, &answer, 404, "not_found");
	}
	/* And the local one knows nothing else. */
	answer = browser_get(browser, stack_local_url("/auth/providers"));
	ck_assert_int_eq(answer.status, 404);
	for (size_t i = 0; i < COUNT(unknown); i++) {
		answer = browser_get(browser, stack_local_url(unknown[i]));
		flow_assert_problem(browser, &answer, 404, "not_found");
	}
}
END_TEST

/* What /health/ready says; must come soon and name both stores. */
static void assert_ready(long status, const char *postgresql,
    const char *redis)
{
	struct answer answer = browser_get(browser,
	    stack_local_url("/health/ready"));

	ck_assert_int_eq(answer.status, status);
	ck_assert_str_eq(answer_member(browser, &answer, "postgresql"),
	    postgresql);
	ck_assert_str_eq(answer_member(browser, &answer, "redis"), redis);
	if (status == 200) {
		ck_assert_str_eq(answer_member(browser, &answer, "status"),
		    "ok");
		return;
	}
	flow_assert_problem(browser, &answer, 503, "unavailable");
	ck_assert_ptr_nonnull(answer_header(browser, &answer, "Retry-After",
	    0));
	answer = browser_get(browser, stack_local_url("/health/live"));
	ck_assert_int_eq(answer.status, 200);
}

START_TEST(ready_names_the_store_that_is_down)
{
	assert_ready(200, "ok", "ok");
	stack_service("stop", "redis");
	assert_ready(503, "ok", "down");
	stack_service("start", "redis");
	ck_assert(stack_is_ready_within(5000));
	stack_service("stop", "postgres");
	assert_ready(503, "down", "ok");
	ck_assert_ptr_nonnull(strstr(stack_log(), "reason=\"PostgreSQL: "));
	stack_service("start", "postgres");
	ck_assert(stack_is_ready_within(5000));
	assert_ready(200, "ok", "ok");
}
END_TEST

/* One answer of each kind there is. */
static struct answer sample(size_t i)
{
	static const char *const plain[] = {"Content-Type: text/plain", NULL};
	static const char *const paths[] = {"/api/auth/providers",
		"/api/auth/google", "/api/nothing", "/api/users/me",
		"/api/auth/refresh", "/api/auth/google/callback",
		"/api/auth/google?x=%zz", "/api/auth/nobody", "/api/health/live"};
	const char *refresh = stack_url("/api/auth/refresh");

	if (i < COUNT(paths))
		return browser_get(browser, stack_url(paths[i]));
	switch (i - COUNT(paths)) {
	case 0:
		return browser_get_as(browser, stack_url("/api/users/me"),
		    flow_sign_in(browser, "google", "alice").access);
	case 1:
		return browser_get_as(browser, stack_url("/api/users/me"), "x");
	case 2:
		return browser_post(browser, refresh, "{");
	case 3:
		return browser_send(browser, "POST", refresh, plain, "{}");
	case 4:
		return browser_post(browser, refresh,
		    text_print("\"%20000d\"", 7));
	case 5:
		return flow_refresh(browser, "x");
	case 6:
		return flow_refresh(browser,
		    flow_sign_in(browser, "google", "alice").refresh);
	case 7:
		return browser_send(browser, "FOO", refresh, NULL, NULL);
	default:
		return (struct answer){.status = 0};
	}
}

START_TEST(ca_01_no_answer_may_be_kept)
{
	struct answer answer;
	size_t i;

	for (i = 0; (answer = sample(i)).status != 0; i++) {
		const char *said = answer_header(browser, &answer,
		    "Cache-Control", 0);

		ck_assert_msg(said != NULL && strcmp(said, "no-store") == 0,
		    "%zu: %s", i, answer.head);
		ck_assert_str_eq(answer_header(browser, &answer,
		    "X-Content-Type-Options", 0), "nosniff");
	}
	ck_assert_uint_ge(i, 15);
}
END_TEST

START_TEST(every_answer_has_the_id_of_its_log_line)
{
	struct answer answer;

	for (size_t i = 0; (answer = sample(i)).status != 0; i++) {
		const char *id = answer_header(browser, &answer,
		    "X-Request-Id", 0);
		const char *said = answer_member(browser, &answer,
		    "request_id");

		ck_assert_msg(id != NULL && strlen(id) == 32, "%zu: %s", i,
		    answer.head);
		if (said != NULL)
			ck_assert_str_eq(said, id);
		/* nginx answers two kinds alone: health and too large. */
		if (answer.status == 413 || (said != NULL && i == 8))
			continue;
		ck_assert_msg(strstr(stack_log(), text_print(" request_id=%s ",
		    id)) != NULL, "no log line of %s", id);
	}
}
END_TEST

START_TEST(il_01_no_answer_tells_what_it_is_made_of)
{
	static const char *const words[] = {"postgres", "redis", "select ",
		"fcgi", "json-c", "json_", "libjwt", "hiredis", "curl", "lua",
		"openssl", "/tmp", "/usr", ".c:", "0x", "errno", "stack",
		"debian", "localhost:", "127.0.0.1"};
	struct answer answer;

	for (size_t i = 0; (answer = sample(i)).status != 0; i++) {
		if (answer.status < 400)
			continue;
		for (size_t k = 0; k < COUNT(words); k++) {
			ck_assert_msg(strcasestr(answer.body, words[k]) == NULL,
			    "%s in %s", words[k], answer.body);
			ck_assert_msg(strcasestr(answer.head, words[k]) == NULL,
			    "%s in %s", words[k], answer.head);
		}
		ck_assert_str_eq(answer_header(browser, &answer, "Server", 0),
		    "nginx");
	}
}
END_TEST

START_TEST(il_01_a_store_that_is_down_is_not_named)
{
	struct answer answers[2];

	stack_service("stop", "redis");
	answers[0] = browser_get(browser, stack_url("/api/auth/google"));
	stack_service("start", "redis");
	stack_service("stop", "latchkey");
	answers[1] = browser_get(browser, stack_url("/api/auth/providers"));
	stack_service("start", "latchkey");
	ck_assert(stack_is_ready_within(5000));

	for (size_t i = 0; i < 2; i++) {
		flow_assert_problem(browser, &answers[i],
		    i == 0 ? 503 : 502, "unavailable");
		ck_assert_ptr_nonnull(answer_header(browser, &answers[i],
		    "Retry-After", 0));
		ck_assert_ptr_null(strcasestr(answers[i].body, "redis"));
		ck_assert_ptr_null(strcasestr(answers[i].body, "socket"));
	}
}
END_TEST

START_TEST(co_01_no_other_origin_is_let_in)
{
	static const char *const headers[] = {"Origin: https://evil.example",
		"Access-Control-Request-Method: POST",
		"Access-Control-Request-Headers: authorization", NULL};
	static const char *const asked[] = {"GET", "POST", "OPTIONS"};

	for (size_t i = 0; i < route_count * COUNT(asked); i++) {
		struct answer answer = browser_send(browser,
		    asked[i % COUNT(asked)],
		    address(&route_table[i / COUNT(asked)]), headers, NULL);

		ck_assert_int_ne(answer.status, 0);
		ck_assert_ptr_null(strcasestr(answer.head, "Access-Control-"));
		ck_assert_ptr_null(strstr(answer.head, "evil.example"));
		ck_assert_ptr_null(strstr(answer.body, "evil.example"));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http");
	TCase *t = tcase_create("http");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, rq_01_each_route_answers_only_its_methods);
	tcase_add_test(t, rq_01_nginx_refuses_what_is_no_method_for_us);
	tcase_add_test(t, an_unknown_address_is_not_found);
	tcase_add_test(t, health_is_asked_on_the_local_listener_only);
	tcase_add_test(t, ready_names_the_store_that_is_down);
	tcase_add_test(t, ca_01_no_answer_may_be_kept);
	tcase_add_test(t, every_answer_has_the_id_of_its_log_line);
	tcase_add_test(t, il_01_no_answer_tells_what_it_is_made_of);
	tcase_add_test(t, il_01_a_store_that_is_down_is_not_named);
	tcase_add_test(t, co_01_no_other_origin_is_let_in);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
