/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl user: finding users, showing them to people and to programs, and
 * deletion, on the running stack.
 */
#include <string.h>
#include <sysexits.h>

#include <check.h>

#include "base/op.h"
#include "client/js.h"
#include "support/attempt.h"
#include "support/ctl.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

/* A UUID that nobody has. */
#define NOBODY "01890000-0000-7000-8000-000000000000"

static struct browser *alice;
static struct op *op;

static void setup(void)
{
	flow_reset();
	ctl_use(NULL);
	alice = browser_new();
	op = op_new(NULL, 60000);
}

static void teardown(void)
{
	op_free(op);
	browser_free(alice);
}

static const struct js *parsed(const char *text)
{
	const struct js *value;
	enum rc rc = js_parse(op, text, strlen(text), &value);

	ck_assert_msg(rc == RC_OK, "%s: %s", op_reason(op), text);
	return value;
}

/* A new user, signed in at google with the address <subject>@gmail.com. */
static const char *sign_up(const char *subject)
{
	return attempt_me(alice, flow_sign_in(alice, "google", subject), "id");
}

/* One with an address that is not verified. */
static const char *sign_up_unverified(const char *subject, const char *email)
{
	flow_next("{\"provider\": \"google\", \"subject\": \"%s\", "
	    "\"email\": \"%s\", \"email_verified\": false}", subject, email);
	return attempt_me(alice, attempt_accepted(alice, "google"), "id");
}

static const struct js *shown(const char *word)
{
	return parsed(ctl_says("user", "show", "--json", word, NULL));
}

START_TEST(a_user_is_found_by_id_address_and_identity)
{
	const char *id = sign_up("found");
	const char *const words[] = {id, "found@gmail.com", "FOUND@Gmail.com",
		"google:found"};
	char upper[40];

	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(js_text(shown(words[i]), "id"), id);

	/* As other programs print a UUID. */
	memcpy(upper, id, 37);
	for (char *p = upper; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'f')
			*p = (char)(*p - 'a' + 'A');
	ck_assert_str_eq(js_text(shown(upper), "id"), id);
}
END_TEST

START_TEST(who_is_not_there_is_67_and_what_names_nobody_64)
{
	static const char *const verbs[] = {"show", "disable", "enable"};
	static const char *const absent[] = {NOBODY, "nobody@example.org",
		"google:nobody", "nowhere:nobody"};
	static const char *const wrong[] = {"", "nobody", "a@b@c", ":x", "x:",
		"Google:x", "google:a b", "01890000", NOBODY "0"};

	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 4; k++)
			ctl_fails(EX_NOUSER, "", "user", verbs[i], absent[k],
			    NULL);
	for (size_t k = 0; k < 9; k++)
		ctl_fails(EX_USAGE, "names no user", "user", "show", wrong[k],
		    NULL);
	ctl_fails(EX_NOUSER, "nobody", "user", "delete", "--yes",
	    "google:nobody", NULL);
	ctl_fails(EX_NOUSER, NOBODY, "user", "premium", NOBODY, "clear",
	    NULL);
}
END_TEST

START_TEST(the_verified_holder_of_an_address_comes_first)
{
	const char *other = sign_up_unverified("shows-1", "held@gmail.com");
	const char *id = sign_up("held");

	ck_assert_str_ne(id, other);
	ck_assert_str_eq(js_text(shown("held@gmail.com"), "id"), id);
}
END_TEST

START_TEST(several_who_only_show_an_address_are_named_and_none_is_taken)
{
	const char *email = "shared@example.org";
	const char *first = sign_up_unverified("several-1", email);
	const char *second;

	ck_assert_str_eq(js_text(shown(email), "id"), first);
	second = sign_up_unverified("several-2", email);
	ctl_fails(EX_DATAERR, first, "user", "show", email, NULL);
	ctl_fails(EX_DATAERR, second, "user", "disable", email, NULL);
	ck_assert_str_eq(js_text(shown(first), "state"), "active");
	ck_assert_str_eq(js_text(shown(second), "state"), "active");
}
END_TEST

START_TEST(show_tells_people_and_programs_the_same)
{
	const char *id = sign_up("shown");
	const struct js *user, *account;
	const char *text;

	stack_sql(text_print("update users set display_name = 'J\u00f6rg', "
	    "premium_until = '2031-02-03 04:05:06+00' where id = '%s'", id));
	user = shown(id);
	ck_assert_str_eq(js_text(user, "state"), "active");
	ck_assert_str_eq(js_text(user, "email"), "shown@gmail.com");
	ck_assert(js_is_true(user, "email_verified"));
	ck_assert(js_is_true(user, "is_premium"));
	ck_assert_str_eq(js_text(user, "premium_until"),
	    "2031-02-03T04:05:06.000Z");
	ck_assert_uint_eq(js_count(js_get(user, "linked_accounts")), 1);
	account = js_at(js_get(user, "linked_accounts"), 0);
	ck_assert_str_eq(js_text(account, "provider"), "google");
	ck_assert_str_eq(js_text(account, "oauth_id"), "shown");
	ck_assert(js_is_true(account, "is_primary"));

	text = ctl_says("user", "show", id, NULL);
	for (size_t i = 0; i < js_count(user); i++) {
		const char *value = js_text(user, js_name(user, i));

		ck_assert_msg(value == NULL || strstr(text, value) != NULL,
		    "no %s", value);
	}
	ck_assert_ptr_nonnull(strstr(text, "J\u00f6rg\n"));
	ck_assert_ptr_nonnull(strstr(text, js_text(account, "linked_at")));
}
END_TEST

/* Where the text of a column stands in a line, in code points. */
static size_t column_of(const char *line, const char *text)
{
	const char *at = strstr(line, text);
	size_t points = 0;

	ck_assert_msg(at != NULL, "no %s in %s", text, line);
	for (; line < at; line++)
		if ((*line & 0xc0) != 0x80)
			points++;
	return points;
}

static const char *line_of(const char *text, const char *beginning)
{
	const char *at = strstr(text, beginning);

	ck_assert_msg(at != NULL, "no line %s", beginning);
	return text_copy(at, strcspn(at, "\n"));
}

START_TEST(the_table_stays_aligned_and_quiet_whatever_people_are_called)
{
	const char *long_one = sign_up("long-name");
	const char *wide = sign_up("wide-name");
	const char *rude = sign_up("rude-name");
	const char *text;
	size_t column;

	stack_sql(text_print("update users set display_name = "
	    "repeat(E'\\u00e9', 60) where id = '%s'", long_one));
	stack_sql(text_print("update users set display_name = "
	    "E'\\u00c5sa' where id = '%s'", wide));
	stack_sql(text_print("update users set display_name = "
	    "E'a\\x1b[2Jb\\nc' where id = '%s'", rude));

	/* That there is no control character is ctl.h's. */
	text = ctl_says("user", "list", "-n", "10000", NULL);
	column = column_of(line_of(text, "ID"), "PRIMARY");
	ck_assert_uint_eq(column_of(line_of(text, long_one), "google"),
	    column);
	ck_assert_uint_eq(column_of(line_of(text, wide), "google"), column);
	ck_assert_uint_eq(column_of(line_of(text, rude), "google"), column);
	ck_assert_ptr_nonnull(strstr(line_of(text, long_one),
	    "\u00e9\u00e9\u00e9...  google"));
	ck_assert_ptr_nonnull(strstr(line_of(text, rude), "a?[2Jb?c"));
	ck_assert_uint_eq(ctl_count(text, "\n"), 1 + (size_t)stack_count(
	    "select count(*) from users"));

	/* A program gets all of it, and as it is. */
	ck_assert_uint_eq(strlen(js_text(shown(long_one), "display_name")),
	    120);
	ck_assert_str_eq(js_text(shown(rude), "display_name"),
	    "a\x1b[2Jb\nc");
}
END_TEST

START_TEST(a_list_is_read_page_by_page)
{
	const char *after = NULL;
	long count = 0;

	for (int i = 0; i < 5; i++)
		sign_up(text_print("page-%d", i));
	for (;;) {
		const char *text = after == NULL ?
		    ctl_says("user", "list", "--json", "-n", "2", NULL) :
		    ctl_says("user", "list", "--json", "-n2", "--after",
			after, NULL);
		const struct js *users = js_get(parsed(text), "users");

		ck_assert_int_eq(js_type(users), JS_ARRAY);
		ck_assert_uint_le(js_count(users), 2);
		if (js_count(users) == 0)
			break;
		for (size_t i = 0; i < js_count(users); i++) {
			const char *id = js_text(js_at(users, i), "id");

			ck_assert(after == NULL || strcmp(after, id) < 0);
			after = id;
			count++;
		}
	}
	ck_assert_int_eq(count, stack_count("select count(*) from users"));
	ctl_fails(EX_USAGE, "--after", "user", "list", "--after", "x", NULL);
}
END_TEST

START_TEST(nobody_is_deleted_by_mistake)
{
	struct flow_tokens tokens = flow_sign_in(alice, "google", "leaver");
	const char *id = attempt_me(alice, tokens, "id");

	/* Nobody can be asked here: there is no terminal. */
	ctl_fails(EX_USAGE, "--yes", "user", "delete", id, NULL);
	ck_assert(tokens_open(alice, tokens.access));

	ck_assert_ptr_nonnull(strstr(ctl_says("user", "delete", "--yes",
	    "leaver@gmail.com", NULL), id));
	ck_assert(!tokens_open(alice, tokens.access));
	ck_assert_int_eq(stack_count(text_print("select count(*) from users "
	    "where id = '%s'", id)), 0);
	ctl_fails(EX_NOUSER, id, "user", "delete", "--yes", id, NULL);
}
END_TEST

static TCase *tests(void)
{
	TCase *t = tcase_create("ctl_user");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_user_is_found_by_id_address_and_identity);
	tcase_add_test(t, who_is_not_there_is_67_and_what_names_nobody_64);
	tcase_add_test(t, the_verified_holder_of_an_address_comes_first);
	tcase_add_test(t,
	    several_who_only_show_an_address_are_named_and_none_is_taken);
	tcase_add_test(t, show_tells_people_and_programs_the_same);
	tcase_add_test(t,
	    the_table_stays_aligned_and_quiet_whatever_people_are_called);
	tcase_add_test(t, a_list_is_read_page_by_page);
	tcase_add_test(t, nobody_is_deleted_by_mistake);
	return t;
}

int main(void)
{
	Suite *s = suite_create("ctl_user");
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
