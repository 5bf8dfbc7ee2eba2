-- SPDX-License-Identifier: ISC
-- Notes that a session's holder has just come from the provider once more.
--
-- KEYS	record, user
-- Answer	a grant 'renewed', or {'dead'}
local session = read_session(KEYS[1], unpack(GRANT))
local user = read_user(KEYS[2], session)
local now = clock()
if not lives(session, user, now) then
	return {'dead'}
end

redis.call('HSET', KEYS[1], 'auth_time', whole(now),
	'last_used_at', whole(now))
return grant('renewed', session)
