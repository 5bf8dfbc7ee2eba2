-- SPDX-License-Identifier: ISC
-- Notes a sign-in that has begun.
--
-- KEYS	transaction, all open transactions
-- ARGV	name of the transaction, time to live in ms, most that may be open,
--	then field, value ...
-- Answer	{'put'} or {'full'}
local now = clock()
local expires = whole(now + ARGV[2])

redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(now))
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[3]) then
	return {'full'}
end

redis.call('ZADD', KEYS[2], expires, ARGV[1])
redis.call('PEXPIREAT', KEYS[2], expires)
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIREAT', KEYS[1], expires)
return {'put'}
