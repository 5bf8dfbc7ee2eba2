/* SPDX-License-Identifier: ISC */
/* The lines that dev/run prints for people, run as they are printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <check.h>

#include "support/flow.h"
#include "support/stack.h"
#include "support/text.h"

#define ROUND_BEGIN "# ---- the whole round"
#define ROUND_END   "# ---- the end of the round"

/* What stands between the two rules. */
static const char *round_lines(void)
{
	const char *printed = stack_printed();
	const char *begin;
	const char *end;

	ck_assert_ptr_nonnull(printed);
	begin = strstr(printed, ROUND_BEGIN);
	ck_assert_ptr_nonnull(begin);
	end = strstr(begin, ROUND_END);
	ck_assert_ptr_nonnull(end);
	return text_copy(begin, (size_t)(end - begin));
}

/* Runs lines as "sh -e" reads them from a terminal; what they wrote. */
static const char *shell(const char *lines, int *code)
{
	const char *script = text_print("%s/tmp/round.sh", stack_dir());
	const char *out = text_print("%s/tmp/round.out", stack_dir());
	FILE *file = fopen(script, "w");
	int status;

	ck_assert_ptr_nonnull(file);
	fputs(lines, file);
	ck_assert_int_eq(fclose(file), 0);
	status = system(text_print("sh -e %s >%s 2>&1 </dev/null", script,
	    out));
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return text_of_file(out);
}

START_TEST(the_printed_round_runs_as_it_is_printed)
{
	const char *lines = round_lines();
	const char *out;
	const char *first;
	int code;

	out = shell(lines, &code);
	ck_assert_msg(code == 0, "the round ended with %d:\n%s", code, out);

	/* Who am I, before and after the refresh. */
	first = strstr(out, "\"ada@gmail.com\"");
	ck_assert_msg(first != NULL &&
	    strstr(first + 1, "\"ada@gmail.com\"") != NULL,
	    "not twice the profile:\n%s", out);
}
END_TEST

START_TEST(the_printed_round_signs_in_and_out)
{
	shell(round_lines(), &(int){0});
	ck_assert_int_eq(stack_count("select count(*) from users where "
	    "email = 'ada@gmail.com' and email_verified"), 1);
	ck_assert_str_eq(stack_redis("KEYS", "latchkey:refresh_token:*",
	    NULL), "");
	ck_assert_uint_eq(flow_recorded("google", "token"), 1);
}
END_TEST

/* A page for people: it loads, and the API tells it the providers. */
START_TEST(the_printed_address_shows_a_page)
{
	struct browser *browser = browser_new();
	struct answer answer = browser_get(browser, stack_url("/"));

	ck_assert_int_eq(answer.status, 200);
	ck_assert_ptr_nonnull(strstr(answer.body, "Sign in with"));
	ck_assert_ptr_nonnull(strstr(stack_printed(),
	    text_print("Open %s/ in a browser.", stack_setting("BASE_URL"))));

	answer = browser_get(browser, stack_url("/api/auth/providers"));
	ck_assert_int_eq(answer.status, 200);
	ck_assert_ptr_nonnull(strstr(answer.body, "\"google\""));
	ck_assert_ptr_nonnull(strstr(answer.body, "\"discord\""));
	browser_free(browser);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("round");
	TCase *t = tcase_create("round");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, flow_reset, NULL);
	tcase_add_test(t, the_printed_round_runs_as_it_is_printed);
	tcase_add_test(t, the_printed_round_signs_in_and_out);
	tcase_add_test(t, the_printed_address_shows_a_page);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
