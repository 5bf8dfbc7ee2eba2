-- SPDX-License-Identifier: ISC
-- Queries of test_db and test_db_down on the table support/probes.c makes.

-- name: probe_echo(value)
select $1::text as value, $1 is null as missing

-- name: probe_none()
select 1 as one where false

-- name: probe_numbers(upto)
select n, n % 2 = 0 as even, null::boolean as neither
from generate_series(1, $1::int) as n order by n

-- name: probe_add(name, owner)
insert into probes (name, owner) values ($1, $2)

-- name: probe_count()
select count(*) as count from probes

-- name: probe_rename(name)
update probes set name = $1 || name

-- name: probe_all()
select * from probes

-- name: probe_raise(state)
select probe_raise($1)

-- name: probe_uuid(id)
select $1::uuid as id

-- name: probe_sleep(seconds)
select pg_sleep($1::float8)

-- name: probe_wrong()
select no_such_column from probes

-- name: backend_pid()
select pg_backend_pid() as pid

-- name: backend_end(pid)
select pg_terminate_backend($1::int, 5000) as ended

-- name: backend_prepared()
select count(*) as count from pg_prepared_statements

-- name: backend_encoding()
select current_setting('client_encoding') as value,
    current_setting('application_name') as program,
    current_setting('transaction_isolation') as isolation
