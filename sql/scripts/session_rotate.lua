-- SPDX-License-Identifier: ISC
-- Exchanges a refresh token's generation for the next one.
--
-- KEYS	record, sessions of the user, user
-- ARGV	sid, generation presented, idle ms, grace ms, key id for new tokens
-- Answer	{what, generation, issued, expires, absolute end, key id, provider}
--	with what = 'advanced', 'repeated' (the same successor again, within
--	the grace) or 'rolled_back' (the token is our own but newer than the
--	record: Redis lost its last write); {'reused', provider} when the
--	session was ended for it; {'dead'}
local session = redis.call('HMGET', KEYS[1], 'epoch', 'generation',
	'issued_at', 'expires_at', 'absolute_at', 'key_id', 'provider')
local user = redis.call('HMGET', KEYS[3], 'epoch', 'state')
if not session[1] or session[1] ~= user[1] or user[2] ~= 'active' then
	return {'dead'}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(session[4]) <= now then
	return {'dead'}
end

local presented, current = tonumber(ARGV[2]), tonumber(session[2])
if presented == current or presented == current + 1 then
	local function n(number)
		return string.format('%.0f', number)
	end
	local what = presented == current and 'advanced' or 'rolled_back'
	local expires = math.min(now + ARGV[3], tonumber(session[5]))

	redis.call('HSET', KEYS[1], 'generation', n(presented + 1),
		'issued_at', n(now), 'expires_at', n(expires),
		'key_id', ARGV[5], 'last_used_at', n(now))
	redis.call('PEXPIREAT', KEYS[1], n(expires))
	redis.call('ZADD', KEYS[2], n(expires), ARGV[1])
	local keep = n(session[5] + 86400000)
	if redis.call('PTTL', KEYS[2]) == -1 then
		redis.call('PEXPIREAT', KEYS[2], keep)
	else
		redis.call('PEXPIREAT', KEYS[2], keep, 'GT')
	end
	return {what, n(presented + 1), n(now), n(expires), session[5],
		ARGV[5], session[7]}
end

if presented == current - 1 and now - session[3] < tonumber(ARGV[4]) then
	return {'repeated', session[2], session[3], session[4], session[5],
		session[6], session[7]}
end

redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return {'reused', session[7]}
