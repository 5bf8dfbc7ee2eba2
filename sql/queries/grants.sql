-- SPDX-License-Identifier: ISC
-- Premium grants. Instants travel as milliseconds since 1970.

-- name: grants_of_user(user_id)
select reference, user_id, to_ms(until) as until, actor, to_ms(at) as at
from premium_grants
where user_id = $1::uuid
order by at, reference

-- name: grant_by_reference(reference)
select reference, user_id, to_ms(until) as until, actor, to_ms(at) as at
from premium_grants
where reference = $1

-- Instants as user_set_premium writes them.
-- name: grant_insert(reference, user_id, until, actor)
insert into premium_grants (reference, user_id, until, actor)
values ($1, $2::uuid, from_ms($3::bigint), $4)
on conflict do nothing
returning reference
