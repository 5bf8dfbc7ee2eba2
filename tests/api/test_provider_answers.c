/* SPDX-License-Identifier: ISC */
/*
 * What providers answer: refusals of theirs, what is no JSON or says so
 * badly, tokens and subjects that are none.  Whoever gets in by it is a bug.
 */
#include <string.h>
#include <time.h>

#include <check.h>

#include "base/str.h"
#include "support/flow.h"
#include "support/reject.h"
#include "support/stack.h"
#include "support/steer.h"
#include "support/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What Discord says of a person, as text, to be spoilt. */
#define PERSON "{\\\"id\\\":\\\"700\\\",\\\"username\\\":\\\"u\\\"}"

static const struct {
	const char *provider;
	const char *endpoint;
} places[] = {
	{"google", "token"},
	{"discord", "token"},
	{"discord", "userinfo"},
};

/* The n-fold letter. */
static const char *letters(char letter, size_t n)
{
	static char text[32768];

	memset(text, letter, n);
	text[n] = '\0';
	return text;
}

START_TEST(pf_02_a_failing_provider_is_502_and_not_quoted)
{
	static const char *const statuses[] = {"201", "302", "500", "502",
		"503", "400", "401", "403", "404"};

	for (size_t i = 0; i < COUNT(statuses) * COUNT(places); i++) {
		const char *provider = places[i % COUNT(places)].provider;
		const char *endpoint = places[i % COUNT(places)].endpoint;

		/* With a body that would do, at first. */
		if (i >= 3 * COUNT(places))
			steer_fault(provider, endpoint, "body",
			    "\"{\\\"message\\\":\\\"wicked\\\"}\"");
		steer_fault(provider, endpoint, "header",
		    "\"X-Wicked: wicked\"");
		steer_fault(provider, endpoint, "status",
		    statuses[i / COUNT(places)]);
		ck_assert_ptr_null(strcasestr(reject_answer(provider, ""),
		    "wicked"));
	}
	ck_assert_ptr_null(strcasestr(stack_log(), "wicked"));
}
END_TEST

/* One 429 with these faults' worth; what we make of it. */
static long busy(const char *provider, const char *endpoint,
    const char *header, const char *body)
{
	size_t before = flow_recorded(provider, endpoint);
	const char *said;
	int64_t seconds;

	steer_fault(provider, endpoint, "status", "429");
	steer_fault(provider, endpoint, "body", body);
	if (header != NULL)
		steer_fault(provider, endpoint, "header",
		    text_print("\"Retry-After: %s\"", header));
	said = reject_sign_in(provider, "", 503, "provider_busy");
	/* Nobody asked again at once. */
	ck_assert_uint_eq(flow_recorded(provider, endpoint), before + 1);

	said = strcasestr(said, "\nretry-after: ");
	ck_assert_ptr_nonnull(said);
	said += strlen("\nretry-after: ");
	ck_assert_msg(str_int(text_copy(said, strcspn(said, "\r\n")), 1, 3600,
	    &seconds), "%s became %s", header, said);
	return (long)seconds;
}

START_TEST(pf_03_429_is_passed_on_with_a_sane_time)
{
	static const struct {
		const char *header;
		const char *body;
		long seconds;
	} forms[] = {
		{"30", "\"\"", 30},
		{"7", "\"{\\\"retry_after\\\":0.5}\"", 7},
		{"3601", "\"{}\"", 3600},
		{"99999999999", "\"{}\"", 3600},
		{NULL, "\"{\\\"retry_after\\\":0.5,\\\"global\\\":false}\"", 30},
		{NULL, "\"\"", 30},
		{"0", "\"{}\"", 30},
		{"soon", "\"{}\"", 30},
		{"Wed, 21 Oct 2015 07:28:00 GMT", "\"{}\"", 30},
		{"Wed, 21 Oct 2099 07:28:00 GMT", "\"{}\"", 3600},
	};

	for (size_t i = 0; i < COUNT(forms); i++) {
		long seconds = busy(places[i % COUNT(places)].provider,
		    places[i % COUNT(places)].endpoint, forms[i].header,
		    forms[i].body);

		ck_assert_msg(seconds == forms[i].seconds, "%s became %ld",
		    forms[i].header, seconds);
	}
	busy("discord", "userinfo", "-5", "\"{}\"");
	busy("discord", "userinfo", "0.5", "\"{}\"");
	busy("discord", "userinfo", "99999999999999999999", "\"{}\"");
}
END_TEST

START_TEST(pf_03_429_with_a_date_is_counted_from_now)
{
	char date[64];
	time_t then = time(NULL) + 60;
	struct tm parts;
	long seconds;

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT",
	    gmtime_r(&then, &parts));
	seconds = busy("discord", "token", date, "\"{}\"");
	ck_assert_int_ge(seconds, 50);
	ck_assert_int_le(seconds, 60);
}
END_TEST

START_TEST(pf_07_what_is_not_one_json_object_is_refused)
{
	static const char *const bodies[] = {"\"\"", "\" \"", "\"{\"", "\"[]\"",
		"\"null\"", "\"true\"", "\"7\"", "\"not json\"",
		"\"<html></html>\"", "\"[" PERSON "]\"",
		"\"\\\"text\\\"\"", "\"" PERSON "x\"",
		"\"" PERSON PERSON "\"", "\"" PERSON ",\"", "\"\\ufeff" PERSON "\"",
		"\"/* */" PERSON "\"", "\"{'id':'700'}\"",
		"\"{\\\"id\\\":\\\"700\\\",}\"", "\"{\\\"id\\\":\\\"700\\\"\"",
		"\"{\\\"id\\\":\\\"700\\\",\\\"id\\\":\\\"701\\\"}\"",
		"\"{\\\"id\\\":\\\"700\\\",\\\"x\\\":NaN}\""};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		const char *provider = places[i % 2].provider;

		steer_fault("discord", "userinfo", "body", bodies[i]);
		reject_answer("discord", "");
		if (i >= 12)
			continue;
		steer_fault(provider, "token", "body", bodies[i]);
		reject_answer(provider, "");
	}
	steer_fault("discord", "userinfo", "cut", "20");
	reject_answer("discord", "");
	/* It was not for another reason. */
	steer_fault("discord", "userinfo", "body", "\"" PERSON "\"");
	reject_nothing("discord", "");
}
END_TEST

START_TEST(pf_08_only_json_by_its_content_type_is_read)
{
	static const char *const wrong[] = {"\"\"", "\"text/html\"",
		"\"text/plain\"", "\"text/json\"", "\"application/jsonx\"",
		"\"application/x-www-form-urlencoded\"", "\"json\""};
	static const char *const right[] = {"\"application/json\"",
		"\"Application/JSON; charset=utf-8\"",
		"\"application/json;charset=UTF-8\""};

	for (size_t i = 0; i < COUNT(wrong) + COUNT(places); i++) {
		const char *provider = places[i % COUNT(places)].provider;

		steer_fault(provider, places[i % COUNT(places)].endpoint,
		    "content_type", wrong[i % COUNT(wrong)]);
		reject_answer(provider, "");
	}
	for (size_t i = 0; i < COUNT(right) * COUNT(places); i++) {
		const char *provider = places[i % COUNT(places)].provider;

		steer_fault(provider, places[i % COUNT(places)].endpoint,
		    "content_type", right[i / COUNT(places)]);
		reject_nothing(provider, "");
	}
}
END_TEST

START_TEST(pf_10_an_error_with_status_200_is_an_error)
{
	for (size_t k = 0; k < COUNT(places); k++) {
		steer_fault(places[k].provider, places[k].endpoint, "member",
		    "{\"error\": \"bad_verification_code\", "
		    "\"error_description\": \"wicked\"}");
		ck_assert_ptr_null(strcasestr(reject_answer(
		    places[k].provider, ""), "wicked"));
	}
}
END_TEST

START_TEST(pf_11_an_access_token_that_is_none_goes_nowhere)
{
	const char *const wrong[] = {"null", "\"\"", "7", "true", "{}",
		"[\"x\"]", "\"wicked\\r\\nX-Wicked: 1\"", "\"wicked\\n\"",
		"\"\\rwicked\"", "\"two wicked\"", "\"wicked\\t\"",
		"\"\\u0000wicked\"", "\"w\\u00efcked\"", "\"wicked\\u007f\"",
		text_print("\"%s\"", letters('w', 20480)),
		text_print("\"%s\"", letters('w', 4097))};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *more = text_print(
		    "\"token\": {\"access_token\": %s}", wrong[i]);

		reject_answer("discord", more);
		if (i % 4 == 0)
			reject_answer("google", more);
	}
	reject_answer("google", "\"without_token\": [\"access_token\"]");
	reject_answer("discord", "\"without_token\": [\"access_token\"]");
	ck_assert_uint_eq(flow_recorded("discord", "userinfo"), 0);

	reject_nothing("google", text_print(
	    "\"token\": {\"access_token\": \"%s\"}", letters('w', 4096)));
}
END_TEST

START_TEST(pf_13_a_subject_is_a_text_of_255_characters_at_most)
{
	const char *const wrong[] = {"null", "\"\"", "7", "true", "{}",
		"[\"x\"]", "\"a b\"", "\"\\u00e4\"", "\"a\\n\"",
		text_print("\"%s\"", letters('s', 256))};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *provider = i % 2 == 0 ? "google" : "other";

		reject_answer(provider, text_print(
		    "\"claims\": {\"sub\": %s}", wrong[i]));
	}
	reject_answer("google", "\"without\": [\"sub\"]");
	reject_nothing("google", text_print("\"claims\": {\"sub\": \"%s\"}",
	    letters('s', 255)));
	ck_assert_int_eq(stack_count("select count(*) from "
	    "oauth_linked_accounts where length(oauth_id) = 255"), 1);
}
END_TEST

START_TEST(pf_13_a_discord_id_is_a_decimal_text)
{
	const char *const wrong[] = {"null", "\"\"", "80351110224678912",
		"true", "[\"1\"]", "\"-1\"", "\" 1\"", "\"+1\"", "\"0x1f\"",
		"\"1e5\"", "\"12x\"", "\"1.0\"", "\"18446744073709551616\"",
		"\"111111111111111111111\"",
		text_print("\"%s\"", letters('1', 256))};

	for (size_t i = 0; i < COUNT(wrong); i++)
		reject_answer("discord", text_print(
		    "\"claims\": {\"id\": %s}", wrong[i]));
	reject_answer("discord", "\"without\": [\"id\"]");
}
END_TEST

START_TEST(pf_14_large_ids_keep_every_digit)
{
	static const char *const ids[] = {"18446744073709551615",
		"9007199254740993"};
	struct browser *browser = browser_new();

	for (size_t i = 0; i < COUNT(ids); i++) {
		const char *token = reject_nothing("discord", text_print(
		    "\"claims\": {\"id\": \"%s\", \"avatar\": "
		    "\"0123456789abcdef0123456789abcdef\"}", ids[i]));
		struct answer answer = browser_get_as(browser,
		    stack_url("/api/users/me"), token);

		ck_assert_int_eq(stack_count(text_print("select count(*) "
		    "from users join oauth_linked_accounts a "
		    "on a.user_id = users.id where a.oauth_id = '%s' "
		    "and users.oauth_id = '%s'", ids[i], ids[i])), 1);
		ck_assert_str_eq(answer_member(browser, &answer, "avatar_url"),
		    text_print("https://cdn.discordapp.com/avatars/%s/"
			"0123456789abcdef0123456789abcdef.png", ids[i]));
	}
	browser_free(browser);
}
END_TEST

START_TEST(pf_18_without_the_scope_there_is_no_address)
{
	static const struct {
		const char *provider;
		const char *more;
	} cases[] = {
		{"google", "\"token\": {\"scope\": \"openid\"}, "
		    "\"without\": [\"email\", \"email_verified\"]"},
		{"discord", "\"token\": {\"scope\": \"identify\"}, "
		    "\"without\": [\"email\", \"verified\"]"},
		{"discord", "\"claims\": {\"email\": null}"},
	};
	struct browser *browser = browser_new();

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer = browser_get_as(browser,
		    stack_url("/api/users/me"), reject_nothing(
			cases[i].provider, cases[i].more));

		ck_assert_int_eq(answer.status, 200);
		ck_assert_ptr_nonnull(strstr(answer.body, "\"email\":null"));
		ck_assert_str_eq(answer_member(browser, &answer,
		    "email_verified"), "false");
	}
	browser_free(browser);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("provider_answers");

	tcase_add_checked_fixture(t, flow_reset, NULL);
	tcase_add_test(t, pf_02_a_failing_provider_is_502_and_not_quoted);
	tcase_add_test(t, pf_03_429_is_passed_on_with_a_sane_time);
	tcase_add_test(t, pf_03_429_with_a_date_is_counted_from_now);
	tcase_add_test(t, pf_07_what_is_not_one_json_object_is_refused);
	tcase_add_test(t, pf_08_only_json_by_its_content_type_is_read);
	tcase_add_test(t, pf_10_an_error_with_status_200_is_an_error);
	tcase_add_test(t, pf_11_an_access_token_that_is_none_goes_nowhere);
	tcase_add_test(t, pf_13_a_subject_is_a_text_of_255_characters_at_most);
	tcase_add_test(t, pf_13_a_discord_id_is_a_decimal_text);
	tcase_add_test(t, pf_14_large_ids_keep_every_digit);
	tcase_add_test(t, pf_18_without_the_scope_there_is_no_address);
	return t;
}

int main(void)
{
	Suite *s = suite_create("provider_answers");
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
