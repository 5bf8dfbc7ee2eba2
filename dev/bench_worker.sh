# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What one worker costs, for dev/bench: memory, its growth over many requests,
# and the time from its start to its first answer.  Sourced by dev/bench,
# whose variables it uses.

READY_TIMES=11

# RSS and PSS in kB of each worker of service $1: lines "pid rss pss".  A
# worker's memory is hidden from all but root.
memory()
{
	local pid

	for pid in $(workers "$1"); do
		awk -v pid="$pid" '/^Rss:/ { rss = $2 } /^Pss:/ { pss = $2 }
			END { if (pss) print pid, rss, pss }' \
		    "/proc/$pid/smaps_rollup" 2>/dev/null || true
	done | sort -n
}

# PSS in MB of the largest worker of service $1; nothing when it is hidden.
memory_most()
{
	memory "$1" | awk '$3 > most { most = $3 }
		END { if (most) printf "%.2f", most / 1024 }'
}

# Users/me and refresh in turn, SOAK of them; W/soak.before and W/soak.after
# hold the workers' memory, W/soak what wrk gave.  First some for nothing: code
# that the workers let go of after the sign-ins comes back, which is no growth.
soak()
{
	local before after out

	measure warm_up latchkey get "$W/access.tokens" /api/users/me
	say "$SOAK requests, half of them refreshing"
	memory latchkey >"$W/soak.before"
	before=$(ticks latchkey)
	out=$(BENCH_THREADS=1 BENCH_LEFT=$W/left wrk -t 1 -c "$CONNECTIONS" \
	    -d 24h --latency -s "$TOP/dev/bench.lua" "$BASE_URL/api" \
	    -- mixed "$W/refresh.tokens" "$W/access.tokens" "$SOAK")
	after=$(ticks latchkey)
	printf '%s\n' "$out" | wrk_line $((after - before)) >"$W/soak"
	memory latchkey >"$W/soak.after"
}

# The largest growth of a worker's RSS in kB; nothing when it is hidden or
# when a worker has not lived through it.
soak_growth()
{
	join "$W/soak.before" "$W/soak.after" | awk -v workers="$WORKERS" '
		{ growth = $4 - $2 }
		NR == 1 || growth > most { most = growth }
		END { if (NR == workers) print most }'
}

soak_report()
{
	awk '{ printf "\n%d requests, %d failed, %.0f per second\n", $5, $4, $1 }' \
	    "$W/soak"
	printf '%-10s %8s %8s %8s   %8s %8s %8s\n' 'worker' 'RSS kB' after \
	    growth 'PSS kB' after growth
	join "$W/soak.before" "$W/soak.after" | awk '{
		printf "%-10s %8d %8d %+8d   %8d %8d %+8d\n", $1, $2, $4,
		    $4 - $2, $3, $5, $5 - $3 }'
}

ready_build()
{
	# shellcheck disable=SC2046
	cc -O2 -D_GNU_SOURCE -o "$D/bin/ready" "$TOP/dev/bench_ready.c" \
	    $(pkg-config --cflags fcgi)
	chmod 755 "$D/bin/ready"
}

# measure_ready NAME PATH PROGRAM ARG…: milliseconds from the start of a
# worker to its first answer, in W/NAME; the stores and the other workers run.
measure_ready()
{
	local name=$1 path=$2

	shift 2
	"${AS_USER[@]}" "$D/bin/ready" "$READY_TIMES" "$D/run/ready" "$path" "$@" \
	    2>"$W/ready.log" >"$W/$name" ||
	    { cat "$W/ready.log" >&2; return "$EX_SOFTWARE"; }
}

measure_starts()
{
	local -a latchkey=("$D/bin/latchkey" -c "$D/latchkey.conf")

	measure_ready ready_live /health/live "${latchkey[@]}"
	measure_ready ready_ready /health/ready "${latchkey[@]}"
	measure_ready ready_hello / "$D/bin/hello" "$THREADS"
}
