-- SPDX-License-Identifier: ISC
-- Takes a transaction, once, for the browser that began it. Both bindings
-- are SHA-256 hashes, so comparing them tells nothing about the cookie.
-- Without a match nothing is deleted: who merely saw a state cannot burn it.
--
-- KEYS	transaction, all open transactions
-- ARGV	name of the transaction, hash of the binding cookie
-- Answer	{field, value ...}, or {} when there is none for this browser
if read(KEYS[1], 'binding').binding ~= ARGV[2] then
	return {}
end

local fields = redis.call('HGETALL', KEYS[1])
remove(KEYS[1], KEYS[2], ARGV[1])
return fields
