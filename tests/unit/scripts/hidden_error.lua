-- SPDX-License-Identifier: ISC
-- Answers with an error inside a list.
return {1, redis.error_reply("ERR hidden")}
