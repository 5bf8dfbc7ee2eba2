-- SPDX-License-Identifier: ISC
-- Takes away the records of sessions that were ended.
--
-- KEYS	sessions of the user, record ...
-- ARGV	sid of each record in the same order
-- Answer	{}
for i = 2, #KEYS do
	remove(KEYS[i], KEYS[1], ARGV[i - 1])
end
return {}
