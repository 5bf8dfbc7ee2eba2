-- SPDX-License-Identifier: ISC
-- Answers with the error its argument names.
return redis.error_reply(ARGV[1])
