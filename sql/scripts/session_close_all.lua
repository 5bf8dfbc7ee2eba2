-- SPDX-License-Identifier: ISC
-- Ends every session of a user: one write, however many there are. Records
-- of an earlier epoch are dead; session_erase takes them away.
--
-- KEYS	user, sessions of the user
-- Answer	{sid ended ...}
local user = read(KEYS[1], 'epoch')
if not user.epoch then
	return {}
end

redis.call('HSET', KEYS[1], 'epoch', epoch_after(user.epoch, clock()))
local ended = redis.call('ZRANGE', KEYS[2], 0, -1)
redis.call('UNLINK', KEYS[2])
return ended
