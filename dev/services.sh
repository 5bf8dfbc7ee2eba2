# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# The servers of dev/run as processes: each leads a session of its own, so
# that Ctrl-C reaches dev/run alone and all that a server started can be found
# again.  D/NAME.pid names the leader; D/run/NAME.start, its start time, tells
# it from a later process that was given the same number.  Needs lib.sh, D and
# AS_USER.

# In the order in which they stop.
SERVICES="nginx latchkey provider redis postgres"

# Sets STAT to the fields of /proc/PID/stat after the program's name: 0 is the
# state, 3 the session, 19 the start time.  Starts no program, nor do those
# who ask it: they are asked often.
stat_read()
{
	local line

	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	# shellcheck disable=SC2206
	STAT=(${line##*) })
}

# service_launch NAME COMMAND…
service_launch()
{
	local name=$1

	shift
	setsid env --default-signal=INT,QUIT,TERM "${AS_USER[@]}" "$@" \
	    </dev/null >>"$D/log/$name.log" 2>&1 9<&- &
	printf '%s\n' "$!" >"$D/$name.pid"
	stat_read "$!"
	printf '%s\n' "${STAT[19]}" >"$D/run/$name.start"
}

# service_is_alive NAME: and then STAT is its leader's.
service_is_alive()
{
	local pid start

	{ read -r pid <"$D/$1.pid"; } 2>/dev/null || return 1
	{ read -r start <"$D/run/$1.start"; } 2>/dev/null || return 1
	stat_read "$pid" && [ "${STAT[19]}" = "$start" ] && [ "${STAT[0]}" != Z ]
}

service_pid()
{
	service_is_alive "$1" && printf '%s\n' "$(<"$D/$1.pid")"
}

# service_family NAME: who belongs to the session of its leader, or was started
# by it (PostgreSQL's children have sessions of their own).  Starts no program:
# it is asked often.
service_family()
{
	local leader start file line
	local -a fields

	{ read -r leader <"$D/$1.pid"; } 2>/dev/null || return 0
	{ read -r start <"$D/run/$1.start"; } 2>/dev/null || return 0
	# Its number is another's only when nobody of the session is left.
	! stat_read "$leader" || [ "${STAT[19]}" = "$start" ] || return 0
	for file in /proc/[0-9]*/stat; do
		read -r line <"$file" || continue
		# shellcheck disable=SC2206
		fields=(${line%% *} ${line##*) })
		[ "${fields[1]}" != Z ] || continue
		case " ${fields[0]} ${fields[2]} ${fields[4]} " in
		*" $leader "*) printf '%s\n' "${fields[0]}" ;;
		esac
	done 2>/dev/null
}

service_signal()
{
	service_is_alive "$1" || return 0
	# shellcheck disable=SC2046
	kill "-$2" $(service_family "$1") 2>/dev/null || true
}

# service_ask NAME: tells the leader to end, or what a dead one left behind.
service_ask()
{
	local leader signal=TERM

	leader=$(<"$D/$1.pid")
	if ! service_is_alive "$1"; then
		# shellcheck disable=SC2046
		kill -TERM $(service_family "$1") 2>/dev/null || true
		return
	fi
	[ "$1" != postgres ] || signal=INT
	# PostgreSQL's children are in no group of the leader's.
	[ "${STAT[0]}" != T ] || service_signal "$1" CONT
	kill -CONT -- "-$leader" 2>/dev/null || true
	kill "-$signal" "$leader" 2>/dev/null || true
}

# service_stop NAME: asks, waits, and insists after 20 s.
service_stop()
{
	local tries=0

	[ -e "$D/$1.pid" ] || return 0
	[ -z "$(service_family "$1")" ] || service_ask "$1"
	while service_is_alive "$1" || [ -n "$(service_family "$1")" ]; do
		tries=$((tries + 1))
		[ "$tries" -ne 400 ] || say "$1 does not end; killing it"
		# shellcheck disable=SC2046
		[ "$tries" -lt 400 ] ||
		    kill -KILL $(service_family "$1") 2>/dev/null || true
		[ "$tries" -lt 500 ] || break
		sleep 0.05
	done
	rm -f "$D/$1.pid" "$D/run/$1.start"
}

# Those of others, such as dev/bench's, too.
services_stop()
{
	local name file

	for name in $SERVICES; do
		service_stop "$name"
	done
	for file in "$D"/*.pid; do
		[ ! -e "$file" ] || service_stop "$(basename "$file" .pid)"
	done
}

# service_wait NAME SECONDS COMMAND…: until the command succeeds; fails where
# the server died or the time is over, and shows the end of its log.
service_wait()
{
	local name=$1 tries=$(($2 * 20))

	shift 2
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		if [ "$tries" -le 0 ] || ! service_is_alive "$name"; then
			say "$name did not become ready; its log ends with:"
			tail -n 15 "$D/log/$name.log" >&2
			return "$EX_SOFTWARE"
		fi
		sleep 0.05
	done
}

# answers PORT PATH: curl, a heavy program, is not started in vain.
answers()
{
	port_taken "$1" && curl -fsS -m 3 -o /dev/null "http://127.0.0.1:$1$2"
}

start_postgres()
{
	service_launch postgres "$PGBIN/postgres" -D "$D/pg"
	service_wait postgres 30 "$PGBIN/pg_isready" -q -h "$D/run" -U postgres
}

start_redis()
{
	service_launch redis redis-server "$D/redis.conf"
	service_wait redis 15 env REDISCLI_AUTH="$(cat "$D/secrets/redis")" \
	    redis-cli -s "$D/run/redis" --user latchkey -e ping
}

start_provider()
{
	[ -z "$OWN_PROVIDERS" ] || return 0
	# shellcheck disable=SC2086
	service_launch provider "$D/bin/provider" --dir "$D/provider" \
	    --https-port "$HTTPS_PORT" --http-port "$CONTROL_PORT" \
	    --site "http://localhost:$PORT" $PROVIDER_OPTIONS
	service_wait provider 15 answers "$CONTROL_PORT" /health
}

# The workers of an earlier start may have left their socket.
start_latchkey()
{
	rm -f "$D/run/latchkey"
	service_launch latchkey spawn-fcgi -n -s "$D/run/latchkey" -M 0660 \
	    -b 1024 -- /usr/bin/env GLIBC_TUNABLES=glibc.malloc.tcache_max=256 \
	    /usr/bin/multiwatch -f "$WORKERS" -r 1000000 -t 1000 \
	    -- "$D/bin/latchkey" -c "$D/latchkey.conf"
	service_wait latchkey 15 test -S "$D/run/latchkey"
}

start_nginx()
{
	service_launch nginx nginx -p "$D" -e stderr -c "$D/nginx.conf"
	service_wait nginx 15 port_taken "$PORT"
}
