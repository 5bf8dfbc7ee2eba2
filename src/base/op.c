/* SPDX-License-Identifier: ISC */
/*
 * Outcomes and reasons.  The reason is a fixed buffer: noting a failure must
 * not itself fail.
 */
#include "base/op.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"

struct op *op_new(const char *id, int64_t budget_ms)
{
	struct pool *pool = pool_new();
	struct op *op = pool_alloc(pool, sizeof(*op));
	char made[UUID_SIZE];

	if (id == NULL) {
		uuid_new(made);
		id = made;
	}

	op->pool = pool;
	op->deadline_ms = clock_mono_ms() + budget_ms;
	snprintf(op->id, sizeof(op->id), "%s", id);
	return op;
}

void op_free(struct op *op)
{
	if (op != NULL)
		pool_free(op->pool);
}

int64_t op_left_ms(const struct op *op)
{
	int64_t left = op->deadline_ms - clock_mono_ms();

	return left > 0 ? left : 0;
}

int64_t op_shorten(struct op *op, int64_t most_ms)
{
	int64_t deadline = op->deadline_ms;
	int64_t soon = clock_mono_ms() + most_ms;

	if (soon < deadline)
		op->deadline_ms = soon;
	return deadline;
}

static void __attribute__((format(printf, 4, 0)))
note(struct op *op, enum rc rc, int refusal, const char *format, va_list args)
{
	char reason[OP_REASON_SIZE];

	assert(rc != RC_OK);
	vsnprintf(reason, sizeof(reason), format, args);
	memcpy(op->reason, reason, sizeof(reason));
	op->rc = rc;
	op->refusal = refusal;
}

enum rc op_fail(struct op *op, enum rc rc, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note(op, rc, 0, format, args);
	va_end(args);
	return rc;
}

enum rc op_refuse(struct op *op, enum rc rc, int refusal, const char *format,
    ...)
{
	va_list args;

	va_start(args, format);
	note(op, rc, refusal, format, args);
	va_end(args);
	return rc;
}

enum rc op_while(struct op *op, enum rc rc, const char *format, ...)
{
	char earlier[OP_REASON_SIZE];
	va_list args;
	size_t len;

	memcpy(earlier, op->reason, sizeof(earlier));
	va_start(args, format);
	vsnprintf(op->reason, OP_REASON_SIZE / 4, format, args);
	va_end(args);

	/* Long chains lose their tail, never what was being done. */
	len = strlen(op->reason);
	op->reason[len++] = ':';
	op->reason[len++] = ' ';
	memcpy(op->reason + len, earlier, sizeof(op->reason) - len);
	op->reason[OP_REASON_SIZE - 1] = '\0';
	return rc;
}

enum rc op_recast(struct op *op, enum rc rc, int refusal)
{
	assert(rc != RC_OK);
	op->rc = rc;
	op->refusal = refusal;
	return rc;
}

const char *op_reason(const struct op *op)
{
	return op->reason;
}

void op_clear(struct op *op)
{
	op->rc = RC_OK;
	op->refusal = 0;
	op->retry_after_s = 0;
	op->reason[0] = '\0';
}
