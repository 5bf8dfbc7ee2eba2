/* SPDX-License-Identifier: ISC */
/* Who may administer: whoever shows the whole secret, when there is one. */
#include "auth/admin.h"

#include <string.h>

#include <check.h>

#include "auth/refusal.h"

#define SECRET "9e107d9d372bb6826bd81d3542a419d6-1f"

static struct config config;
static struct op *op;

static void configure(const char *text)
{
	config.admin_secret = (struct secret){
	    .bytes = (const unsigned char *)text, .size = strlen(text)};
	admin_init(&config);
}

static void setup(void)
{
	op = op_new("test", 10000);
	configure(SECRET);
}

static void teardown(void)
{
	op_free(op);
}

static void refused(const char *text)
{
	op_clear(op);
	ck_assert_int_eq(admin_check(op, text), RC_DENIED);
	ck_assert_int_eq(op->refusal, REFUSAL_ADMIN);
	ck_assert_ptr_null(strstr(op_reason(op), SECRET));
}

START_TEST(who_shows_the_secret_may_administer)
{
	ck_assert(admin_is_enabled());
	ck_assert_int_eq(admin_check(op, SECRET), RC_OK);
}
END_TEST

START_TEST(who_shows_anything_else_may_not)
{
	refused(NULL);
	refused("");
	refused("x");
	refused(SECRET "0");
	refused(" " SECRET);
	refused("9e107d9d372bb6826bd81d3542a419d6-1");
	refused("9E107D9D372BB6826BD81D3542A419D6-1F");
	refused("9e107d9d372bb6826bd81d3542a419d6-1e");
}
END_TEST

START_TEST(without_a_secret_nobody_may)
{
	configure("");
	ck_assert(!admin_is_enabled());
	refused(NULL);
	refused("");
	refused(SECRET);

	config.admin_secret = (struct secret){.bytes = NULL, .size = 0};
	admin_init(&config);
	ck_assert(!admin_is_enabled());
	refused("");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("admin");
	TCase *t = tcase_create("admin");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, who_shows_the_secret_may_administer);
	tcase_add_test(t, who_shows_anything_else_may_not);
	tcase_add_test(t, without_a_secret_nobody_may);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
