-- SPDX-License-Identifier: ISC
-- Ends every session of a user.
--
-- KEYS	user, sessions of the user
-- Answer	{sid ended ...}, whose records session_erase takes away
local user = read(KEYS[1], 'epoch')
if not user.epoch then
	return {}
end

begin_epoch(KEYS[1], user.epoch, clock())
return redis.call('ZRANGE', KEYS[2], 0, -1)
