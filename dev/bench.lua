-- SPDX-License-Identifier: ISC
-- What wrk sends for dev/bench: wrk … URL -- MODE FILE
--
-- get	GET with the access tokens of FILE, one after the other
-- refresh	POST with a refresh token of FILE; the one in the answer is used
--	next, and what is left at the end goes back to FILE
-- post	the same work for wrk, but the same tokens all the time
-- mixed	refresh and get in turn, at their paths below URL; two arguments
--	more: a file of access tokens, and how many answers to wait for
--
-- wrk gives each thread its own Lua, so each takes its share of the lines.

local threads = {}

function setup(thread)
	thread:set("number", #threads)
	table.insert(threads, thread)
end

-- Answers come in any order: a queue of what may be sent.
local function push(token)
	last = last + 1
	queue[last] = token
end

local function pop()
	local token = queue[first]

	queue[first] = nil
	first = first + 1
	return token
end

local function take_answer(status, headers, body)
	local token = body:match('"refresh_token": *"([^"]*)"')

	if token then
		push(token)
	end
end

-- New access tokens take the place of the oldest, which would expire.
local function take_mixed(status, headers, body)
	local token = body:match('"access_token": *"([^"]*)"')

	if token then
		access[slot] = token
		slot = slot % #access + 1
	end
	take_answer(status, headers, body)
	answers = answers + 1
	if answers == most then
		-- The sh is a child of wrk, which stops at an interrupt.
		io.popen("kill -INT $PPID"):close()
	end
end

local function init_mixed(file, count)
	access, slot, sent, answers, most = {}, 1, 0, 0, tonumber(count)
	for line in io.lines(file) do
		table.insert(access, line)
	end
	base, response = wrk.path, take_mixed
end

function init(args)
	local share, at = tonumber(os.getenv("BENCH_THREADS")), 0

	mode, queue, first, last = args[1], {}, 1, 0
	for line in io.lines(args[2]) do
		if at % share == number then
			push(line)
		end
		at = at + 1
	end
	if mode == "mixed" then
		init_mixed(args[3], args[4])
	elseif mode ~= "get" then
		response = take_answer
	end
end

local function get(path, token)
	return wrk.format("GET", path, { Authorization = "Bearer " .. token })
end

local function post(path, token)
	return wrk.format("POST", path, { ["Content-Type"] = "application/json" },
	    '{"refresh_token":"' .. (token or "") .. '"}')
end

local function request_mixed()
	sent = sent + 1
	if sent % 2 == 0 then
		return post(base .. "/auth/refresh", pop())
	end
	return get(base .. "/users/me", access[sent % #access + 1])
end

function request()
	local token

	if mode == "mixed" then
		return request_mixed()
	end
	token = pop()
	if mode ~= "refresh" then
		push(token)
	end
	if mode == "get" then
		return get(nil, token)
	end
	return post(nil, token)
end

function done()
	local out

	if threads[1]:get("mode") ~= "refresh" then
		return
	end
	out = io.open(os.getenv("BENCH_LEFT"), "w")
	for _, thread in ipairs(threads) do
		local left = thread:get("queue")

		for i = thread:get("first"), thread:get("last") do
			out:write(left[i], "\n")
		end
	end
	out:close()
end
