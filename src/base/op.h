/* SPDX-License-Identifier: ISC */
/*
 * The unit of work: one request, one command, one test step.  It carries the
 * memory, the deadline and, when something fails, the outcome and the reason.
 * Every fallible function above base takes it first.
 *
 * The reason is a sentence for the administrator and goes to the log; the
 * client sees only what problem.c makes of outcome and refusal.  No secret
 * stands in a reason.
 */
#ifndef BASE_OP_H
#define BASE_OP_H

#include <stdint.h>

#include "base/pool.h"

#define MUST_USE __attribute__((warn_unused_result))

/* Each outcome means the same from the database to the browser. */
enum rc {
	RC_OK,		/* done */
	RC_BAD,		/* the caller's input is wrong */
	RC_DENIED,	/* understood, but not allowed */
	RC_ABSENT,	/* there is no such thing */
	RC_TAKEN,	/* somebody else has it, or it is done already */
	RC_EXPIRED,	/* it was good once; or time ran out */
	RC_LIMITED,	/* too much at once: come again later */
	RC_UPSTREAM,	/* a provider failed */
	RC_DOWN,	/* our own side failed */
};

#define OP_REASON_SIZE 512
#define OP_ID_SIZE     65

struct op {
	struct pool *pool;
	int64_t deadline_ms;	/* on clock_mono_ms */
	enum rc rc;		/* of the failure, RC_OK while there is none */
	int refusal;		/* the domain's refinement of rc, 0 for none;
				   base gives it no meaning (auth/refusal.h) */
	int retry_after_s;	/* when to come again, 0 for unknown */
	const char *rule;	/* name of the rule that decided, for the log;
				   NULL for none */
	void *transaction;	/* client/db.c's own */
	char id[OP_ID_SIZE];	/* request id, for the log */
	char reason[OP_REASON_SIZE];
};

/*
 * Begins a unit of work that may take budget_ms from now.  id is copied, cut
 * to OP_ID_SIZE - 1 bytes; NULL makes a random one.  End it with op_free.
 */
struct op *op_new(const char *id, int64_t budget_ms);

/* Ends it: frees the pool, and with it everything made for it. */
void op_free(struct op *op);

/* Milliseconds left until the deadline, 0 when it has passed. */
int64_t op_left_ms(const struct op *op);

/*
 * Lets a part of it take most_ms from now, where that is less than what is
 * left.  Returns the deadline of the whole: put it back into deadline_ms when
 * the part is done.
 */
int64_t op_shorten(struct op *op, int64_t most_ms) MUST_USE;

/*
 * Notes why it failed and returns rc, so that a caller can write
 * return op_fail(op, RC_DENIED, "user %s is disabled", id);
 * rc must not be RC_OK.  An earlier reason is replaced.
 */
enum rc op_fail(struct op *op, enum rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* op_fail with a refusal, which tells problem.c more than rc does. */
enum rc op_refuse(struct op *op, enum rc rc, int refusal, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/*
 * On the way up: puts what was being done before the reason ("finding a
 * google identity: the database did not answer") and returns rc.  op->rc and
 * the refusal stay as they were noted.
 */
enum rc op_while(struct op *op, enum rc rc, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * On the way up: makes a failure another one for the callers above, with the
 * same reason, and returns rc, which must not be RC_OK.
 */
enum rc op_recast(struct op *op, enum rc rc, int refusal);

/* The reason's text, "" while nothing failed. */
const char *op_reason(const struct op *op);

/* Forgets a failure that the caller has dealt with. */
void op_clear(struct op *op);

#endif
