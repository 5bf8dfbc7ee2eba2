# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What dev/bench does to the programs: rounds of load by wrk, sign-ins whose
# provider hangs, and the ceilings of PostgreSQL and Redis.  Sourced by
# dev/bench, whose variables it uses; results go to files in W, a line each.

HELD_MS=1500

# Connections for the sign-ins beside those that are stuck.
HELD_FREE=32

# The children of multiwatch.
workers()
{
	service_family "$1" |
	    grep -vxF "$(service_pid "$1")"
}

# Clock ticks used so far by the children of service $1.
ticks()
{
	local pid sum=0

	for pid in $(workers "$1"); do
		stat_read "$pid" && sum=$((sum + STAT[11] + STAT[12]))
	done
	printf '%s\n' "$sum"
}

# What wrk printed, as one line: requests per second, CPU µs per request for
# so many ticks, p99 in ms, failed requests, requests.  wrk leaves out what it
# still waits for: where nothing was answered, p99 is the length of the run.
wrk_line()
{
	awk -v ticks="$1" -v hz="$(getconf CLK_TCK)" -v seconds="$SECONDS_EACH" '
		function ms(text)
		{
			if (text ~ /us$/)
				return text / 1000
			return text ~ /ms$/ ? text + 0 : text * 1000
		}
		/requests in/ { count = $1 }
		/Requests\/sec/ { rate = $2 }
		/ 99%/ { last = ms($2) }
		/Non-2xx/ { failed = $NF }
		END {
			if (count == 0)
				last = seconds * 1000
			cpu = count ? ticks / hz * 1e6 / count : "-"
			print rate, cpu, last, failed + 0, count + 0
		}'
}

# measure NAME SERVICE MODE FILE PATH: one run; appends to W/NAME what it gave.
measure()
{
	local before after out

	before=$(ticks "$2")
	out=$(BENCH_LEFT=$W/left wrk -t "$BENCH_THREADS" -c "$CONNECTIONS" \
	    -d "${SECONDS_EACH}s" --latency -s "$TOP/dev/bench.lua" \
	    "$BASE_URL$5" -- "$3" "$4")
	after=$(ticks "$2")
	[ "$3" != refresh ] || mv "$W/left" "$4"
	printf '%s\n' "$out" | wrk_line $((after - before)) >>"$W/$1"
}

# Every program in turn, so that what else the machine does hits all; first
# once for nothing, with cold caches.
rounds()
{
	local i

	measure warm_up hello get "$W/access.tokens" /hello/users/me
	measure warm_up latchkey get "$W/access.tokens" /api/users/me
	measure warm_up latchkey refresh "$W/refresh.tokens" /api/auth/refresh
	for i in $(seq "$ROUNDS"); do
		say "round $i of $ROUNDS"
		measure hello hello get "$W/access.tokens" /hello/users/me
		measure users_me latchkey get "$W/access.tokens" /api/users/me
		measure_held
		measure hello_post hello post "$W/refresh.tokens" /hello/auth/refresh
		measure refresh latchkey refresh "$W/refresh.tokens" /api/auth/refresh
	done
}

# signins_prepare COUNT: sign-ins up to their callbacks, with codes the
# provider will take, as lines "path cookie" in W/callbacks.
signins_prepare()
{
	local -a wrk=(wrk -t 1 -c 8 -d 60s -s "$TOP/dev/bench_signin.lua")

	control DELETE "" ""
	control PUT next '{"provider": "google", "subject": "b'$((SESSIONS + 1))'",
	    "email": "user'$((SESSIONS + 1))'@example.org",
	    "email_verified": true, "name": "Held", "sticky": true}'
	"${wrk[@]}" "$BASE_URL" -- begin "$1" "$W/begun" >/dev/null
	"${wrk[@]}" "$PROVIDER_CONTROL" -- consent "$W/begun" \
	    "$W/callbacks" >/dev/null
}

# control METHOD PATH BODY: tells the stand-in provider.
control()
{
	curl -fsS -o /dev/null -X "$1" "$PROVIDER_CONTROL/$2" -d "$3"
}

# users/me while a tenth of all requests are callbacks whose provider hangs:
# they keep coming at a ninth of the rate measured just before, also when all
# provider threads are stuck and their queue is full.  Appends to W/held:
# callbacks per second, answered by a new session, refused, others, and the
# share of callbacks.
measure_held()
{
	local rate count places pid

	rate=$(tail -n 1 "$W/users_me" | awk '{ print int($1 / 9) + 1 }')
	places=$((WORKERS * (PROVIDER_THREADS + PROVIDER_QUEUE)))
	count=$((rate * (SECONDS_EACH + 3) + places + HELD_FREE))
	signins_prepare "$count"
	control PUT fault '{"provider": "google", "endpoint": "token",
	    "kind": "delay", "value": '"$HELD_MS"', "sticky": true}'
	wrk -t 1 -c $((places + HELD_FREE)) -d 600s --timeout 30s \
	    -s "$TOP/dev/bench_signin.lua" "$BASE_URL" \
	    -- callback "$W/callbacks" "$W/outcome" "$rate" >"$W/held.wrk" &
	pid=$! HELD_PID=$!
	sleep 1
	measure users_me_held latchkey get "$W/access.tokens" /api/users/me
	kill -INT "$pid"
	wait "$pid" || true
	HELD_PID=""
	held_line >>"$W/held"
	control DELETE "" ""
	# Those in the queue now fail at once; one may hang to its end.
	sleep 2
}

held_line()
{
	local at_provider

	at_provider=$(curl -fsS "$PROVIDER_CONTROL/requests" |
	    { grep -o '"endpoint": *"token"' || true; } | wc -l)
	[ "$at_provider" -gt 0 ] || die "$EX_SOFTWARE" \
	    "no sign-in reached the provider: nothing was held"
	tail -n 1 "$W/users_me_held" | cat - "$W/outcome" |
	    awk -v held="$at_provider" '
		NR == 1 { others = $1 }
		NR == 2 { rate = $1
			print rate, held, $2, $3, $4, rate / (rate + others) * 100 }'
}

# claim NAME: of the first access token.
claim()
{
	local text

	text=$(head -n 1 "$W/access.tokens" | cut -d . -f 2 | tr -- '-_' '+/')
	while [ $((${#text} % 4)) -ne 0 ]; do text=$text=; done
	printf '%s' "$text" | base64 -d | sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"
}

# The query of users/me, as often as PostgreSQL can.
ceiling_postgres()
{
	awk '/^-- name:/ { on = /user_by_id\(/; next }
		on { gsub(/[$]1/, ":id"); print }' \
	    "$TOP/sql/queries/users.sql" | sed '/^--/d' >"$W/query.sql"
	"$PGBIN/pgbench" -n -M prepared -c 8 -j 2 -T "$SECONDS_EACH" \
	    -D "id=$(claim sub)" -f "$W/query.sql" "$PG_CONNINFO" 2>/dev/null |
	    awk '/^tps/ { print $3, "-", "-", 0 }' >"$W/pgbench"
}

# The script that checks a session, as often as Redis can.
ceiling_redis()
{
	local user sid sha
	local -a redis=(-s "$REDIS_SOCKET" --user "$REDIS_ADMIN")

	user=$(claim sub) sid=$(claim sid)
	REDISCLI_AUTH=$(cat "$REDIS_PASSWORD_FILE")
	export REDISCLI_AUTH
	sha=$(cat "$TOP/sql/prelude.lua" "$TOP/sql/scripts/session_check.lua" |
	    redis-cli "${redis[@]}" -x script load)
	redis-benchmark "${redis[@]}" -a "$REDISCLI_AUTH" -c 8 -n 100000 -q \
	    evalsha "$sha" 2 "latchkey:refresh_token:{$user}:$sid" \
	    "latchkey:user:{$user}" 60000 | tr '\r' '\n' |
	    sed -n 's/.*: \([0-9.]*\) requests per second.*/\1 - - 0/p' |
	    tail -n 1 >"$W/evalsha"
}
