/* SPDX-License-Identifier: ISC */
/* The braces make Redis Cluster keep all of a user in one place. */
#include "store/sessions_keys.h"

static struct sessions_rules rules;

void sessions_keys_init(const struct sessions_rules *given)
{
	rules = *given;
}

const struct sessions_rules *sessions_keys_rules(void)
{
	return &rules;
}

const char *sessions_record_key(struct op *op, const char *user_id,
    const char *sid)
{
	return pool_print(op->pool, "%srefresh_token:{%s}:%s", rules.prefix,
	    user_id, sid);
}

const char *sessions_index_key(struct op *op, const char *user_id)
{
	return pool_print(op->pool, "%ssessions:{%s}", rules.prefix, user_id);
}

const char *sessions_user_key(struct op *op, const char *user_id)
{
	return pool_print(op->pool, "%suser:{%s}", rules.prefix, user_id);
}
