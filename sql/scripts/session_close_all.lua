-- SPDX-License-Identifier: ISC
-- Ends every session of a user: one write, however many there are. Records
-- of an earlier epoch are dead; session_erase takes them away.
--
-- KEYS	user, sessions of the user
-- Answer	{sid ended ...}
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
	return {}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'epoch',
	string.format('%.0f', math.max(epoch + 1, now)))
local ended = redis.call('ZRANGE', KEYS[2], 0, -1)
redis.call('UNLINK', KEYS[2])
return ended
