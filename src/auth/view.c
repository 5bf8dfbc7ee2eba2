/* SPDX-License-Identifier: ISC */
/* A member that only some may see is added by a function of its own. */
#include "auth/view.h"

struct js *view_user(struct op *op, const struct user *user)
{
	struct js *object = js_object(op);

	js_put_text(object, "id", user->id);
	js_put_text(object, "email", user->email);
	js_put_bool(object, "email_verified", user->email_verified);
	js_put_text(object, "display_name", user->display_name);
	js_put_text(object, "avatar_url", user->avatar_url);
	js_put_bool(object, "is_premium", user->is_premium);
	js_put_time(op, object, "premium_until", user->premium_until_ms);
	js_put_time(op, object, "created_at", user->created_at_ms);
	js_put_time(op, object, "last_login_at", user->last_login_at_ms);
	return object;
}

struct js *view_user_for_admin(struct op *op, const struct user *user)
{
	struct js *object = view_user(op, user);

	js_put_text(object, "state", user->disabled ? "disabled" : "active");
	js_put_int(object, "version", user->version);
	return object;
}

struct js *view_user_whole(struct op *op, const struct user *user)
{
	struct js *object = js_object(op);

	js_put_text(object, "id", user->id);
	js_put_text(object, "email", user->email);
	js_put_bool(object, "email_verified", user->email_verified);
	js_put_text(object, "display_name", user->own_display_name);
	js_put_text(object, "avatar_url", user->own_avatar_url);
	js_put_text(object, "oauth_provider", user->oauth_provider);
	js_put_text(object, "oauth_id", user->oauth_id);
	js_put_time(op, object, "premium_until", user->premium_until_ms);
	js_put_time(op, object, "disabled_at", user->disabled_at_ms);
	js_put_int(object, "version", user->version);
	js_put_time(op, object, "created_at", user->created_at_ms);
	js_put_time(op, object, "updated_at", user->updated_at_ms);
	js_put_time(op, object, "last_login_at", user->last_login_at_ms);
	return object;
}

struct js *view_account(struct op *op, const struct account *account)
{
	struct js *object = js_object(op);

	js_put_text(object, "provider", account->provider);
	js_put_text(object, "email", account->email);
	js_put_text(object, "display_name", account->display_name);
	js_put_text(object, "avatar_url", account->avatar_url);
	js_put_time(op, object, "linked_at", account->linked_at_ms);
	js_put_bool(object, "is_primary", account->is_primary);
	return object;
}

struct js *view_accounts(struct op *op, const struct accounts_list *list)
{
	struct js *array = js_array(op);

	for (size_t i = 0; i < list->count; i++)
		js_append(array, view_account(op, &list->items[i]));
	return array;
}

struct js *view_account_whole(struct op *op, const struct account *account)
{
	struct js *object = view_account(op, account);

	js_put_text(object, "id", account->id);
	js_put_text(object, "oauth_id", account->oauth_id);
	js_put_bool(object, "email_verified", account->email_verified);
	js_put_time(op, object, "last_used_at", account->last_used_at_ms);
	return object;
}

/* Redis has an empty text for what was not noted. */
static const char *noted(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

struct js *view_session(struct op *op, const struct sessions_entry *entry)
{
	struct js *object = js_object(op);

	js_put_text(object, "id", entry->sid);
	js_put_text(object, "provider", entry->provider);
	js_put_time(op, object, "created_at", entry->created_ms);
	js_put_time(op, object, "last_used_at", entry->last_used_ms);
	js_put_time(op, object, "expires_at", entry->expires_ms);
	js_put_text(object, "user_agent", noted(entry->user_agent));
	js_put_text(object, "ip", noted(entry->address));
	return object;
}

struct js *view_grant(struct op *op, const struct grant *grant)
{
	struct js *object = js_object(op);

	js_put_text(object, "reference", grant->reference);
	js_put_time(op, object, "until", grant->until_ms);
	js_put_text(object, "actor", grant->actor);
	js_put_time(op, object, "at", grant->at_ms);
	return object;
}

struct js *view_event(struct op *op, const struct events_entry *entry)
{
	struct js *object = js_object(op);

	js_put_int(object, "id", entry->id);
	js_put_time(op, object, "at", entry->at_ms);
	js_put_text(object, "kind", entry->kind);
	js_put_text(object, "provider", entry->provider);
	js_put_text(object, "session_id", entry->session_id);
	js_put_text(object, "address", entry->address);
	js_put_text(object, "actor", entry->actor);
	js_put_text(object, "request_id", entry->request_id);
	return object;
}
