-- SPDX-License-Identifier: ISC
-- Ends one session.
--
-- KEYS	record, sessions of the user, user
-- ARGV	sid
-- Answer	{provider} when it was of the user's epoch, else {}
local session = read(KEYS[1], 'epoch', 'provider')
local user = read(KEYS[3], 'epoch')
finish(KEYS[1], KEYS[2], ARGV[1])
if not session.epoch or session.epoch ~= user.epoch then
	return {}
end
return {session.provider}
