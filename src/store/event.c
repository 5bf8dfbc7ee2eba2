/* SPDX-License-Identifier: ISC */
/* The names themselves; the manual explains each (latchkey.8). */
#include "store/event.h"

#include <assert.h>
#include <string.h>

static const char *const names[] = {
	[EVENT_CONFIRMED] = "confirmed",
	[EVENT_DELETED] = "deleted",
	[EVENT_DISABLED] = "disabled",
	[EVENT_ENABLED] = "enabled",
	[EVENT_IMPORTED] = "imported",
	[EVENT_LINKED] = "linked",
	[EVENT_PREMIUM_CHANGED] = "premium_changed",
	[EVENT_PROFILE_CHANGED] = "profile_changed",
	[EVENT_PROVIDER_REBOUND] = "provider_rebound",
	[EVENT_REFRESH_TOKEN_REUSED] = "refresh_token_reused",
	[EVENT_SESSION_ENDED] = "session_ended",
	[EVENT_SESSIONS_ENDED] = "sessions_ended",
	[EVENT_SIGNED_IN] = "signed_in",
	[EVENT_SIGNED_OUT] = "signed_out",
	[EVENT_SIGNED_OUT_EVERYWHERE] = "signed_out_everywhere",
	[EVENT_SIGNED_UP] = "signed_up",
	[EVENT_STORE_ROLLED_BACK] = "store_rolled_back",
	[EVENT_UNLINKED] = "unlinked",
};

_Static_assert(sizeof(names) / sizeof(names[0]) == EVENT_COUNT,
    "the last kind has no name");

const char *event_kind_name(enum event_kind kind)
{
	assert(kind < EVENT_COUNT);
	return names[kind];
}

bool event_kind_from(const char *name, enum event_kind *kind)
{
	for (int i = EVENT_NONE + 1; i < EVENT_COUNT; i++) {
		if (names[i] != NULL && strcmp(names[i], name) == 0) {
			*kind = (enum event_kind)i;
			return true;
		}
	}

	return false;
}
