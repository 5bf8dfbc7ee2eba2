-- SPDX-License-Identifier: ISC
-- Moving in from the reference design's database. Its columns are read
-- through JSON, so that one it does not have reads as null.

-- Until the transaction ends: JSON tells instants in the session's zone, in
-- which the last ones may be of a year that has five digits.
-- name: reference_use_utc()
select set_config('TimeZone', 'UTC', true)

-- name: reference_users(after, limit)
select j ->> 'id' as id, j ->> 'email' as email,
	j ->> 'display_name' as display_name, j ->> 'avatar_url' as avatar_url,
	j ->> 'oauth_provider' as provider, j ->> 'oauth_id' as oauth_id,
	j ->> 'is_premium' as is_premium,
	j ->> 'premium_until' as premium_until,
	j ->> 'created_at' as created_at,
	coalesce(j ->> 'last_login_at', j ->> 'last_login') as last_login_at
from (
	select to_jsonb(u) as j from users u
	where $1::uuid is null or u.id > $1::uuid
	order by u.id limit $2::int
) page
order by (j ->> 'id')::uuid

-- Those of the users after the one up to the other, or to the end.
-- name: reference_accounts(after, last)
select j ->> 'user_id' as user_id, j ->> 'provider' as provider,
	j ->> 'oauth_id' as oauth_id, j ->> 'email' as email,
	j ->> 'display_name' as display_name, j ->> 'avatar_url' as avatar_url,
	j ->> 'linked_at' as linked_at
from (
	select to_jsonb(a) as j from oauth_linked_accounts a
	where ($1::uuid is null or a.user_id > $1::uuid)
	and ($2::uuid is null or a.user_id <= $2::uuid)
) page
order by (j ->> 'user_id')::uuid, j ->> 'linked_at', j ->> 'provider'

-- Instants are milliseconds since 1970, null for none.
-- name: reference_user_insert(id, email, name, avatar, provider, sub, premium, at, login)
insert into users (id, email, display_name, avatar_url, oauth_provider,
	oauth_id, premium_until, created_at, last_login_at)
values ($1::uuid, $2, $3, $4, $5, $6, from_ms($7::bigint),
	coalesce(from_ms($8::bigint), now()), from_ms($9::bigint))
on conflict do nothing
returning id

-- name: reference_account_insert(id, user, provider, sub, email, name, avatar, at)
insert into oauth_linked_accounts (id, user_id, provider, oauth_id, email,
	display_name, avatar_url, linked_at)
values ($1::uuid, $2::uuid, $3, $4, $5, $6, $7,
	coalesce(from_ms($8::bigint), now()))
on conflict do nothing
returning id
