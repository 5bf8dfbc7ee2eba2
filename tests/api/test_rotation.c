/* SPDX-License-Identifier: ISC */
/*
 * Secrets that are changed: what the one before signed is good as long as it
 * is configured, nobody is logged out, and a key's name is worth nothing
 * with another key.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "support/flow.h"
#include "support/forge.h"
#include "support/reconfigure.h"
#include "support/stack.h"
#include "support/text.h"
#include "support/tokens.h"

static const char NEW_SECRET[] = "fW8sJ2kQ0xZr7LtBv5NcYp1HgEoTuAiD";

static struct op *op;
static struct browser *browser;
static struct flow_tokens tokens;

static void setup(void)
{
	op = op_new("test", 60000);
	browser = browser_new();
	reconfigure_back();
	tokens = flow_sign_in(browser, "google", "rotation");
}

static void teardown(void)
{
	browser_free(browser);
	op_free(op);
}

/* The path of a secret as the configuration names it. */
static const char *path_of(const char *name)
{
	return text_print("%s/secrets/%s", stack_dir(), name);
}

/* Another secret beside name, for those who may read that one. */
static void make_new(const char *name)
{
	const char *path = path_of(text_print("%s-new", name));
	FILE *file = fopen(path, "w");
	struct stat like;

	ck_assert_ptr_nonnull(file);
	fputs(NEW_SECRET, file);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(stat(path_of(name), &like), 0);
	ck_assert_int_eq(chown(path, like.st_uid, like.st_gid), 0);
	ck_assert_int_eq(chmod(path, 0600), 0);
}

/* Makes the new one the secret, and keeps the old one where wanted. */
static void change(const char *name, bool keep)
{
	const char *old = path_of(name);

	make_new(name);
	reconfigure(text_print("secret_file = \"%s\"\n", old),
	    text_print("secret_file = \"%s-new\"\n%s%s%s", old,
		keep ? "previous_secret_file = \"" : "", keep ? old : "",
		keep ? "\"\n" : ""));
}

static const char *kid_of(const char *token)
{
	const char *kid = js_text(forge_header_of(op, token), "kid");

	ck_assert_ptr_nonnull(kid);
	return kid;
}

/* The same claims, signed by secret, under this key's name. */
static const char *named(const char *token, struct secret secret,
    const char *kid)
{
	struct forge_claims claims = forge_like(op, token);
	struct jws_key key = jws_hs256(op->pool, kid, secret);

	return forge_token(op, &key, &claims);
}

START_TEST(at_13_access_tokens_outlive_a_change_of_the_secret)
{
	struct jws_key old = forge_access_key(op);
	struct secret new = {(const unsigned char *)NEW_SECRET,
		sizeof(NEW_SECRET) - 1};
	struct flow_tokens next;
	const char *kid;

	change("jwt", true);
	ck_assert(tokens_open(browser, tokens.access));
	next = tokens_refresh(browser, tokens.refresh);
	kid = kid_of(next.access);
	ck_assert_str_ne(kid, kid_of(tokens.access));
	ck_assert(tokens_open(browser, next.access));

	/* Of two keys a token names the one that signed it. */
	ck_assert(tokens_open(browser, named(next.access, new, kid)));
	ck_assert(tokens_open(browser, named(next.access, old.bytes,
	    old.id)));
	ck_assert(!tokens_open(browser, named(next.access, old.bytes, kid)));
	ck_assert(!tokens_open(browser, named(next.access, new, old.id)));

	change("jwt", false);
	ck_assert(!tokens_open(browser, tokens.access));
	ck_assert(!tokens_open(browser, named(next.access, old.bytes,
	    old.id)));
	ck_assert(tokens_open(browser, next.access));
	tokens_refresh(browser, next.refresh);
}
END_TEST

START_TEST(at_13_refresh_tokens_outlive_a_change_of_the_secret)
{
	struct flow_tokens other = flow_sign_in(browser, "google", "rotation");
	struct flow_tokens next = tokens_refresh(browser, tokens.refresh);
	struct flow_tokens newest;

	change("secret", true);
	/* The same successor again, by the key it was made with. */
	ck_assert_str_eq(tokens_refresh(browser, tokens.refresh).refresh,
	    next.refresh);
	newest = tokens_refresh(browser, next.refresh);
	ck_assert_str_ne(kid_of(newest.refresh), kid_of(next.refresh));
	ck_assert(tokens_open(browser, newest.access));

	change("secret", false);
	tokens_assert_dead(browser, other.refresh);
	tokens_assert_dead(browser, next.refresh);
	tokens_refresh(browser, newest.refresh);
	ck_assert(tokens_open(browser, other.access));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rotation");
	TCase *t = tcase_create("rotation");
	SRunner *r;
	int n;

	if (!stack_begin(NULL))
		return 0;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, at_13_access_tokens_outlive_a_change_of_the_secret);
	tcase_add_test(t, at_13_refresh_tokens_outlive_a_change_of_the_secret);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	n = srunner_ntests_failed(r);
	srunner_free(r);
	stack_end();
	return n == 0 ? 0 : 1;
}
