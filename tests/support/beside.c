/* SPDX-License-Identifier: ISC */
/* One connection, one answer at a time. */
#include "support/beside.h"

#include <stdarg.h>

#include <check.h>
#include <hiredis/hiredis.h>

#include "base/str.h"
#include "support/servers.h"

static redisContext *beside;

void beside_open(void)
{
	beside = redisConnectUnix(servers_redis_socket());
	ck_assert(beside != NULL && beside->err == 0);
	beside_tell("FLUSHALL");
}

void beside_close(void)
{
	redisFree(beside);
}

int64_t beside_tell(const char *format, ...)
{
	int64_t value = 0;
	redisReply *reply;
	va_list args;

	va_start(args, format);
	reply = redisvCommand(beside, format, args);
	va_end(args);

	ck_assert_msg(reply != NULL && reply->type != REDIS_REPLY_ERROR, "%s",
	    format);
	if (reply->type == REDIS_REPLY_INTEGER)
		value = reply->integer;
	else if (reply->type == REDIS_REPLY_STRING)
		ck_assert(str_int(reply->str, 0, INT64_MAX, &value));
	freeReplyObject(reply);
	return value;
}
