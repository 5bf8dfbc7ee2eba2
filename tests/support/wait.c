/* SPDX-License-Identifier: ISC */
/* Short, so that a condition is seen soon; long enough to let others work. */
#include "support/wait.h"

#include <signal.h>
#include <time.h>

#include "base/clock.h"

#define PAUSE_NS     5000000
#define WHOLE_MOST_S 900

bool wait_more(int64_t until_ms)
{
	if (clock_mono_ms() >= until_ms)
		return false;

	nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
	return true;
}

void wait_whole(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGVTALRM};
	struct itimerspec whole = {.it_value.tv_sec = WHOLE_MOST_S};
	timer_t timer;

	/* Not SIGALRM: Check makes it a SIGKILL for make as well. */
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
		timer_settime(timer, 0, &whole, NULL);
}
