-- SPDX-License-Identifier: ISC
-- The issuer each provider name stands for, for ever.

-- name: provider_issuer(name)
select issuer from providers where name = $1

-- name: provider_pin(name, issuer)
insert into providers (name, issuer) values ($1, $2)
on conflict (name) do nothing
