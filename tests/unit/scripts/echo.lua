-- SPDX-License-Identifier: ISC
-- Answers with its keys, then its arguments.
local answer = KEYS
for _, value in ipairs(ARGV) do
	table.insert(answer, value)
end
return answer
