-- SPDX-License-Identifier: ISC
-- What happened to accounts.

-- name: event_insert(kind, user_id, provider, session_id, address, actor, request_id)
insert into events (kind, user_id, provider, session_id, address, actor,
	request_id)
values ($1, $2::uuid, $3, $4::uuid, $5, $6, $7)
