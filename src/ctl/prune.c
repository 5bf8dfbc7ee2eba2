/* SPDX-License-Identifier: ISC */
/*
 * latchkeyctl prune: forgets what is older than it may get.  In small
 * batches, each of them a transaction, so that nobody waits for it.
 */
#include "ctl/ctl.h"

#include <stdio.h>

#include "base/clock.h"
#include "store/events.h"

#define BATCH 1000

/* A first run may find years. */
#define BUDGET_MS (INT64_C(24) * 3600 * 1000)

/* Does it batch by batch; *count is how many events it were. */
static enum rc in_batches(struct op *op, int64_t instant_ms, int64_t *count,
    enum rc (*act)(struct op *op, int64_t instant_ms, int64_t limit,
	int64_t *done))
{
	int64_t done = BATCH;
	enum rc rc = RC_OK;

	*count = 0;
	while (rc == RC_OK && done == BATCH) {
		rc = act(op, instant_ms, BATCH, &done);
		if (rc == RC_OK)
			*count += done;
	}
	if (rc != RC_OK)
		return op_while(op, rc, "after %lld", (long long)*count);

	return RC_OK;
}

static enum rc prune(struct op *op, int64_t instant_ms,
    struct events_pruned *pruned)
{
	enum rc rc;

	rc = in_batches(op, instant_ms, &pruned->stripped,
	    events_strip_before);
	if (rc == RC_OK)
		rc = in_batches(op, instant_ms, &pruned->deleted,
		    events_delete_before);
	return rc;
}

static enum rc run(struct op *op, const struct ctl_call *call)
{
	int64_t instant_ms = clock_now_ms() -
	    call->config->events_retention_ms;
	struct events_pruned pruned;
	enum rc rc;

	rc = call->dry ? events_count_before(op, instant_ms, &pruned)
		       : prune(op, instant_ms, &pruned);
	if (rc != RC_OK)
		return rc;

	printf(call->dry ? "would delete %lld events and strip %lld"
			 : "deleted %lld events and stripped %lld",
	    (long long)pruned.deleted, (long long)pruned.stripped);
	printf(" from before %s\n", clock_rfc3339(op->pool, instant_ms));
	return RC_OK;
}

static const struct ctl_command command = {
	.arguments = "[-n]",
	.help = "delete events older than events.retention; -n: only count",
	.options = "d",
	.needs = CTL_STORES,
	.budget_ms = BUDGET_MS,
	.run = run,
};

const struct ctl_noun ctl_prune = {
	.name = "prune",
	.commands = &command,
	.count = 1,
};
