/* SPDX-License-Identifier: ISC */
/* The event is kept when it could not be stored, too. */
#include "support/fake_events.h"

#include "support/fake_calls.h"

struct event fake_events_last;
int64_t fake_events_left_ms;

enum rc events_add(struct op *op, const struct event *event)
{
	fake_events_last = *event;
	fake_events_left_ms = op_left_ms(op);
	return fake_calls_enter(op, "events_add");
}
