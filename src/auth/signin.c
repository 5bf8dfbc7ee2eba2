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

#define CODE_MOST 2048

/* How purposes are written down in transactions. */
static const char *const purposes[] = {
	[SIGNIN_ENTER] = "sign-in",
	[SIGNIN_RENEW] = "renew",
	[SIGNIN_LINK] = "link",
};

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

const char *signin_path(struct op *op, enum signin_purpose purpose,
    const char *provider)
{
	return pool_print(op->pool, "%s/auth/%s%s", config->mount,
	    purpose == SIGNIN_LINK ? "link/" : "", provider);
}

const char *signin_redirect_uri(struct op *op, enum signin_purpose purpose,
    const char *provider)
{
	return pool_print(op->pool, "%s%s/callback", config->base_url,
	    signin_path(op, purpose, provider));
}

static struct transaction draft(struct op *op,
    const struct signin_request *request, const struct provider *provider)
{
	const struct session *session = request->session;

	return (struct transaction){
	    .provider = provider->name,
	    .issuer = provider->issuer,
	    .purpose = purposes[request->purpose],
	    .user_id = session != NULL ? session->user_id : "",
	    .sid = session != NULL ? session->sid : "",
	    .verifier = crypt_random_token(op->pool),
	    .nonce = provider->ops->takes_nonce
		? crypt_random_token(op->pool) : "",
	    .redirect_uri = signin_redirect_uri(op, request->purpose,
		provider->name),
	};
}

/*
 * Asks for the consent screen; whether the callback must have iss is noted
 * now, when the provider's metadata are at hand (RFC 9207 section 2.4).
 */
static enum rc authorize(struct op *op, const struct provider *provider,
    const char *state, struct transaction *transaction, const char **url)
{
	struct provider_question question = {
	    .redirect_uri = transaction->redirect_uri,
	    .state = state,
	    .challenge = crypt_sha256_base64url(op->pool,
		transaction->verifier),
	    .nonce = transaction->nonce,
	};
	bool sends = false;
	enum rc rc;

	rc = provider_authorize(op, provider, &question, url);
	if (rc == RC_OK)
		rc = provider_sends_iss(op, provider, &sends);
	transaction->needs_iss = sends ? "yes" : "no";
	return rc;
}

enum rc signin_begin(struct op *op, const struct signin_request *request,
    struct signin_start *start)
{
	const struct provider *provider;
	struct transaction transaction;
	struct signin_start made;
	const char *state;
	enum rc rc;

	rc = provider_admit(op, request->provider, &provider);
	if (rc != RC_OK)
		return rc;

	state = crypt_random_token(op->pool);
	transaction = draft(op, request, provider);
	made.cookie_name = signin_cookie_name(op, state);
	made.cookie_value = pool_print(op->pool, "%lld.%s",
	    (long long)(clock_now_ms() / 1000), crypt_random_token(op->pool));

	rc = authorize(op, provider, state, &transaction, &made.url);
	if (rc == RC_OK)
		rc = transactions_put(op, state,
		    crypt_sha256_hex(op->pool, made.cookie_value),
		    &transaction);
	if (rc != RC_OK)
		return op_while(op, rc, "beginning a sign-in");

	*start = made;
	return RC_OK;
}

static enum rc miss(struct op *op, const char *what)
{
	return op_refuse(op, RC_BAD, REFUSAL_TRANSACTION, "%s", what);
}

static bool is_for(const struct transaction *transaction,
    enum signin_purpose purpose)
{
	return strcmp(transaction->purpose, purposes[purpose]) == 0;
}

static bool is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static enum rc take(struct op *op, const struct signin_answer *answer,
    struct transaction *transaction)
{
	enum rc rc;

	if (!is_given(answer->state))
		return miss(op, "the callback has no state");
	if (!is_given(answer->binding))
		return miss(op, "the browser has no cookie for the state");

	/* What cannot be finished must not be taken. */
	rc = db_ping(op);
	if (rc != RC_OK)
		return rc;

	/* transaction_take.lua compares the bindings. */
	rc = transactions_take(op, answer->state,
	    crypt_sha256_hex(op->pool, answer->binding), transaction);
	if (rc == RC_ABSENT)
		return op_recast(op, RC_BAD, REFUSAL_TRANSACTION);
	return rc;
}

/* Whether iss is the provider's, and there if it says so (RFC 9207). */
static enum rc check_iss(struct op *op, const struct signin_answer *answer,
    const struct provider *provider, const struct transaction *transaction)
{
	if (answer->iss != NULL && strcmp(answer->iss, provider->issuer) != 0)
		return miss(op, "the callback's iss is another issuer");
	if (answer->iss == NULL && strcmp(transaction->needs_iss, "no") != 0)
		return miss(op, "the callback has no iss");

	return RC_OK;
}

/* Whether the transaction is of this path and this issuer. */
static enum rc check_place(struct op *op, const struct signin_answer *answer,
    const struct provider *provider, const struct transaction *transaction)
{
	bool is_of_path = answer->is_link
	    ? is_for(transaction, SIGNIN_LINK)
	    : is_for(transaction, SIGNIN_ENTER) ||
		is_for(transaction, SIGNIN_RENEW);

	if (strcmp(transaction->provider, answer->provider) != 0 ||
	    !is_of_path)
		return miss(op, "the state is of another provider or purpose");
	if (strcmp(transaction->issuer, provider->issuer) != 0)
		return miss(op, "the provider's issuer has changed since");

	return check_iss(op, answer, provider, transaction);
}

/* Who began it signed in must still be so, in the same session. */
static enum rc check_session(struct op *op,
    const struct transaction *transaction)
{
	if (is_for(transaction, SIGNIN_ENTER))
		return RC_OK;
	return session_check_alive(op, transaction->user_id,
	    transaction->sid);
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

static enum rc enter(struct op *op, const struct identity *identity,
    const struct session_client *client, struct signin_result *result)
{
	struct account_entry entry;
	enum rc rc;

	rc = account_sign_in(op, identity, client->address, &entry);
	if (rc != RC_OK)
		return rc;

	rc = session_open(op, entry.user, identity->provider, client,
	    &result->tokens);
	if (rc == RC_DENIED) {
		rc = account_overrule(op, identity, &entry.user);
		if (rc == RC_OK)
			rc = session_open(op, entry.user, identity->provider,
			    client, &result->tokens);
	}
	if (rc == RC_OK && entry.has_joined)
		result->tokens.linked = identity->provider;
	return rc;
}

static enum rc renew(struct op *op, const struct transaction *transaction,
    const struct identity *identity, const struct session_client *client,
    struct signin_result *result)
{
	enum rc rc;

	rc = account_confirm(op, transaction->user_id, identity);
	if (rc == RC_OK)
		rc = session_renew(op, &(struct session_confirmed){
		    .user_id = transaction->user_id,
		    .sid = transaction->sid,
		    .provider = identity->provider,
		    .address = client->address}, &result->tokens);
	return rc;
}

/* The session may have ended while the provider took its time. */
static enum rc link(struct op *op, const struct transaction *transaction,
    const struct identity *identity, const struct session_client *client,
    struct signin_result *result)
{
	enum rc rc = check_session(op, transaction);

	if (rc != RC_OK)
		return op_while(op, rc, "finishing a link");
	return account_link(op, transaction->user_id, identity,
	    client->address, &result->linked);
}

/* What the identity was proved for. */
static enum rc fulfil(struct op *op, const struct transaction *transaction,
    const struct identity *identity, const struct session_client *client,
    struct signin_result *result)
{
	if (is_for(transaction, SIGNIN_LINK))
		return link(op, transaction, identity, client, result);
	if (is_for(transaction, SIGNIN_RENEW))
		return renew(op, transaction, identity, client, result);
	return enter(op, identity, client, result);
}

enum rc signin_finish(struct op *op, const struct signin_answer *answer,
    struct signin_result *result)
{
	struct signin_result made = {0};
	const struct provider *provider;
	struct transaction transaction;
	struct provider_grant grant;
	struct identity identity;
	enum rc rc;

	rc = provider_admit(op, answer->provider, &provider);
	if (rc == RC_OK)
		rc = take(op, answer, &transaction);
	if (rc == RC_OK)
		rc = check_place(op, answer, provider, &transaction);
	if (rc == RC_OK)
		rc = check_session(op, &transaction);
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
		rc = fulfil(op, &transaction, &identity, &answer->client,
		    &made);
	if (rc != RC_OK)
		return rc;

	*result = made;
	return RC_OK;
}
