-- SPDX-License-Identifier: ISC
-- The schema's own version.

-- Not to_regclass: inside a transaction it goes on remembering a no.
-- name: schema_is_there()
select exists (select from pg_class where relname = 'schema_migrations'
	and pg_table_is_visible(oid)) as there

-- name: schema_version()
select max(version)::bigint as version from schema_migrations

-- One migration at a time, until the transaction ends.
-- name: schema_lock()
select pg_advisory_xact_lock(7310580281935)

-- name: schema_note(version, name)
insert into schema_migrations (version, name) values ($1::int, $2)
