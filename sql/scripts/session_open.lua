-- SPDX-License-Identifier: ISC
-- Opens a session and publishes what it depends on of the user.
--
-- KEYS	record, sessions of the user, user
-- ARGV	sid, version, premium_until, idle ms, absolute ms, limit, key id,
--	provider, user agent, address
-- Answer	a grant 'opened', then each sid to trim; {'refused'} when Redis
--	knows a newer state than the caller: disabled or deleted in the
--	meantime; {'refused', 'unlinked'} when it is the provider that the
--	user has lost.
local now = clock()
local absolute = now + ARGV[5]
local expires = end_of(now, ARGV[4], absolute)

local user = read_user(KEYS[3], {provider = ARGV[8]}, 'version')
if has_lost(user, ARGV[2]) then
	return {'refused', 'unlinked'}
end
if not publish(KEYS[3], user, ARGV[2], 'active', ARGV[3], now)
	and not is_active(user) then
	return {'refused'}
end

local session = {generation = 1, issued_at = whole(now),
	expires_at = whole(expires), absolute_at = whole(absolute),
	key_id = ARGV[7], provider = ARGV[8]}
redis.call('HSET', KEYS[1], 'epoch', user.epoch,
	'generation', session.generation, 'issued_at', session.issued_at,
	'absolute_at', session.absolute_at, 'key_id', session.key_id,
	'provider', session.provider, 'version', ARGV[2],
	'auth_time', whole(now), 'user_agent', ARGV[9], 'address', ARGV[10],
	'created_at', whole(now), 'last_used_at', whole(now))

redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(now))
extend(KEYS[1], KEYS[2], ARGV[1], session.expires_at, absolute)
outlive(KEYS[3], absolute)

local answer = grant('opened', session)
if redis.call('ZCARD', KEYS[2]) > tonumber(ARGV[6]) then
	for _, sid in ipairs(redis.call('ZRANGE', KEYS[2], 0, 199)) do
		answer[#answer + 1] = sid
	end
end
return answer
