/* SPDX-License-Identifier: ISC */
/* Workers are counted once, on the whole stack, and compared by id. */
#include "support/outage.h"

#include <sys/types.h>
#include <time.h>

#include <check.h>

#include "client/slots.h"
#include "support/flow.h"
#include "support/stack.h"

#define WORKERS_MOST 8

static pid_t workers[WORKERS_MOST];
static size_t count;

static void repair(void)
{
	static const char *const stores[] = {"redis", "postgres"};

	for (size_t i = 0; i < 2; i++) {
		stack_service("resume", stores[i]);
		stack_service("start", stores[i]);
	}
	/* What a test may have told a server that runs. */
	stack_sql("alter role latchkey connection limit -1");
	stack_sql("alter role latchkey reset default_transaction_read_only");
	/* Workers remember who was silent. */
	stack_service("stop", "latchkey");
	stack_service("start", "latchkey");
	ck_assert(stack_is_ready_within(OUTAGE_RECOVERY_MS));
}

void outage_begin(void)
{
	if (!stack_is_ready_within(0))
		repair();
	flow_reset();
	count = stack_all_workers(workers, WORKERS_MOST);
}

void outage_new_workers(void)
{
	count = stack_all_workers(workers, WORKERS_MOST);
}

void outage_is_over(void)
{
	pid_t now[WORKERS_MOST];
	size_t same = 0;

	ck_assert_msg(stack_is_ready_within(OUTAGE_RECOVERY_MS),
	    "not ready in time");
	ck_assert_uint_eq(stack_workers(now, WORKERS_MOST), count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			same += workers[i] == now[j];
	ck_assert_uint_eq(same, count);
}

void outage_hang_up(void)
{
	ck_assert_str_eq(stack_sql("select coalesce(bool_and("
	    "pg_terminate_backend(pid, 5000)), true) from pg_stat_activity "
	    "where usename = 'latchkey'"), "t");
	nanosleep(&(struct timespec){.tv_nsec = 2 * SLOTS_TRUSTED_MS * 1000000L},
	    NULL);
}

void outage_must_be_unavailable(struct browser *browser,
    const struct answer *answer)
{
	flow_assert_problem(browser, answer, 503, "unavailable");
	ck_assert_ptr_nonnull(answer_header(browser, answer, "Retry-After",
	    0));
	ck_assert_ptr_null(answer_header(browser, answer, "WWW-Authenticate",
	    0));
	ck_assert_ptr_null(answer_header(browser, answer, "Set-Cookie", 0));
}
