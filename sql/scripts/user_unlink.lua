-- SPDX-License-Identifier: ISC
-- Notes at which version a user lost a provider: session_open refuses it to
-- whoever read the user before. Sessions opened until now are in the index.
--
-- KEYS	user, sessions of the user
-- ARGV	provider, version, absolute ms
-- Answer	{sid ...}, the sessions of all providers
local field = 'unlinked:' .. ARGV[1]
local known = tonumber(redis.call('HGET', KEYS[1], field) or 0)
if known < tonumber(ARGV[2]) then
	redis.call('HSET', KEYS[1], field, ARGV[2])
end

-- It outlives every session and every sign-in that is under way.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local keep = string.format('%.0f', now + ARGV[3] + 86400000)
if redis.call('PTTL', KEYS[1]) == -1 then
	redis.call('PEXPIREAT', KEYS[1], keep)
else
	redis.call('PEXPIREAT', KEYS[1], keep, 'GT')
end
return redis.call('ZRANGE', KEYS[2], 0, -1)
