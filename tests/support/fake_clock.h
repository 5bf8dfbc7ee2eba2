/* SPDX-License-Identifier: ISC */
/* In place of base/clock.c: time stands still until the test moves it. */
#ifndef SUPPORT_FAKE_CLOCK_H
#define SUPPORT_FAKE_CLOCK_H

#include <stdint.h>

/* What clock_now_ms and clock_mono_ms answer. */
extern int64_t fake_clock_now_ms;
extern int64_t fake_clock_mono_ms;

#endif
