-- SPDX-License-Identifier: ISC
-- Identities linked to users.

-- name: account_insert(id, user_id, provider, oauth_id, email, verified, name, avatar)
insert into oauth_linked_accounts (id, user_id, provider, oauth_id, email,
	email_verified, display_name, avatar_url)
values ($1::uuid, $2::uuid, $3, $4, $5, $6::boolean, $7, $8)
on conflict (provider, oauth_id) do nothing
returning id

-- name: account_seen(provider, oauth_id, email, verified, name, avatar)
update oauth_linked_accounts set email = $3, email_verified = $4::boolean,
	display_name = $5, avatar_url = $6, last_used_at = now()
where provider = $1 and oauth_id = $2
