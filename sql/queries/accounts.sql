-- SPDX-License-Identifier: ISC
-- Identities linked to users.

-- Who has an identity, and who holds its address as verified. One statement
-- sees one moment: a racing first sign-in is there whole or not at all.
-- name: account_look(provider, oauth_id, verified_email, asker_id, unlinked)
select a.user_id as owner_id, o.disabled_at is not null as owner_disabled,
	h.id as holder_id, h.disabled_at is not null as holder_disabled,
	exists (select 1 from oauth_linked_accounts b
		where b.user_id = h.id and b.provider = $1)
		as holder_has_provider,
	is_backed(h.id, $3) as holder_is_backed,
	exists (select 1 from events e
		where e.user_id = h.id and e.kind = $5
		and e.provider = $1) as holder_has_unlinked,
	exists (select 1 from oauth_linked_accounts b
		where b.user_id = $4::uuid and b.provider = $1)
		as asker_has_provider
from (values ($1, $2)) said (provider, oauth_id)
left join oauth_linked_accounts a
	on a.provider = said.provider and a.oauth_id = said.oauth_id
left join users o on o.id = a.user_id
left join users h on holds(h, $3)

-- name: account_insert(id, user_id, provider, oauth_id, email, verified, name, avatar)
insert into oauth_linked_accounts (id, user_id, provider, oauth_id, email,
	email_verified, display_name, avatar_url)
values ($1::uuid, $2::uuid, $3, $4, $5, $6::boolean, $7, $8)
on conflict (provider, oauth_id) do nothing
returning id

-- The user's address follows where it is none, or only what the primary
-- identity said until now; but, at a sign-in, not into nothing: not where the
-- primary says none after it.
-- name: account_note_use(user_id, provider, oauth_id, email, verified, name, avatar)
update oauth_linked_accounts a set email = $4, email_verified = $5::boolean,
	display_name = $6, avatar_url = $7, last_used_at = now()
from users u, oauth_linked_accounts before
where a.user_id = $1::uuid and a.provider = $2 and a.oauth_id = $3
	and u.id = a.user_id and is_primary(before, u)
returning case when is_primary(a, u) then a.email else before.email end
		is not null
	and not u.email_verified
	and (u.email is null or u.email = before.email) as follows

-- name: account_delete(user_id, provider)
delete from oauth_linked_accounts
where user_id = $1::uuid and provider = $2

-- name: account_move(user_id, provider, to_id)
update oauth_linked_accounts set user_id = $3::uuid, linked_at = now()
where user_id = $1::uuid and provider = $2

-- The oldest first.
-- name: accounts_of_user(user_id)
select a.id, a.provider, a.oauth_id, a.email, a.email_verified,
	a.display_name, a.avatar_url, is_primary(a, u),
	to_ms(a.linked_at) as linked_at, to_ms(a.last_used_at) as last_used_at
from oauth_linked_accounts a
join users u on u.id = a.user_id
where a.user_id = $1::uuid
order by a.linked_at, a.id
