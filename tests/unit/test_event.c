/* SPDX-License-Identifier: ISC */
/* The names of kinds of event, and whether the manual explains them all. */
#include "store/event.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "support/text.h"

static const char *name_of(int kind)
{
	return event_kind_name((enum event_kind)kind);
}

START_TEST(every_kind_is_found_by_its_name_and_no_other_is)
{
	for (int i = EVENT_NONE + 1; i < EVENT_COUNT; i++) {
		enum event_kind kind = EVENT_NONE;

		ck_assert_msg(name_of(i) != NULL, "kind %d has no name", i);
		ck_assert(event_kind_from(name_of(i), &kind));
		ck_assert_int_eq(kind, i);
	}
}
END_TEST

START_TEST(what_is_no_kind_is_found_by_no_name)
{
	static const char *const bad[] = {"", "signed", "signed_in ",
	    "SIGNED_IN", "none"};
	enum event_kind kind = EVENT_LINKED;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!event_kind_from(bad[i], &kind), "%s", bad[i]);
	ck_assert_int_eq(kind, EVENT_LINKED);
	ck_assert_ptr_null(event_kind_name(EVENT_NONE));
}
END_TEST

/* Rows keep their names for ever, and whoever reads them has the manual. */
START_TEST(the_manual_explains_every_kind)
{
	const char *folder = getenv("srcdir");
	const char *text = text_of_file(text_print("%s/man/latchkey.8",
	    folder != NULL ? folder : "."));
	const char *list;

	ck_assert_ptr_nonnull(text);
	list = strstr(text, ".Ss Events");
	ck_assert_ptr_nonnull(list);
	list = text_copy(list, (size_t)(strstr(list, "\n.El\n") - list));
	for (int i = EVENT_NONE + 1; i < EVENT_COUNT; i++)
		ck_assert_msg(
		    strstr(list, text_print(".It Sy %s\n", name_of(i))) !=
			NULL ||
		    strstr(list, text_print(".It Sy %s ,", name_of(i))) !=
			NULL ||
		    strstr(list, text_print(" , %s\n", name_of(i))) != NULL,
		    "%s", name_of(i));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("event");
	TCase *t = tcase_create("event");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, t);
	tcase_add_test(t, every_kind_is_found_by_its_name_and_no_other_is);
	tcase_add_test(t, what_is_no_kind_is_found_by_no_name);
	tcase_add_test(t, the_manual_explains_every_kind);

	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
