-- SPDX-License-Identifier: ISC
-- Whether a session lives, and what its holder may do.
--
-- KEYS	record, user
-- ARGV	how often to note the use, in ms
-- Answer	{'live', auth_time, premium_until} or {'dead'}
local session = read_session(KEYS[1], 'last_used_at', 'auth_time')
local user = read_user(KEYS[2], session, 'premium_until')
local now = clock()
if not lives(session, user, now) then
	return {'dead'}
end

if now - (session.last_used_at or 0) >= tonumber(ARGV[1]) then
	redis.call('HSET', KEYS[1], 'last_used_at', whole(now))
end
return {'live', session.auth_time or false, user.premium_until}
