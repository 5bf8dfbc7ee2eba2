-- SPDX-License-Identifier: ISC
-- Ends a user's least recently used sessions until no more than the limit
-- are left.
--
-- KEYS	sessions of the user, record ...
-- ARGV	limit, sid of each record in the same order
-- Answer	{}
local excess = redis.call('ZCARD', KEYS[1]) - ARGV[1]
local found = {}
for i = 2, #KEYS do
	local session = read(KEYS[i], 'last_used_at')
	found[i - 1] = {
		record = KEYS[i],
		sid = ARGV[i],
		used = tonumber(session.last_used_at or 0),
	}
end
table.sort(found, function(a, b)
	if a.used ~= b.used then
		return a.used < b.used
	end
	return a.sid < b.sid
end)

for i = 1, math.min(excess, #found) do
	remove(found[i].record, KEYS[1], found[i].sid)
end
return {}
