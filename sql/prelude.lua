-- SPDX-License-Identifier: ISC
-- What the scripts share: embed.awk puts it before each, because Redis knows
-- no include.

-- For how long index and user outlive the last session, in ms.
local MARGIN = 86400000

-- A number as text: Lua's own way would write 1e+14.
local function whole(number)
	return string.format('%.0f', number)
end

-- Redis's clock, in ms since 1970.
local function clock()
	local time = redis.call('TIME')

	return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The fields of a hash by their names, nil where there is none.
local function read(key, ...)
	local names, hash = {...}, {}

	for i, value in ipairs(redis.call('HMGET', key, ...)) do
		hash[names[i]] = value or nil
	end
	return hash
end

-- The field of a user that says at which version a provider was unlinked.
local function mark_of(provider)
	return 'unlinked:' .. (provider or '')
end

-- What of its record a session depends on, and the fields that are named
-- besides.
local function read_session(key, ...)
	return read(key, 'epoch', 'expires_at', 'provider', 'version', ...)
end

-- What of its user it depends on: epoch, state, and as lost the mark of its
-- provider; and the fields that are named besides.
local function read_user(key, session, ...)
	local mark = mark_of(session.provider)
	local user = read(key, 'epoch', 'state', mark, ...)

	user.lost = tonumber(user[mark] or 0)
	return user
end

-- Whether a user may have sessions.
local function is_active(user)
	return user.state == 'active'
end

-- Whether a user has lost, since a version, the provider of the session that
-- read_user was given.
local function has_lost(user, version)
	return user.lost > tonumber(version or 0)
end

-- Whether a session lives, by what read_session and read_user have read.
-- version is the user's when the session was opened.
local function lives(session, user, now)
	return session.epoch and session.epoch == user.epoch
		and is_active(user)
		and tonumber(session.expires_at or 0) > now
		and not has_lost(user, session.version)
end

-- Adds the named fields of a hash to an answer, which is returned.
local function tell(answer, hash, names)
	for _, name in ipairs(names) do
		answer[#answer + 1] = hash[name] or false
	end
	return answer
end

-- What a session's refresh token is made of.
local GRANT = {'generation', 'issued_at', 'expires_at', 'absolute_at',
	'key_id', 'provider'}

-- What was done, and the token that stands for a session now, as an answer.
local function grant(what, session)
	return tell({what}, session, GRANT)
end

-- When a session ends that is used now and began so that it ends at last.
local function end_of(now, idle, last)
	return math.min(now + idle, tonumber(last))
end

-- Takes a record away, and its name out of the index.
local function remove(record, index, name)
	redis.call('UNLINK', record)
	redis.call('ZREM', index, name)
end

-- Begins the epoch after this one, nil for none, in which no earlier session
-- lives: one write, however many there are. It is a time, so that those of a
-- user whom Redis has lost never live again.
local function begin_epoch(key, epoch, now)
	local begun = whole(math.max((epoch or 0) + 1, now))

	redis.call('HSET', key, 'epoch', begun)
	return begun
end

-- Publishes what sessions depend on of a user, of whom epoch and version were
-- read, and notes epoch and state there; false where Redis knows a newer
-- version. Whoever is not active has no session, whoever is deleted no marks.
local function publish(key, user, version, state, premium_until, now)
	if user.epoch and tonumber(user.version or 0) > tonumber(version) then
		return false
	end

	user.state = state
	if state == 'deleted' then
		redis.call('DEL', key)
	end
	if not is_active(user) or not user.epoch then
		user.epoch = begin_epoch(key, user.epoch, now)
	end
	redis.call('HSET', key, 'state', state,
		'premium_until', premium_until, 'version', version)
	return true
end

-- Lets a key live longer than what ends at last, and never shorter than it
-- would have lived.
local function outlive(key, last)
	local keep = whole(last + MARGIN)

	if redis.call('PTTL', key) == -1 then
		redis.call('PEXPIREAT', key, keep)
	else
		redis.call('PEXPIREAT', key, keep, 'GT')
	end
end

-- Lets a session live until it expires, and its index as long as it can live
-- at last.
local function extend(record, index, sid, expires, last)
	redis.call('HSET', record, 'expires_at', expires)
	redis.call('PEXPIREAT', record, expires)
	redis.call('ZADD', index, expires, sid)
	outlive(index, last)
end
