-- SPDX-License-Identifier: ISC
-- Ends one session.
--
-- KEYS	record, sessions of the user, user
-- ARGV	sid
-- Answer	{'ended'}, or {'dead'} when it did not live
local session = read_session(KEYS[1])
local user = read_user(KEYS[3], session)
remove(KEYS[1], KEYS[2], ARGV[1])
return {lives(session, user, clock()) and 'ended' or 'dead'}
