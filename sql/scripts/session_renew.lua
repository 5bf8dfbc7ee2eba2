-- SPDX-License-Identifier: ISC
-- Notes that a session's holder has just come from the provider once more.
--
-- KEYS	record, user
-- Answer	{'renewed', generation, issued, expires, absolute end, key id,
--	provider} as they stand, or {'dead'}
local session = redis.call('HMGET', KEYS[1], 'epoch', 'generation',
	'issued_at', 'expires_at', 'absolute_at', 'key_id', 'provider')
local user = redis.call('HMGET', KEYS[2], 'epoch', 'state')
if not session[1] or session[1] ~= user[1] or user[2] ~= 'active' then
	return {'dead'}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(session[4]) <= now then
	return {'dead'}
end

local noted = string.format('%.0f', now)
redis.call('HSET', KEYS[1], 'auth_time', noted, 'last_used_at', noted)
session[1] = 'renewed'
return session
