-- SPDX-License-Identifier: ISC
-- The first schema: users, their identities, premium, providers, events.

create table schema_migrations (
	version int primary key,
	name text not null,
	applied_at timestamptz not null default now()
);

-- A person. oauth_provider and oauth_id are the primary identity; it has its
-- row in oauth_linked_accounts like every other one.
create table users (
	id uuid primary key,
	email text collate "C" check (char_length(email) between 1 and 320),
	email_verified boolean not null default false,
	display_name text,
	avatar_url text,
	oauth_provider text not null,
	oauth_id text not null,
	premium_until timestamptz,
	disabled_at timestamptz,
	-- of what Redis is told, state, premium and unlinking: see next_version
	version bigint not null default 1,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	last_login_at timestamptz,
	check (email is not null or not email_verified)
);

-- Instants travel as whole milliseconds since 1970. These are no more immutable
-- than what they call: only so PostgreSQL takes their bodies in their place.
create function to_ms(at timestamptz) returns bigint
language sql stable as $$
	select (extract(epoch from at) * 1000)::bigint
$$;

-- Seconds and the rest by themselves: one product would lose microseconds.
create function from_ms(ms bigint) returns timestamptz
language sql stable as $$
	select to_timestamp(ms / 1000) + ms % 1000 * interval '1 millisecond'
$$;

-- What makes two addresses one. Verified ones are ASCII; "C", here and in the
-- columns, keeps lower() and the order of indexes out of the locale's hands.
create function email_key(email text) returns text
language sql immutable as $$
	select lower(email collate "C")
$$;

-- The version after this one: the time where that is later, so that even after
-- a restore of this database it is newer than what Redis was told before.
create function next_version(version bigint) returns bigint
language sql volatile as $$
	select greatest(version + 1, to_ms(clock_timestamp()))
$$;

create unique index users_verified_email
	on users (email_key(email)) where email_verified;

-- Whether a user holds an address: as verified, so that one at most does.
create function holds(holder users, address text) returns boolean
language sql stable as $$
	select holder.email_verified
		and email_key(holder.email) = email_key(address)
$$;

create table oauth_linked_accounts (
	id uuid primary key,
	user_id uuid not null references users (id) on delete cascade,
	provider text not null,
	oauth_id text not null check (char_length(oauth_id) between 1 and 255),
	email text collate "C",
	email_verified boolean not null default false,
	display_name text,
	avatar_url text,
	linked_at timestamptz not null default now(),
	last_used_at timestamptz not null default now(),
	check (email is not null or not email_verified),
	constraint oauth_linked_accounts_identity unique (provider, oauth_id),
	constraint oauth_linked_accounts_provider unique (user_id, provider),
	constraint oauth_linked_accounts_primary
		unique (user_id, provider, oauth_id)
);

create index oauth_linked_accounts_verified_email
	on oauth_linked_accounts (email_key(email)) where email_verified;

-- Whether an identity of the user's vouches for an address.
create function is_backed(holder_id uuid, address text) returns boolean
language sql stable as $$
	select exists (
		select 1 from oauth_linked_accounts
		where user_id = holder_id and email_verified
		and email_key(email) = email_key(address))
$$;

-- The primary identity exists, whatever races: deferred, so that user and
-- identity can be made, and a primary changed, in one transaction.
alter table users add constraint users_primary_identity
	foreign key (id, oauth_provider, oauth_id)
	references oauth_linked_accounts (user_id, provider, oauth_id)
	deferrable initially deferred;

-- Whether an identity is that one.
create function is_primary(identity oauth_linked_accounts, owner users)
returns boolean language sql stable as $$
	select (identity.user_id, identity.provider, identity.oauth_id)
		= (owner.id, owner.oauth_provider, owner.oauth_id)
$$;

create table premium_grants (
	reference text primary key check (char_length(reference) between 1 and 255),
	user_id uuid not null references users (id) on delete cascade,
	until timestamptz,
	actor text not null,
	at timestamptz not null default now()
);

create index premium_grants_user on premium_grants (user_id);

-- The issuer a provider name was first used with.
create table providers (
	name text primary key,
	issuer text not null,
	pinned_at timestamptz not null default now()
);

-- What happened to accounts. user_id is null where the user is gone.
create table events (
	id bigint generated always as identity primary key,
	at timestamptz not null default now(),
	kind text not null,
	user_id uuid references users (id) on delete cascade,
	provider text,
	session_id uuid,
	address text,
	actor text not null,
	request_id text
);

create index events_user on events (user_id, at);
create index events_at on events (at);

-- Whether an event goes at an instant: older, and not of the kind that is kept.
create function is_deletable(event events, instant timestamptz, kept text)
returns boolean language sql stable as $$
	select event.at < instant and event.kind <> kept
$$;

-- Whether one that is kept has anything personal to lose then.
create function is_strippable(event events, instant timestamptz, kept text)
returns boolean language sql stable as $$
	select event.at < instant and event.kind = kept and num_nonnulls(
		event.session_id, event.address, event.request_id) > 0
$$;
