-- SPDX-License-Identifier: ISC
-- Answers with something that is no list.
return 5
