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

-- The marks of providers go with their user.
if ARGV[2] == 'deleted' then
	redis.call('DEL', KEYS[1])
end

local now = clock()
local answer = {'published'}
if ARGV[4] == 'end' then
	for _, sid in ipairs(end_all(KEYS[1], KEYS[2], user.epoch, now)) do
		answer[#answer + 1] = sid
	end
elseif not user.epoch then
	begin_epoch(KEYS[1], nil, now)
end
redis.call('HSET', KEYS[1], 'state', ARGV[2],
	'premium_until', ARGV[3], 'version', ARGV[1])
-- Every session, and every sign-in that is under way.
outlive(KEYS[1], now + ARGV[5])
return answer
