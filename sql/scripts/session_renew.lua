-- SPDX-License-Identifier: ISC
-- Notes that a session's holder has just come from the provider once more.
--
-- KEYS	record, user
-- Answer	{'renewed', generation, issued, expires, absolute end, key id,
--	provider} as they stand, or {'dead'}
local session = read_session(KEYS[1], 'generation', 'issued_at',
	'absolute_at', 'key_id')
local user = read_user(KEYS[2], session)
local now = clock()
if not lives(session, user, now) then
	return {'dead'}
end

redis.call('HSET', KEYS[1], 'auth_time', whole(now),
	'last_used_at', whole(now))
return {'renewed', session.generation, session.issued_at,
	session.expires_at, session.absolute_at, session.key_id,
	session.provider}
