# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What dev/bench found, printed: all figures, and last a table of those that
# have a target.  Sourced by dev/bench, whose variables it uses.

# middle NAME COLUMN: of the lines of W/NAME.
middle()
{
	sort -g -k "$2,$2" "$W/$1" | awk -v column="$2" '
		{ value[NR] = $column } END { print value[int((NR + 1) / 2)] }'
}

row()
{
	local failed

	failed=$(awk '{ sum += $4 } END { print sum + 0 }' "$W/$1")
	printf '%-14s %10.0f %8s %8s %8s\n' "$1" "$(middle "$1" 1)" \
	    "$(middle "$1" 2 | sed 's/\..*//')" "$(middle "$1" 3)" "$failed"
}

# quotient NAME NAME COLUMN
quotient()
{
	awk -v a="$(middle "$1" "$3")" -v b="$(middle "$2" "$3")" \
	    'BEGIN { printf "%.2f", a / b }'
}

ratio()
{
	printf '%-24s %6s\n' "$1 / $2" "$(quotient "$1" "$2" 1)"
}

# verdict FIGURE VALUE RELATION TARGET UNIT: a line of the last table.
verdict()
{
	local met

	met=$(awk -v value="$2" -v relation="$3" -v target="$4" 'BEGIN {
		above = value + 0 >= target + 0
		below = value + 0 <= target + 0
		if (value == "")
			print "not measured"
		else if (relation == ">=" && above || relation == "<=" && below)
			print "met"
		else
			print "not met"
	}')
	printf '%-36s %9s %-3s %10s %-3s  %s\n' "$1" "${2:--}" "$5" "$3 $4" \
	    "$5" "$met"
}

# Of latchkey's, in all runs: those of wrk, and callbacks that were neither
# finished nor refused as they should be.
failures()
{
	local -a files=("$W/users_me" "$W/users_me_held" "$W/refresh")

	[ "$SOAK" -eq 0 ] || files+=("$W/soak")
	awk '{ sum += $4 } END { print sum }' "${files[@]}" \
	    <(awk '{ print 0, 0, 0, $5 }' "$W/held")
}

# The targets of the project; they are for a machine that does nothing else.
verdicts()
{
	printf '\n%-36s %13s %14s\n' figure measured target
	verdict 'users/me / hello' "$(quotient users_me hello 1)" '>=' 0.45 ''
	verdict 'refresh / hello' "$(quotient refresh hello 1)" '>=' 0.45 ''
	verdict 'worker CPU per users/me' \
	    "$(printf '%.0f' "$(middle users_me 2)")" '<=' 110 us
	verdict "PSS of a worker, $THREADS threads" "$MEMORY" '<=' 4 MB
	verdict 'start to first answer (health/live)' \
	    "$(middle ready_live 1)" '<=' 60 ms
	verdict 'p99 of users/me, provider hanging' \
	    "$(quotient users_me_held users_me 3)" '<=' 3 x
	verdict "requests that failed" "$(failures)" '<=' 0 ''
	[ "$SOAK" -eq 0 ] || verdict "RSS growth over $SOAK requests" \
	    "$(soak_growth)" '<=' "$SOAK_GROWTH" kB
}

held_report()
{
	local name text

	text=$(printf '%s\n' "p99 of users/me alone %s ms, with callbacks held" \
	    "%s ms by their provider %s ms; callbacks: %.0f per second" \
	    "(%.0f %% of the requests), %d at the provider, %d signed in," \
	    "%d refused (503), %d others\n")
	# shellcheck disable=SC2059,SC2046
	printf "\n$text" "$(middle users_me 3)" "$HELD_MS" \
	    "$(middle users_me_held 3)" "$(middle held 1)" "$(middle held 6)" \
	    $(for name in 2 3 4 5; do middle held "$name"; done)
}

report()
{
	local name

	printf '\n%s users, %s workers of %s threads, %s connections, ' \
	    "$USERS" "$WORKERS" "$THREADS" "$CONNECTIONS"
	printf 'median of %s runs of %s s\n\n' "$ROUNDS" "$SECONDS_EACH"
	printf '%-14s %10s %8s  %8s %8s\n' '' 'per second' 'CPU µs' 'p99 ms' failed
	for name in hello users_me users_me_held hello_post refresh pgbench \
	    evalsha; do
		row "$name"
	done
	echo
	ratio users_me hello
	ratio refresh hello
	ratio refresh hello_post
	ratio users_me_held users_me
	ratio users_me pgbench
	ratio users_me evalsha
	held_report
	printf '\nPSS of the largest worker: %s MB (hello %s MB)\n' \
	    "${MEMORY:-hidden}" "$(memory_most hello)"
	printf 'start to first answer: live %s ms, ready %s ms (hello %s ms)\n' \
	    "$(middle ready_live 1)" "$(middle ready_ready 1)" \
	    "$(middle ready_hello 1)"
	[ "$SOAK" -eq 0 ] || soak_report
	verdicts
}
