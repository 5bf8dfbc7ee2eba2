/* SPDX-License-Identifier: ISC */
/*
 * What is shown of users, accounts, sessions, grants and events: the same JSON
 * values for the API, the export and the administrator.  Names of members are
 * those of doc/openapi.yaml.  Every value is a new one of op's, to which the
 * caller may add members; what is not known is null.
 */
#ifndef AUTH_VIEW_H
#define AUTH_VIEW_H

#include "base/op.h"
#include "client/js.h"
#include "store/accounts.h"
#include "store/events.h"
#include "store/grants.h"
#include "store/sessions.h"
#include "store/users.h"

/* UserResponse. */
struct js *view_user(struct op *op, const struct user *user);

/* UserResponse with state and version, for the administrator. */
struct js *view_user_for_admin(struct op *op, const struct user *user);

/* ExportedUser: the row as it is kept. */
struct js *view_user_whole(struct op *op, const struct user *user);

/* LinkedAccount. */
struct js *view_account(struct op *op, const struct account *account);

/* An array of LinkedAccount. */
struct js *view_accounts(struct op *op, const struct accounts_list *list);

/* ExportedAccount: LinkedAccount with what finds the person. */
struct js *view_account_whole(struct op *op, const struct account *account);

/* ExportedSession: a session by its id, which opens nothing. */
struct js *view_session(struct op *op, const struct sessions_entry *entry);

/* ExportedGrant: without the user, who is known. */
struct js *view_grant(struct op *op, const struct grant *grant);

/* ExportedEvent: without the user, who is known or added by the caller. */
struct js *view_event(struct op *op, const struct events_entry *entry);

#endif
