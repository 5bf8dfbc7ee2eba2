-- SPDX-License-Identifier: ISC
-- Tells of a user's sessions that live; takes the others out of the index.
--
-- KEYS	sessions of the user, user, record ...
-- ARGV	sid of each record in the same order
-- Answer	{sid, provider, user agent, address, created, last used, expires
--	...}
local user = redis.call('HMGET', KEYS[2], 'epoch', 'state')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function lives(session)
	return session[1] and session[1] == user[1] and user[2] == 'active'
		and tonumber(session[7]) > now
end

local found = {}
for i, sid in ipairs(ARGV) do
	local session = redis.call('HMGET', KEYS[i + 2], 'epoch', 'provider',
		'user_agent', 'address', 'created_at', 'last_used_at',
		'expires_at')
	if lives(session) then
		found[#found + 1] = sid
		for j = 2, 7 do
			found[#found + 1] = session[j]
		end
	else
		redis.call('ZREM', KEYS[1], sid)
	end
end
return found
