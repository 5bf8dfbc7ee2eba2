-- SPDX-License-Identifier: ISC
-- Exchanges a refresh token's generation for the next one.
--
-- KEYS	record, sessions of the user, user
-- ARGV	sid, generation presented, idle ms, grace ms, key id for new tokens
-- Answer	a grant 'advanced', 'repeated' (the same successor again, within
--	the grace) or 'rolled_back' (the token is our own but newer than the
--	record: Redis lost its last write); {'reused', provider} when the
--	session was ended for it; {'dead'}
local session = read_session(KEYS[1], unpack(GRANT))
local user = read_user(KEYS[3], session)
local now = clock()
if not lives(session, user, now) then
	return {'dead'}
end

local presented, current = tonumber(ARGV[2]), tonumber(session.generation)
if presented == current or presented == current + 1 then
	local what = presented == current and 'advanced' or 'rolled_back'

	session.generation = whole(presented + 1)
	session.issued_at = whole(now)
	session.expires_at = whole(end_of(now, ARGV[3], session.absolute_at))
	session.key_id = ARGV[5]
	redis.call('HSET', KEYS[1], 'generation', session.generation,
		'issued_at', session.issued_at, 'key_id', session.key_id,
		'last_used_at', whole(now))
	extend(KEYS[1], KEYS[2], ARGV[1], session.expires_at,
		session.absolute_at)
	return grant(what, session)
end

if presented == current - 1 and now - session.issued_at < tonumber(ARGV[4]) then
	return grant('repeated', session)
end

remove(KEYS[1], KEYS[2], ARGV[1])
return {'reused', session.provider}
