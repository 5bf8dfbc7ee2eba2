/* SPDX-License-Identifier: ISC */
/* Hands each module its part of the configuration. */
#include "app.h"

#include "auth/account.h"
#include "auth/admin.h"
#include "auth/provider.h"
#include "auth/session.h"
#include "auth/signin.h"
#include "auth/token.h"
#include "client/db.h"
#include "client/fetch.h"
#include "client/redis.h"
#include "sql/schema.h"
#include "store/sessions.h"
#include "store/transactions.h"

static struct pool *pool;

/* An option that was left empty is not given. */
static const char *given(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void open_stores(const struct config *config)
{
	const struct secret *password = &config->redis_password;

	db_open(&(struct db_settings){
	    .conninfo = config->postgres_conninfo,
	    .pool = (size_t)config->postgres_pool,
	    .timeout_ms = config->postgres_timeout_ms,
	    .prepare = config->postgres_prepare,
	    .schema = SCHEMA_VERSION,
	});
	redis_open(&(struct redis_settings){
	    .socket = given(config->redis_socket),
	    .host = config->redis_host,
	    .port = config->redis_port,
	    .user = given(config->redis_user),
	    .password = password->size == 0 ? NULL :
		pool_text_n(pool, (const char *)password->bytes,
		    password->size),
	    .pool = (size_t)config->redis_pool,
	    .timeout_ms = config->redis_timeout_ms,
	});
}

void app_open(const struct config *config)
{
	pool = pool_new();
	open_stores(config);
	fetch_open("latchkey/" VERSION " (" PROJECT_URL ")");

	sessions_init(&(struct sessions_rules){
	    .prefix = config->redis_prefix,
	    .idle_ms = config->session_idle_ms,
	    .absolute_ms = config->session_absolute_ms,
	    .grace_ms = config->session_refresh_grace_ms,
	    .limit = config->session_limit,
	});
	transactions_init(config->redis_prefix, config->transactions_most);

	token_init(config);
	session_init(config);
	provider_init(config);
	account_init(config);
	admin_init(config);
	signin_init(config);
}

void app_close(void)
{
	provider_release();
	token_release();
	fetch_close();
	redis_close();
	db_close();
	pool_free(pool);
	pool = NULL;
}
