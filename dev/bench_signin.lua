-- SPDX-License-Identifier: ISC
-- Sign-ins in three steps for dev/bench: wrk -t 1 … URL -- MODE …
--
-- begin COUNT OUT	starts so many; OUT: lines "provider's-path cookie"
-- consent IN OUT	asks the provider, who consents; IN is begin's OUT;
--			OUT: lines "callback's-path cookie"
-- callback IN OUT RATE	opens the callbacks, so many a second, until wrk is
--			interrupted; OUT: requests a second, how many were
--			answered by 200, by 503, otherwise
--
-- One thread only: wrk gives each a Lua of its own.

local ffi = require("ffi")

ffi.cdef [[
struct moment { long s, ns; };
int clock_gettime(int clock, struct moment *now);
]]

local START = "/api/auth/google"
local MONOTONIC = 1

lines, sent = {}, 0
succeeded, refused, others = 0, 0, 0

local function now_ms()
	local now = ffi.new("struct moment")

	ffi.C.clock_gettime(MONOTONIC, now)
	return tonumber(now.s) * 1e3 + tonumber(now.ns) / 1e6
end

-- The sh of popen is a child of wrk; wrk stops at an interrupt.
local function enough()
	if not stopped then
		stopped = true
		io.popen("kill -INT $PPID"):close()
	end
end

-- Path and query of a URL.
local function path_of(url)
	return url:match("^%a+://[^/]+(/.*)$") or url
end

local function state_of(path)
	return path:match("[?&]state=([^&]*)")
end

-- A header's value, whatever its case.
local function header(headers, wanted)
	for name, value in pairs(headers) do
		if name:lower() == wanted then
			return value
		end
	end
	return ""
end

local function keep(path, cookie)
	if #lines < most then
		table.insert(lines, path .. " " .. cookie)
	end
	if #lines == most then
		enough()
	end
end

local function take_begun(status, headers)
	if status == 303 then
		keep(path_of(header(headers, "location")),
		    header(headers, "set-cookie"):match("^[^;]*"))
	end
end

-- Answers come in any order: the state tells whose they are.
local function take_consent(status, headers)
	local path = path_of(header(headers, "location"))
	local state = state_of(path)

	if state and cookies[state] then
		keep(path, cookies[state])
		cookies[state] = nil
	end
end

local function take_callback(status)
	if status == 200 then
		succeeded = succeeded + 1
	elseif status == 503 then
		refused = refused + 1
	else
		others = others + 1
	end
end

-- How long the connection waits before its next request.
local function pace()
	local now = now_ms()

	due = math.max(due + gap_ms, now - 100)
	return math.max(0, math.floor(due - now))
end

local function read(file)
	asked, cookies, most = {}, {}, 0
	for line in io.lines(file) do
		local path, cookie = line:match("^(%S+) (.*)$")

		table.insert(asked, { path = path, cookie = cookie })
		cookies[state_of(path)] = cookie
		most = most + 1
	end
end

function setup(thread)
	worker = thread
end

function init(args)
	mode, out = args[1], args[3]
	if mode == "begin" then
		most, response = tonumber(args[2]), take_begun
		return
	end
	read(args[2])
	if mode == "consent" then
		-- wrk tries the first request on itself, and sends others.
		table.insert(asked, 1, asked[1])
		response = take_consent
		return
	end
	gap_ms, begun = 1000 / tonumber(args[4]), now_ms()
	due, delay, response = begun, pace, take_callback
end

function request()
	local headers, next = {}, nil

	if mode == "begin" then
		return wrk.format("GET", START)
	end
	sent = sent + 1
	next = asked[(sent - 1) % #asked + 1]
	if mode == "callback" then
		headers.Cookie = next.cookie
	end
	return wrk.format("GET", next.path, headers)
end

local function write_lines(file)
	local all = worker:get("lines")

	for i = 1, #all do
		file:write(all[i], "\n")
	end
end

local function write_outcome(file)
	local seconds = (now_ms() - worker:get("begun")) / 1000

	file:write(string.format("%.1f %d %d %d\n", worker:get("sent") / seconds,
	    worker:get("succeeded"), worker:get("refused"), worker:get("others")))
end

function done()
	local file = io.open(worker:get("out"), "w")

	if worker:get("mode") == "callback" then
		write_outcome(file)
	else
		write_lines(file)
	end
	file:close()
end
