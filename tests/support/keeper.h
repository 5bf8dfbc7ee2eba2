/* SPDX-License-Identifier: ISC */
/*
 * The process behind support/servers.h: parent of the servers, and the one
 * who cleans up after them.
 */
#ifndef SUPPORT_KEEPER_H
#define SUPPORT_KEEPER_H

#include "support/servers.h"

#define KEEPER_REDIS "/usr/bin/redis-server"

enum keeper_order { KEEPER_START, KEEPER_STOP, KEEPER_FREEZE, KEEPER_THAW };

struct keeper_plan {
	unsigned wanted;	/* enum server, or-ed */
	char home[32];		/* exists and is empty */
	char redis_socket[64];
	char postgres_bin[128];	/* directory of PostgreSQL's programs */
};

/*
 * Makes the cluster, then takes orders on the socket fd, two bytes each (enum
 * keeper_order, enum server), and answers one byte when one is done.  At the
 * end of file ends the servers, removes the plan's home and exits with 0;
 * after a failed order it does the same at once and exits with 99.
 */
__attribute__((noreturn))
void keeper_run(const struct keeper_plan *plan, int fd);

#endif
