-- SPDX-License-Identifier: ISC
-- Opens a session and publishes what it depends on of the user.
--
-- KEYS	record, sessions of the user, user
-- ARGV	sid, version, premium_until, idle ms, absolute ms, limit, key id,
--	provider, user agent, address
-- Answer	{'opened', issued, expires, absolute end, sid to trim ...}, or
--	{'refused'} when Redis knows a newer state than the caller: disabled
--	or deleted in the meantime; {'refused', 'unlinked'} when it is the
--	provider that the user has lost.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local idle, absolute = now + ARGV[4], now + ARGV[5]
local expires = math.min(idle, absolute)

local user = redis.call('HMGET', KEYS[3], 'epoch', 'state', 'version',
	'unlinked:' .. ARGV[8])
if user[4] and tonumber(user[4]) > tonumber(ARGV[2]) then
	return {'refused', 'unlinked'}
end
if user[1] and tonumber(user[3]) > tonumber(ARGV[2]) then
	if user[2] ~= 'active' then
		return {'refused'}
	end
else
	redis.call('HSET', KEYS[3], 'state', 'active',
		'premium_until', ARGV[3], 'version', ARGV[2])
end

-- A new epoch is the time: records of a lost one never live again.
local epoch = user[1]
if not epoch then
	epoch = string.format('%.0f', now)
	redis.call('HSET', KEYS[3], 'epoch', epoch)
end

local function n(number)
	return string.format('%.0f', number)
end

redis.call('HSET', KEYS[1], 'epoch', epoch, 'generation', 1,
	'issued_at', n(now), 'expires_at', n(expires),
	'absolute_at', n(absolute), 'key_id', ARGV[7], 'provider', ARGV[8],
	'auth_time', n(now), 'user_agent', ARGV[9], 'address', ARGV[10],
	'created_at', n(now), 'last_used_at', n(now))
redis.call('PEXPIREAT', KEYS[1], n(expires))

redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', n(now))
redis.call('ZADD', KEYS[2], n(expires), ARGV[1])

-- Index and user outlive every session.
local keep = n(absolute + 86400000)
for i = 2, 3 do
	if redis.call('PTTL', KEYS[i]) == -1 then
		redis.call('PEXPIREAT', KEYS[i], keep)
	else
		redis.call('PEXPIREAT', KEYS[i], keep, 'GT')
	end
end

local answer = {'opened', n(now), n(expires), n(absolute)}
if redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[6]) then
	for _, sid in ipairs(redis.call('ZRANGE', KEYS[2], 0, 199)) do
		answer[#answer + 1] = sid
	end
end
return answer
