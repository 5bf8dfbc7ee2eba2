-- SPDX-License-Identifier: ISC
-- Ends one session.
--
-- KEYS	record, sessions of the user
-- ARGV	sid
-- Answer	{provider} when there was one, else {}
local provider = redis.call('HGET', KEYS[1], 'provider')
redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return {provider}
