-- SPDX-License-Identifier: ISC
-- Ends those of a user's sessions that were begun through a provider.
--
-- KEYS	sessions of the user, record ...
-- ARGV	provider, sid of each record in the same order
-- Answer	{}
for i = 2, #KEYS do
	if redis.call('HGET', KEYS[i], 'provider') == ARGV[1] then
		redis.call('UNLINK', KEYS[i])
		redis.call('ZREM', KEYS[1], ARGV[i])
	end
end
return {}
