/* SPDX-License-Identifier: ISC */
/* The unit of work: its deadline, its outcome, the chain of its reason. */
#include "base/op.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/uuid.h"

static struct op *op;

static void begin(void)
{
	op = op_new("request-1", 5000);
}

static void end(void)
{
	op_free(op);
}

static void count(void *object)
{
	++*(int *)object;
}

START_TEST(a_new_operation_has_not_failed)
{
	ck_assert_ptr_nonnull(op->pool);
	ck_assert_int_eq(op->rc, RC_OK);
	ck_assert_int_eq(op->refusal, 0);
	ck_assert_int_eq(op->retry_after_s, 0);
	ck_assert_ptr_null(op->transaction);
	ck_assert_str_eq(op_reason(op), "");
	ck_assert_str_eq(op->id, "request-1");
}
END_TEST

START_TEST(an_operation_without_id_gets_a_random_one)
{
	struct op *first = op_new(NULL, 1000);
	struct op *second = op_new(NULL, 1000);

	ck_assert(uuid_is_valid(first->id));
	ck_assert_str_ne(first->id, second->id);
	op_free(first);
	op_free(second);
}
END_TEST

START_TEST(a_long_id_is_copied_and_cut)
{
	char id[200];
	struct op *other;

	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	other = op_new(id, 1000);
	id[0] = 'y';
	ck_assert_uint_eq(strlen(other->id), OP_ID_SIZE - 1);
	ck_assert_int_eq(other->id[0], 'x');
	op_free(other);
}
END_TEST

START_TEST(freeing_ends_what_the_pool_adopted)
{
	struct op *other = op_new(NULL, 1000);
	int released = 0;

	pool_defer(other->pool, count, &released);
	op_free(other);
	ck_assert_int_eq(released, 1);
	op_free(NULL);
}
END_TEST

START_TEST(the_time_left_shrinks_to_nothing)
{
	int64_t before = clock_mono_ms();
	struct op *brief = op_new(NULL, 30);
	struct op *late = op_new(NULL, -1000);
	int64_t left = op_left_ms(brief);

	ck_assert_int_ge(left, 30 - (clock_mono_ms() - before));
	ck_assert_int_le(left, 30);
	ck_assert_int_ge(op_left_ms(op), 4000);
	ck_assert_int_le(op_left_ms(op), 5000);
	usleep(40000);
	ck_assert_int_eq(op_left_ms(brief), 0);
	ck_assert_int_eq(op_left_ms(late), 0);
	op_free(brief);
	op_free(late);
}
END_TEST

START_TEST(the_deadline_is_on_the_steady_clock)
{
	int64_t distance = op->deadline_ms - clock_mono_ms();

	ck_assert_int_ge(distance, 4000);
	ck_assert_int_le(distance, 5000);
}
END_TEST

START_TEST(a_shortened_deadline_gives_a_part_less_time)
{
	int64_t whole = op->deadline_ms;
	int64_t now = clock_mono_ms();

	ck_assert_int_eq(op_shorten(op, 1000), whole);
	ck_assert_int_ge(op->deadline_ms, now + 1000);
	ck_assert_int_le(op->deadline_ms, now + 2000);
}
END_TEST

START_TEST(shortening_never_gives_a_part_more_time)
{
	int64_t whole = op->deadline_ms;

	ck_assert_int_eq(op_shorten(op, 10000), whole);
	ck_assert_int_eq(op->deadline_ms, whole);
}
END_TEST

START_TEST(failing_notes_outcome_and_reason)
{
	ck_assert_int_eq(
	    op_fail(op, RC_DENIED, "user %s is disabled", "u1"), RC_DENIED);
	ck_assert_int_eq(op->rc, RC_DENIED);
	ck_assert_str_eq(op_reason(op), "user u1 is disabled");
}
END_TEST

START_TEST(a_later_failure_replaces_an_earlier_one)
{
	op_refuse(op, RC_TAKEN, 7, "first");
	op_fail(op, RC_DOWN, "second");
	ck_assert_int_eq(op->rc, RC_DOWN);
	ck_assert_int_eq(op->refusal, 0);
	ck_assert_str_eq(op_reason(op), "second");
}
END_TEST

START_TEST(a_reason_may_quote_the_earlier_one)
{
	op_fail(op, RC_BAD, "first");
	op_fail(op, RC_DOWN, "after (%s)", op_reason(op));
	ck_assert_str_eq(op_reason(op), "after (first)");
}
END_TEST

START_TEST(a_refusal_refines_the_outcome)
{
	ck_assert_int_eq(op_refuse(op, RC_TAKEN, 7, "taken by %d", 3),
	    RC_TAKEN);
	ck_assert_int_eq(op->rc, RC_TAKEN);
	ck_assert_int_eq(op->refusal, 7);
	ck_assert_str_eq(op_reason(op), "taken by 3");
}
END_TEST

START_TEST(failing_with_success_aborts)
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		op_fail(op, RC_OK, "nonsense");
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
}
END_TEST

START_TEST(the_way_up_is_told_before_the_reason)
{
	op_refuse(op, RC_DOWN, 4, "the database did not answer");
	ck_assert_int_eq(op_while(op, RC_DOWN, "finding a %s identity",
	    "google"), RC_DOWN);
	ck_assert_str_eq(op_reason(op), "finding a google identity: "
	    "the database did not answer");
	op_while(op, RC_DOWN, "signing in");
	ck_assert_str_eq(op_reason(op), "signing in: finding a google "
	    "identity: the database did not answer");
	ck_assert_int_eq(op->refusal, 4);
	ck_assert_int_eq(op->rc, RC_DOWN);
}
END_TEST

START_TEST(a_long_chain_loses_its_tail_only)
{
	char long_text[2000];

	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	op_fail(op, RC_DOWN, "%s", long_text);
	ck_assert_uint_eq(strlen(op_reason(op)), OP_REASON_SIZE - 1);

	for (int i = 0; i < 100; i++)
		op_while(op, RC_DOWN, "step %d", i);
	ck_assert(strncmp(op_reason(op), "step 99: step 98: ", 18) == 0);
	ck_assert_uint_eq(strlen(op_reason(op)), OP_REASON_SIZE - 1);

	op_while(op, RC_DOWN, "%s", long_text);
	ck_assert_uint_eq(strlen(op_reason(op)), OP_REASON_SIZE - 1);
	ck_assert_ptr_nonnull(strstr(op_reason(op), "xx: step 99: "));
}
END_TEST

START_TEST(clearing_forgets_the_failure)
{
	op_refuse(op, RC_LIMITED, 9, "too much");
	op->retry_after_s = 3;
	op_clear(op);
	ck_assert_int_eq(op->rc, RC_OK);
	ck_assert_int_eq(op->refusal, 0);
	ck_assert_int_eq(op->retry_after_s, 0);
	ck_assert_str_eq(op_reason(op), "");
}
END_TEST

static TCase *cases(void)
{
	TCase *t = tcase_create("op");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_new_operation_has_not_failed);
	tcase_add_test(t, an_operation_without_id_gets_a_random_one);
	tcase_add_test(t, a_long_id_is_copied_and_cut);
	tcase_add_test(t, freeing_ends_what_the_pool_adopted);
	tcase_add_test(t, the_time_left_shrinks_to_nothing);
	tcase_add_test(t, the_deadline_is_on_the_steady_clock);
	tcase_add_test(t, a_shortened_deadline_gives_a_part_less_time);
	tcase_add_test(t, shortening_never_gives_a_part_more_time);
	tcase_add_test(t, failing_notes_outcome_and_reason);
	tcase_add_test(t, a_later_failure_replaces_an_earlier_one);
	tcase_add_test(t, a_reason_may_quote_the_earlier_one);
	tcase_add_test(t, a_refusal_refines_the_outcome);
	tcase_add_test(t, failing_with_success_aborts);
	tcase_add_test(t, the_way_up_is_told_before_the_reason);
	tcase_add_test(t, a_long_chain_loses_its_tail_only);
	tcase_add_test(t, clearing_forgets_the_failure);
	return t;
}

int main(void)
{
	Suite *s = suite_create("op");
	SRunner *r;
	int failed;

	suite_add_tcase(s, cases());
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
