/* SPDX-License-Identifier: ISC */
/*
 * In place of auth/session.c: opens and renews sessions whose tokens are the
 * words "access" and "refresh".  Calls have the functions' names.
 */
#ifndef SUPPORT_FAKE_SESSION_H
#define SUPPORT_FAKE_SESSION_H

#include "auth/session.h"

/* What the last session was opened with. */
struct fake_session {
	const struct user *user;
	const char *provider;
	struct session_client client;

	/* Which session was renewed or looked at last. */
	const char *user_id;
	const char *sid;
};

extern struct fake_session fake_session;

#endif
