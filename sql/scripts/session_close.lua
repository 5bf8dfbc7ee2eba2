-- SPDX-License-Identifier: ISC
-- Ends one session.
--
-- KEYS	record, sessions of the user, user
-- ARGV	sid
-- Answer	{provider} when it was of the user's epoch, else {}
local session = redis.call('HMGET', KEYS[1], 'epoch', 'provider')
local epoch = redis.call('HGET', KEYS[3], 'epoch')
redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if not session[1] or session[1] ~= epoch then
	return {}
end
return {session[2]}
