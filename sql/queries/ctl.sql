-- SPDX-License-Identifier: ISC
-- What only the administrator's command asks.

-- The verified holder alone, who is found by the index; only without one is
-- the table searched.
-- name: user_ids_by_email(email, limit)
with holder as (
	select id from users where holds(users, $1)
)
select id from holder
union all
select id from (
	select id from users
	where not email_verified
	and email_key(email) = email_key($1)
	and not exists (select from holder)
	order by id limit $2::int
) others

-- name: user_ids_after(after, limit)
select id from users
where $1::uuid is null or id > $1::uuid
order by id limit $2::int

-- Names that are pinned; those that are only configured have no row.
-- name: providers_all()
select name, issuer, to_ms(pinned_at) as pinned_at
from providers order by name

-- name: provider_rebind(name, issuer)
insert into providers (name, issuer) values ($1, $2)
on conflict (name) do update set issuer = excluded.issuer, pinned_at = now()

-- The latest of a user or of all, of a kind or of all.
-- name: events_latest(user_id, kind, limit)
select id, to_ms(at) as at, kind, user_id,
	provider, session_id, address, actor, request_id
from events
where ($1::uuid is null or user_id = $1::uuid)
	and ($2::text is null or kind = $2::text)
order by id desc
limit $3::bigint

-- name: events_count_before(instant, kept)
select (select count(*) from events e
		where is_deletable(e, from_ms($1::bigint), $2)) as deletable,
	(select count(*) from events e
		where is_strippable(e, from_ms($1::bigint), $2)) as strippable

-- name: events_strip_before(instant, kept, limit)
update events set session_id = null, address = null, request_id = null
where id in (
	select id from events e
	where is_strippable(e, from_ms($1::bigint), $2)
	order by at limit $3::bigint)

-- name: events_delete_before(instant, kept, limit)
delete from events where id in (
	select id from events e
	where is_deletable(e, from_ms($1::bigint), $2)
	order by at limit $3::bigint)
