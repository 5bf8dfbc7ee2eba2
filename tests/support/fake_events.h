/* SPDX-License-Identifier: ISC */
/*
 * In place of store/events.c: keeps the event it was given last and what the
 * operation's deadline was then.  The call is named events_add.
 */
#ifndef SUPPORT_FAKE_EVENTS_H
#define SUPPORT_FAKE_EVENTS_H

#include <stdint.h>

#include "store/events.h"

extern struct event fake_events_last;
extern int64_t fake_events_left_ms;

#endif
