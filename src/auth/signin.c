/* SPDX-License-Identifier: ISC */
/*
 * The order of checks in signin_finish is the rule (security decisions,
 * section 1): moving one up or down opens something.
 */
#include "auth/signin.h"

#include <string.h>

#include "auth/account.h"
#include "auth/provider.h"
#include "auth/refusal.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "client/db.h"
#include "store/transactions.h"

#define PURPOSE	  "sign-in"
#define CODE_MOST 2048

static const struct config *config;

void signin_init(const struct config *given)
{
	config = given;
}

const char *signin_cookie_name(struct op *op, const char *state)
{
	return pool_print(op->pool, SIGNIN_COOKIE "%s",
	    crypt_name(op->pool, state));
}

static enum rc find_provider(struct op *op, const char *name,
    const struct provider **provider)
{
	enum rc rc = provider_find(op, name, provider);

	if (rc == RC_OK)
		rc = provider_check_pin(op, *provider);
	return rc;
}

const char *signin_path(struct op *op, const char *provider)
{
	return pool_print(op->pool, "%s/auth/%s", config->mount, provider);
}

/* One per provider and purpose, from base_url alone. */
static const char *redirect_uri(struct op *op, const char *provider)
{
	return pool_print(op->pool, "%s%s/callback", config->base_url,
	    signin_path(op, provider));
}

enum rc signin_begin(struct op *op, const char *name,
    struct signin_start *start)
{
	const struct provider *provider;
	struct provider_question question;
	struct transaction transaction;
	struct signin_start made;
	enum rc rc;

	rc = find_provider(op, name, &provider);
	if (rc != RC_OK)
		return rc;

	question = (struct provider_question){
	    .redirect_uri = redirect_uri(op, provider->name),
	    .state = crypt_random_token(op->pool),
	    .nonce = provider->ops->takes_nonce
		? crypt_random_token(op->pool) : "",
	};
	transaction = (struct transaction){
	    .provider = provider->name,
	    .issuer = provider->issuer,
	    .purpose = PURPOSE,
	    .verifier = crypt_random_token(op->pool),
	    .nonce = question.nonce,
	    .redirect_uri = question.redirect_uri,
	};
	question.challenge = crypt_sha256_base64url(op->pool,
	    transaction.verifier);

	made.cookie_name = signin_cookie_name(op, question.state);
	made.cookie_value = pool_print(op->pool, "%lld.%s",
	    (long long)(clock_now_ms() / 1000), crypt_random_token(op->pool));
	transaction.binding = crypt_sha256_hex(op->pool, made.cookie_value);

	rc = provider_authorize(op, provider, &question, &made.url);
	if (rc == RC_OK)
		rc = transactions_put(op, question.state, &transaction);
	if (rc != RC_OK)
		return op_while(op, rc, "beginning a sign-in");

	*start = made;
	return RC_OK;
}

static enum rc miss(struct op *op, const char *what)
{
	return op_refuse(op, RC_BAD, REFUSAL_TRANSACTION, "%s", what);
}

static bool is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static enum rc take(struct op *op, const struct signin_answer *answer,
    struct transaction *transaction)
{
	const char *binding;
	enum rc rc;

	if (!is_given(answer->state))
		return miss(op, "the callback has no state");
	if (!is_given(answer->binding))
		return miss(op, "the browser has no cookie for the state");

	/* What cannot be finished must not be taken. */
	rc = db_ping(op);
	if (rc != RC_OK)
		return rc;

	binding = crypt_sha256_hex(op->pool, answer->binding);
	rc = transactions_take(op, answer->state, binding, transaction);
	if (rc == RC_ABSENT)
		return op_recast(op, RC_BAD, REFUSAL_TRANSACTION);
	if (rc == RC_OK && !crypt_equal(binding, transaction->binding))
		return miss(op, "the record is of another binding");
	return rc;
}

/* Whether iss is the provider's, and there if it says so (RFC 9207). */
static enum rc check_iss(struct op *op, const struct signin_answer *answer,
    const struct provider *provider)
{
	bool sends;
	enum rc rc;

	if (answer->iss != NULL && strcmp(answer->iss, provider->issuer) != 0)
		return miss(op, "the callback's iss is another issuer");
	if (answer->iss != NULL)
		return RC_OK;

	rc = provider->ops->sends_iss(op, provider, &sends);
	if (rc == RC_OK && sends)
		rc = miss(op, "the callback has no iss");
	return rc;
}

/* Whether the transaction is of this path and this issuer. */
static enum rc check_place(struct op *op, const struct signin_answer *answer,
    const struct provider *provider, const struct transaction *transaction)
{
	if (strcmp(transaction->provider, answer->provider) != 0 ||
	    strcmp(transaction->purpose, PURPOSE) != 0)
		return miss(op, "the state is of another provider or purpose");
	if (strcmp(transaction->issuer, provider->issuer) != 0)
		return miss(op, "the provider's issuer has changed since");

	return check_iss(op, answer, provider);
}

/* Whether there is a code to redeem; an error of the provider's ends here. */
static enum rc check_code(struct op *op, const struct signin_answer *answer)
{
	if (answer->error != NULL && strcmp(answer->error,
	    "access_denied") == 0)
		return op_refuse(op, RC_BAD, REFUSAL_CANCELLED,
		    "the person said no at the provider");
	if (answer->error != NULL)
		return op_fail(op, RC_UPSTREAM,
		    "the provider sent the browser back with an error");
	if (!is_given(answer->code) || strlen(answer->code) > CODE_MOST)
		return miss(op, "there is no code of a sane length");
	for (const char *p = answer->code; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return miss(op, "the code holds control characters");

	return RC_OK;
}

enum rc signin_finish(struct op *op, const struct signin_answer *answer,
    struct session_tokens *tokens)
{
	const struct provider *provider;
	struct transaction transaction;
	struct provider_grant grant;
	const struct user *user;
	struct identity identity;
	enum rc rc;

	rc = find_provider(op, answer->provider, &provider);
	if (rc == RC_OK)
		rc = take(op, answer, &transaction);
	if (rc == RC_OK)
		rc = check_place(op, answer, provider, &transaction);
	if (rc == RC_OK)
		rc = check_code(op, answer);
	if (rc != RC_OK)
		return op_while(op, rc, "finishing a sign-in");

	grant = (struct provider_grant){
	    .code = answer->code,
	    .redirect_uri = transaction.redirect_uri,
	    .verifier = transaction.verifier,
	    .nonce = transaction.nonce,
	};
	rc = provider_identify(op, provider, &grant, &identity);
	if (rc == RC_OK)
		rc = account_sign_in(op, &identity, answer->client.address,
		    &user);
	if (rc == RC_OK)
		rc = session_open(op, user, provider->name, &answer->client,
		    tokens);
	return rc;
}
