-- SPDX-License-Identifier: ISC
-- Publishes what sessions depend on of a user, unless Redis knows a newer
-- version; ends the user's sessions where asked to.
--
-- KEYS	user, sessions of the user
-- ARGV	version, state ('active', 'disabled' or 'deleted'), premium_until,
--	'end' or 'keep', absolute ms
-- Answer	{'published', sid of a session ended ...} or {'stale'}
local user = read(KEYS[1], 'epoch', 'version')
if is_stale(ARGV[1], user) then
	return {'stale'}
end

local now = clock()
local epoch = user.epoch or epoch_after(nil, now)
local answer = {'published'}
if ARGV[4] == 'end' then
	epoch = epoch_after(epoch, now)
	for _, sid in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
		answer[#answer + 1] = sid
	end
	-- A deleted user's index is kept until session_erase has removed
	-- each record.
	if ARGV[2] ~= 'deleted' then
		redis.call('UNLINK', KEYS[2])
	end
end

if ARGV[2] == 'deleted' then
	redis.call('DEL', KEYS[1])
end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'state', ARGV[2],
	'premium_until', ARGV[3], 'version', ARGV[1])
-- Every session, and every sign-in that is under way.
outlive(KEYS[1], now + ARGV[5])
return answer
