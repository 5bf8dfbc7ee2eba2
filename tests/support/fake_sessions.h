/* SPDX-License-Identifier: ISC */
/*
 * In place of store/sessions.c: what Redis would answer is set here.  Calls
 * have the functions' names.
 */
#ifndef SUPPORT_FAKE_SESSIONS_H
#define SUPPORT_FAKE_SESSIONS_H

#include "store/sessions.h"

struct fake_sessions {
	/* What is answered. */
	struct sessions_grant grant;	/* when opened, rotated, renewed */
	enum sessions_rotation rotation;
	struct sessions_live live;

	/* What was asked, last. */
	char user_id[64];
	char sid[64];
	struct sessions_new opened;
	int64_t presented_generation;
	const char *presented_key_id;
	const char *unlinked;		/* provider */
	int64_t unlinked_version;
};

extern struct fake_sessions fake_sessions;

#endif
