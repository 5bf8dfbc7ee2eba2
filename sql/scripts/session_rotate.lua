-- SPDX-License-Identifier: ISC
-- Exchanges a refresh token's generation for the next one.
--
-- KEYS	record, sessions of the user, user
-- ARGV	sid, generation presented, idle ms, grace ms, key id for new tokens
-- Answer	{what, generation, issued, expires, absolute end, key id, provider}
--	with what = 'advanced', 'repeated' (the same successor again, within
--	the grace) or 'rolled_back' (the token is our own but newer than the
--	record: Redis lost its last write); {'reused', provider} when the
--	session was ended for it; {'dead'}
local session = read_session(KEYS[1], 'generation', 'issued_at',
	'absolute_at', 'key_id')
local user = read_user(KEYS[3], session)
local now = clock()
if not lives(session, user, now) then
	return {'dead'}
end

local presented, current = tonumber(ARGV[2]), tonumber(session.generation)
if presented == current or presented == current + 1 then
	local what = presented == current and 'advanced' or 'rolled_back'
	local expires = whole(end_of(now, ARGV[3], session.absolute_at))

	redis.call('HSET', KEYS[1], 'generation', whole(presented + 1),
		'issued_at', whole(now), 'expires_at', expires,
		'key_id', ARGV[5], 'last_used_at', whole(now))
	extend(KEYS[1], KEYS[2], ARGV[1], expires, session.absolute_at)
	return {what, whole(presented + 1), whole(now), expires,
		session.absolute_at, ARGV[5], session.provider}
end

if presented == current - 1 and now - session.issued_at < tonumber(ARGV[4]) then
	return {'repeated', session.generation, session.issued_at,
		session.expires_at, session.absolute_at, session.key_id,
		session.provider}
end

remove(KEYS[1], KEYS[2], ARGV[1])
return {'reused', session.provider}
