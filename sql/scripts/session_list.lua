-- SPDX-License-Identifier: ISC
-- Tells of a user's sessions that live; takes the others out of the index.
--
-- KEYS	sessions of the user, user, record ...
-- ARGV	sid of each record in the same order
-- Answer	{sid, provider, user agent, address, created, last used, expires
--	...}
local told = {'provider', 'user_agent', 'address', 'created_at',
	'last_used_at', 'expires_at'}
local now = clock()

-- There are few providers, and many sessions of each.
local users = {}
local function user_of(session)
	local mark = mark_of(session.provider)

	users[mark] = users[mark] or read_user(KEYS[2], session)
	return users[mark]
end

local found = {}
for i, sid in ipairs(ARGV) do
	local session = read_session(KEYS[i + 2], unpack(told))
	if lives(session, user_of(session), now) then
		found[#found + 1] = sid
		tell(found, session, told)
	else
		redis.call('ZREM', KEYS[1], sid)
	end
end
return found
