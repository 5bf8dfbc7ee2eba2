-- SPDX-License-Identifier: ISC
-- Users. Instants travel as milliseconds since 1970.

-- name: user_by_id(id)
select u.id, u.email, u.email_verified, u.oauth_provider, u.oauth_id,
	coalesce(u.display_name, a.display_name) as display_name,
	coalesce(u.avatar_url, a.avatar_url) as avatar_url,
	u.disabled_at is not null as disabled, u.version,
	coalesce(u.premium_until > now(), false) as is_premium,
	to_ms(u.premium_until) as premium_until,
	to_ms(u.created_at) as created_at, to_ms(u.last_login_at) as last_login_at,
	u.display_name as own_display_name, u.avatar_url as own_avatar_url,
	to_ms(u.disabled_at) as disabled_at, to_ms(u.updated_at) as updated_at
from users u
join oauth_linked_accounts a on is_primary(a, u)
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
where id = $1::uuid
returning id

-- The address is the primary identity's where that one is verified and nobody
-- else's. Otherwise it stays, verified as long as a linked identity backs it;
-- or, where follows says so and nothing backs it, it is what the primary says,
-- which may be none; follows is not set then at a sign-in (account_note_use).
-- name: user_settle_email(id, follows)
with said as (
	select u.id, u.email as stands, p.email, p.email_verified
			and not exists (select 1 from users o
			where o.id <> u.id and holds(o, p.email)) as is_due,
		u.email_verified and is_backed(u.id, u.email) as stays_verified
	from users u
	join oauth_linked_accounts p on is_primary(p, u)
	where u.id = $1::uuid
), settled as (
	select id, is_due or stays_verified as email_verified,
		case when is_due or $2::boolean and not stays_verified
			then email else stands end as email
	from said
)
update users u set email = settled.email,
	email_verified = settled.email_verified, updated_at = now()
from settled
where u.id = settled.id and (u.email, u.email_verified)
	is distinct from (settled.email, settled.email_verified)

-- name: user_set_primary(id, provider, oauth_id)
update users set oauth_provider = $2, oauth_id = $3, updated_at = now()
where id = $1::uuid

-- Nobody changes the id: what only refers to the row, as events do, goes on.
-- name: user_lock(id)
select disabled_at is not null as disabled, version,
	to_ms(premium_until) as premium_until
from users where id = $1::uuid
for no key update

-- name: user_raise_version(id)
update users set version = next_version(version), updated_at = now()
where id = $1::uuid
returning disabled_at is not null as disabled, version,
	to_ms(premium_until) as premium_until

-- Disabling again keeps the first disabled_at.
-- name: user_disable(id)
update users set disabled_at = coalesce(disabled_at, now()),
	version = next_version(version), updated_at = now()
where id = $1::uuid
returning disabled_at is not null as disabled, version,
	to_ms(premium_until) as premium_until

-- name: user_enable(id)
update users set disabled_at = null, version = next_version(version),
	updated_at = now()
where id = $1::uuid
returning disabled_at is not null as disabled, version,
	to_ms(premium_until) as premium_until

-- Members that are not set keep what a parallel change has made of them.
-- name: user_set_profile(id, sets_name, name, sets_avatar, avatar)
update users set
	display_name = case when $2::boolean then $3 else display_name end,
	avatar_url = case when $4::boolean then $5 else avatar_url end,
	updated_at = now()
where id = $1::uuid
	and ($2::boolean and display_name is distinct from $3
		or $4::boolean and avatar_url is distinct from $5)

-- name: user_set_premium(id, until)
update users set version = next_version(version), updated_at = now(),
	premium_until = from_ms($2::bigint)
where id = $1::uuid
returning disabled_at is not null as disabled, version,
	to_ms(premium_until) as premium_until

-- Identities, grants and events go with the row.
-- name: user_delete(id)
delete from users where id = $1::uuid
