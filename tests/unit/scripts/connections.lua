-- SPDX-License-Identifier: ISC
-- How many connections the server has ever accepted.
local info = redis.call("INFO", "stats")
return {string.match(info, "total_connections_received:(%d+)")}
