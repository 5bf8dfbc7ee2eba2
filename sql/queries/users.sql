-- SPDX-License-Identifier: ISC
-- Users. Instants travel as milliseconds since 1970.

-- name: user_by_id(id)
select u.id, u.email, u.email_verified, u.oauth_provider, u.oauth_id,
	coalesce(u.display_name, a.display_name) as display_name,
	coalesce(u.avatar_url, a.avatar_url) as avatar_url,
	u.disabled_at is not null as disabled, u.version,
	coalesce(u.premium_until > now(), false) as is_premium,
	(extract(epoch from u.premium_until) * 1000)::bigint as premium_until,
	(extract(epoch from u.created_at) * 1000)::bigint as created_at,
	(extract(epoch from u.last_login_at) * 1000)::bigint as last_login_at,
	u.display_name as own_display_name, u.avatar_url as own_avatar_url,
	(extract(epoch from u.disabled_at) * 1000)::bigint as disabled_at,
	(extract(epoch from u.updated_at) * 1000)::bigint as updated_at
from users u
join oauth_linked_accounts a on a.user_id = u.id
	and a.provider = u.oauth_provider and a.oauth_id = u.oauth_id
where u.id = $1::uuid

-- name: user_id_by_identity(provider, oauth_id)
select user_id from oauth_linked_accounts
where provider = $1 and oauth_id = $2

-- A conflict can only be the verified address: the id is new.
-- name: user_insert(id, email, email_verified, oauth_provider, oauth_id)
insert into users (id, email, email_verified, oauth_provider, oauth_id,
	last_login_at)
values ($1::uuid, $2, $3::boolean, $4, $5, now())
on conflict do nothing
returning id

-- name: user_note_sign_in(id)
update users set last_login_at = now()
where id = $1::uuid and disabled_at is null
returning id

-- The address follows the primary identity, before account_note_use writes down
-- what it says today. free says that $2 is verified and nobody else's. One
-- that was verified never gives way to an unverified one, even when no other
-- identity backs it and it is verified no longer: it then differs from what
-- the primary said last. An address that never was verified follows.
-- name: user_follow_email(id, email, free)
update users u set
	email = case
		when $3::boolean then $2
		when u.email_verified or u.email is distinct from p.email
			then coalesce(u.email, $2)
		else coalesce($2, u.email) end,
	email_verified = $3::boolean or (u.email_verified and exists (
		select 1 from oauth_linked_accounts a
		where a.user_id = u.id and a.id <> p.id and a.email_verified
		and lower(a.email collate "C") = lower(u.email collate "C"))),
	updated_at = now()
from oauth_linked_accounts p
where u.id = $1::uuid and p.user_id = u.id
	and p.provider = u.oauth_provider and p.oauth_id = u.oauth_id
	and (u.email, u.email_verified) is distinct from ($2, $3::boolean)

-- After an identity came or went. new_primary says that the primary has
-- changed. An address that no linked identity backs is verified no longer.
-- name: user_settle_email(id, new_primary)
with said as (
	select u.id, p.email, p.email_verified and not exists (
			select 1 from users o
			where o.id <> u.id and o.email_verified
			and lower(o.email collate "C") =
				lower(p.email collate "C")) as is_free,
		u.email_verified and exists (
			select 1 from oauth_linked_accounts a
			where a.user_id = u.id and a.email_verified
			and lower(a.email collate "C") =
				lower(u.email collate "C")) as is_backed
	from users u
	join oauth_linked_accounts p on p.user_id = u.id
		and p.provider = u.oauth_provider and p.oauth_id = u.oauth_id
	where u.id = $1::uuid
)
update users u set
	email = case when said.is_free then said.email
		when $2::boolean and not said.is_backed then said.email
		else u.email end,
	email_verified = said.is_free or said.is_backed,
	updated_at = now()
from said
where u.id = said.id

-- name: user_set_primary(id, provider, oauth_id)
update users set oauth_provider = $2, oauth_id = $3, updated_at = now()
where id = $1::uuid

-- name: user_lock(id)
select disabled_at is not null as disabled, version,
	(extract(epoch from premium_until) * 1000)::bigint as premium_until
from users where id = $1::uuid
for update

-- name: user_raise_version(id)
update users set version = next_version(version), updated_at = now()
where id = $1::uuid
returning disabled_at is not null as disabled, version,
	(extract(epoch from premium_until) * 1000)::bigint as premium_until

-- Disabling again changes nothing but the version.
-- name: user_disable(id)
update users set disabled_at = coalesce(disabled_at, now()),
	version = next_version(version), updated_at = now()
where id = $1::uuid
returning disabled_at is not null as disabled, version,
	(extract(epoch from premium_until) * 1000)::bigint as premium_until

-- name: user_enable(id)
update users set disabled_at = null, version = next_version(version),
	updated_at = now()
where id = $1::uuid
returning disabled_at is not null as disabled, version,
	(extract(epoch from premium_until) * 1000)::bigint as premium_until

-- Members that are not set keep what a parallel change has made of them.
-- name: user_set_profile(id, sets_name, name, sets_avatar, avatar)
update users set
	display_name = case when $2::boolean then $3 else display_name end,
	avatar_url = case when $4::boolean then $5 else avatar_url end,
	updated_at = now()
where id = $1::uuid and disabled_at is null
	and ($2::boolean and display_name is distinct from $3
		or $4::boolean and avatar_url is distinct from $5)

-- Seconds and the rest by themselves: one product would lose microseconds.
-- name: user_set_premium(id, until)
update users set version = next_version(version), updated_at = now(),
	premium_until = to_timestamp($2::bigint / 1000)
		+ $2::bigint % 1000 * interval '1 millisecond'
where id = $1::uuid
returning disabled_at is not null as disabled, version,
	(extract(epoch from premium_until) * 1000)::bigint as premium_until

-- Identities, grants and events go with the row.
-- name: user_delete(id)
delete from users where id = $1::uuid
