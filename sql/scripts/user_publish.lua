-- SPDX-License-Identifier: ISC
-- Publishes what sessions depend on of a user, unless Redis knows a newer
-- version; ends the user's sessions where asked to.
--
-- KEYS	user, sessions of the user
-- ARGV	version, state ('active', 'disabled' or 'deleted'), premium_until,
--	'end' or 'keep', absolute ms
-- Answer	{'published', sid of a session ended ...} or {'stale'}
local user = redis.call('HMGET', KEYS[1], 'epoch', 'version')
if user[1] and tonumber(user[2]) > tonumber(ARGV[1]) then
	return {'stale'}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch = tonumber(user[1] or now)
local answer = {'published'}
if ARGV[4] == 'end' then
	epoch = math.max(epoch + 1, now)
	for _, sid in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
		answer[#answer + 1] = sid
	end
	-- A deleted user's index is kept until session_erase has removed
	-- each record.
	if ARGV[2] ~= 'deleted' then
		redis.call('UNLINK', KEYS[2])
	end
end

-- It outlives every session and every sign-in that is under way.
local keep = string.format('%.0f', now + ARGV[5] + 86400000)
if ARGV[2] == 'deleted' then
	redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch),
	'state', ARGV[2], 'premium_until', ARGV[3], 'version', ARGV[1])
if redis.call('PTTL', KEYS[1]) == -1 then
	redis.call('PEXPIREAT', KEYS[1], keep)
else
	redis.call('PEXPIREAT', KEYS[1], keep, 'GT')
end
return answer
