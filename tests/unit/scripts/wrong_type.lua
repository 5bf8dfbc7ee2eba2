-- SPDX-License-Identifier: ISC
-- Treats a string as a list.
redis.call("SET", KEYS[1], "text")
return redis.call("LPUSH", KEYS[1], "more")
