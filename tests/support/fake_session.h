/* SPDX-License-Identifier: ISC */
/*
 * In place of auth/session.c: opens sessions whose tokens are the words
 * "access" and "refresh".  The call is named session_open.
 */
#ifndef SUPPORT_FAKE_SESSION_H
#define SUPPORT_FAKE_SESSION_H

#include "auth/session.h"

/* What the last session was opened with. */
struct fake_session {
	const struct user *user;
	const char *provider;
	struct session_client client;
};

extern struct fake_session fake_session;

#endif
