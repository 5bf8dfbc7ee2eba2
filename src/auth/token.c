/* SPDX-License-Identifier: ISC */
/*
 * Kinds of token are told apart by their keys and by the claim "type": libjwt
 * offers no typ but "JWT".
 */
#include "auth/token.h"

#include <string.h>

#include "base/clock.h"
#include "base/crypt.h"
#include "base/encode.h"
#include "base/str.h"
#include "base/uuid.h"
#include "client/jws.h"

#define CLOCK_SKEW_S 60
#define KEY_ID_LEN   8

/* One kind of token: its keys, the one that signs first. */
struct kind {
	const char *type;
	struct jws_key keys[2];
	struct jws_keys set;
};

static struct pool *pool;
static const struct config *config;
static const char *issuer;
static struct kind access_kind;
static struct kind refresh_kind;

/*
 * A key's id is a child of its secret, so that it tells nothing about it and
 * every worker finds the same.
 */
static const char *key_id(struct secret secret)
{
	struct secret child = crypt_derive(pool, secret, "latchkey key id");
	char *id = encode_hex(pool, child.bytes, child.size);

	id[KEY_ID_LEN] = '\0';
	return id;
}

static void add_key(struct kind *kind, struct secret secret)
{
	if (secret.size == 0)
		return;

	kind->keys[kind->set.count++] = jws_hs256(pool, key_id(secret), secret);
}

static struct secret refresh_child(struct secret secret)
{
	if (secret.size == 0)
		return secret;
	return crypt_derive(pool, secret, "latchkey refresh token");
}

void token_init(const struct config *given)
{
	pool = pool_new();
	config = given;
	issuer = config->jwt_issuer;

	access_kind = (struct kind){.type = "access"};
	add_key(&access_kind, config->jwt_secret);
	add_key(&access_kind, config->jwt_previous_secret);
	access_kind.set.items = access_kind.keys;

	refresh_kind = (struct kind){.type = "refresh"};
	add_key(&refresh_kind, refresh_child(config->secret));
	add_key(&refresh_kind, refresh_child(config->previous_secret));
	refresh_kind.set.items = refresh_kind.keys;
}

void token_release(void)
{
	pool_free(pool);
	pool = NULL;
}

const char *token_refresh_key_id(void)
{
	return refresh_kind.keys[0].id;
}

/* The claims both kinds have. */
static struct js *claims_of(struct op *op, const struct kind *kind,
    const struct token *token, int64_t issued_s, int64_t expires_s)
{
	struct js *claims = js_object(op);

	js_put_text(claims, "iss", issuer);
	js_put_text(claims, "sub", token->user_id);
	js_put_text(claims, "sid", token->sid);
	js_put_int(claims, "iat", issued_s);
	js_put_int(claims, "exp", expires_s);
	js_put_text(claims, "type", kind->type);
	return claims;
}

const char *token_issue_access(struct op *op, const struct token *token,
    int64_t absolute_ms, int64_t *lifetime_s)
{
	int64_t now = clock_now_ms() / 1000;
	int64_t expires = now + config->jwt_access_ms / 1000;
	char jti[UUID_SIZE];
	struct js *claims;

	if (expires > absolute_ms / 1000)
		expires = absolute_ms / 1000;

	uuid_new(jti);
	claims = claims_of(op, &access_kind, token, now, expires);
	js_put_text(claims, "jti", jti);
	if (config->jwt_audience[0] != '\0')
		js_put_text(claims, "aud", config->jwt_audience);

	*lifetime_s = expires > now ? expires - now : 0;
	return jws_sign(op, &access_kind.keys[0], claims);
}

/* The key a grant was signed with, the current one if that one is gone. */
static const struct jws_key *refresh_key(const char *id)
{
	for (size_t i = 0; i < refresh_kind.set.count; i++)
		if (strcmp(refresh_kind.keys[i].id, id) == 0)
			return &refresh_kind.keys[i];

	return &refresh_kind.keys[0];
}

const char *token_issue_refresh(struct op *op, const struct token *token,
    const struct sessions_grant *grant)
{
	struct js *claims = claims_of(op, &refresh_kind, token,
	    grant->issued_ms / 1000, grant->expires_ms / 1000);

	js_put_text(claims, "jti",
	    pool_print(op->pool, "%s.%lld", token->sid,
		(long long)grant->generation));
	return jws_sign(op, refresh_key(grant->key_id), claims);
}

/*
 * Checks times and the claims both kinds have; fills *token, also when the
 * token was one but has expired.
 */
static enum rc check(struct op *op, const struct js *claims,
    const struct kind *kind, struct token *token)
{
	int64_t now = clock_now_ms() / 1000;
	const char *sub = js_text(claims, "sub");
	const char *sid = js_text(claims, "sid");
	int64_t issued;
	int64_t expires;

	if (!js_says(claims, "iss", issuer))
		return op_fail(op, RC_DENIED, "iss is not %s", issuer);
	if (!js_says(claims, "type", kind->type))
		return op_fail(op, RC_DENIED, "not an %s token", kind->type);
	if (sub == NULL || sid == NULL || !uuid_is_valid(sub) ||
	    !uuid_is_valid(sid))
		return op_fail(op, RC_DENIED, "sub or sid is not a UUID");
	if (!js_int(claims, "iat", &issued) || !js_int(claims, "exp", &expires))
		return op_fail(op, RC_DENIED, "iat or exp is not an integer");
	/* Refresh tokens carry Redis's time, which decides over them, too. */
	if (kind == &access_kind && issued > now + CLOCK_SKEW_S)
		return op_fail(op, RC_DENIED, "issued in the future");

	*token = (struct token){.user_id = sub, .sid = sid};
	if (expires <= now)
		return op_fail(op, RC_EXPIRED, "the %s token of session %s "
		    "has expired", kind->type, sid);
	return RC_OK;
}

static enum rc verify(struct op *op, const struct kind *kind,
    const char *text, const struct js **claims)
{
	enum rc rc = jws_verify(op, &kind->set, text, JWS_TOKEN_MOST, claims);

	/* How a token is wrong is no business of whoever sent it. */
	return rc == RC_OK ? RC_OK : RC_DENIED;
}

enum rc token_verify_access(struct op *op, const char *text,
    struct token *token)
{
	const struct js *claims;
	enum rc rc;

	rc = verify(op, &access_kind, text, &claims);
	if (rc == RC_OK && config->jwt_audience[0] != '\0' &&
	    !js_says(claims, "aud", config->jwt_audience))
		rc = op_fail(op, RC_DENIED, "aud is not ours");
	if (rc == RC_OK)
		rc = check(op, claims, &access_kind, token);
	if (rc != RC_OK)
		return op_while(op, rc, "verifying an access token");

	return RC_OK;
}

/* Reads the generation out of jti = <sid>.<generation>. */
static bool generation_from(const struct js *claims, const char *sid,
    int64_t *generation)
{
	const char *jti = js_text(claims, "jti");
	size_t len = strlen(sid);

	return jti != NULL && str_begins(jti, sid) && jti[len] == '.' &&
	    str_int(jti + len + 1, 1, INT64_C(1) << 52, generation);
}

enum rc token_verify_refresh(struct op *op, const char *text,
    struct token *token)
{
	const struct js *claims;
	struct token found;
	enum rc rc;

	rc = verify(op, &refresh_kind, text, &claims);
	if (rc == RC_OK)
		rc = check(op, claims, &refresh_kind, &found);
	if (rc == RC_OK && !generation_from(claims, found.sid,
	    &found.generation))
		rc = op_fail(op, RC_DENIED, "jti is not <sid>.<generation>");
	if (rc == RC_OK || rc == RC_EXPIRED)
		*token = found;
	if (rc != RC_OK)
		return op_while(op, rc, "verifying a refresh token");

	return RC_OK;
}
