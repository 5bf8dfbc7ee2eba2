-- SPDX-License-Identifier: ISC
-- Answers with one element of each kind.
return {"text", 42, false, redis.status_reply("FINE"), "-7", "", "7x"}
