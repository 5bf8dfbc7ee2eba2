-- SPDX-License-Identifier: ISC
-- Names the sessions of a user, some of which may be over.
--
-- KEYS	sessions of the user
-- Answer	{sid ...}
return redis.call('ZRANGE', KEYS[1], 0, -1)
