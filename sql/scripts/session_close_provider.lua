-- SPDX-License-Identifier: ISC
-- Takes away the records of those of a user's sessions that were begun through
-- a provider which was unlinked.
--
-- KEYS	sessions of the user, record ...
-- ARGV	provider, sid of each record in the same order
-- Answer	{}
for i = 2, #KEYS do
	if read(KEYS[i], 'provider').provider == ARGV[1] then
		remove(KEYS[i], KEYS[1], ARGV[i])
	end
end
return {}
