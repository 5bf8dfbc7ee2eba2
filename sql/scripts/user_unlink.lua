-- SPDX-License-Identifier: ISC
-- Notes at which version a user lost a provider: sessions through it that are
-- of an earlier one live no longer, and session_open opens none.
--
-- KEYS	user, sessions of the user
-- ARGV	provider, version, absolute ms
-- Answer	{sid ...}, the sessions of all providers
if read_user(KEYS[1], {provider = ARGV[1]}).lost < tonumber(ARGV[2]) then
	redis.call('HSET', KEYS[1], mark_of(ARGV[1]), ARGV[2])
end

-- Every session, and every sign-in that is under way.
outlive(KEYS[1], clock() + ARGV[3])
return redis.call('ZRANGE', KEYS[2], 0, -1)
