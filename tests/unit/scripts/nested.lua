-- SPDX-License-Identifier: ISC
-- Answers with a list inside a list.
return {1, {2}}
