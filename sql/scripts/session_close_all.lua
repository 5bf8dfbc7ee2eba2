-- SPDX-License-Identifier: ISC
-- Ends every session of a user.
--
-- KEYS	user, sessions of the user
-- Answer	{sid ended ...}
local user = read(KEYS[1], 'epoch')
if not user.epoch then
	return {}
end

return end_all(KEYS[1], KEYS[2], user.epoch, clock())
