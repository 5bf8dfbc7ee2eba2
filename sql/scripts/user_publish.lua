-- SPDX-License-Identifier: ISC
-- Publishes what sessions depend on of a user, unless Redis knows a newer
-- version.
--
-- KEYS	user, sessions of the user
-- ARGV	version, state ('active', 'disabled' or 'deleted'), premium_until,
--	absolute ms
-- Answer	{'published', sid ended ...}, whose records session_erase takes
--	away, or {'stale'}
local now = clock()
local user = read(KEYS[1], 'epoch', 'version')
if not publish(KEYS[1], user, ARGV[1], ARGV[2], ARGV[3], now) then
	return {'stale'}
end

-- Every session, and every sign-in that is under way.
outlive(KEYS[1], now + ARGV[4])

local answer = is_active(user) and {} or redis.call('ZRANGE', KEYS[2], 0, -1)
table.insert(answer, 1, 'published')
return answer
