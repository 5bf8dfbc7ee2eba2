-- SPDX-License-Identifier: ISC
-- Notes at which version a user lost a provider: session_open refuses it to
-- whoever read the user before. Sessions opened until now are in the index.
--
-- KEYS	user, sessions of the user
-- ARGV	provider, version, absolute ms
-- Answer	{sid ...}, the sessions of all providers
local lost = 'unlinked:' .. ARGV[1]
local user = read(KEYS[1], lost)
if tonumber(user[lost] or 0) < tonumber(ARGV[2]) then
	redis.call('HSET', KEYS[1], lost, ARGV[2])
end

-- Every session, and every sign-in that is under way.
outlive(KEYS[1], clock() + ARGV[3])
return redis.call('ZRANGE', KEYS[2], 0, -1)
