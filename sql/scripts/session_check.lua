-- SPDX-License-Identifier: ISC
-- Whether a session lives, and what its holder may do.
--
-- KEYS	record, user
-- ARGV	how often to note the use, in ms
-- Answer	{'live', auth_time, premium_until} or {'dead'}
local session = redis.call('HMGET', KEYS[1], 'epoch', 'expires_at',
	'last_used_at', 'auth_time')
local user = redis.call('HMGET', KEYS[2], 'epoch', 'state', 'premium_until')
if not session[1] or session[1] ~= user[1] or user[2] ~= 'active' then
	return {'dead'}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(session[2]) <= now then
	return {'dead'}
end

if now - session[3] >= tonumber(ARGV[1]) then
	redis.call('HSET', KEYS[1], 'last_used_at',
		string.format('%.0f', now))
end
return {'live', session[4], user[3]}
