# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What dev/run, dev/check and dev/bench share: messages and exit codes, the
# Debian packages, the build, and the user the servers run as.  Sourced, never
# run; the caller has set PROGRAM and TOP (the checkout).

# sysexits(3); read by those who source this.
# shellcheck disable=SC2034
EX_USAGE=64 EX_NOINPUT=66 EX_UNAVAILABLE=69 EX_SOFTWARE=70 EX_CANTCREAT=73 \
    EX_TEMPFAIL=75 EX_NOPERM=77 EX_CONFIG=78

say()
{
	printf '%s: %s\n' "$PROGRAM" "$*" >&2
}

# die CODE MESSAGE…
die()
{
	local code=$1

	shift
	say "$@"
	exit "$code"
}

# The listed packages that are not installed.
packages_missing()
{
	local -a listed

	mapfile -t listed < <(grep -v '^#' "$TOP/dev/packages")
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${listed[@]}" \
	    2>/dev/null | sed -n 's/^installed //p' | sort -u |
	    sort - <(printf '%s\n' "${listed[@]}") | uniq -u
}

# Packages start their services when installed, unless policy-rc.d forbids
# it.  Ours stands there only during the installation.
policy_guard()
{
	local file=/usr/sbin/policy-rc.d

	if [ -e "$file" ] || [ -L "$file" ]; then
		mv "$file" "$file.before-latchkey"
	fi
	printf '#!/bin/sh\nexit 101\n' >"$file"
	chmod 755 "$file"
}

policy_restore()
{
	local file=/usr/sbin/policy-rc.d

	rm -f "$file"
	if [ -e "$file.before-latchkey" ] || [ -L "$file.before-latchkey" ]; then
		mv "$file.before-latchkey" "$file"
	fi
}

packages_apt()
(
	export DEBIAN_FRONTEND=noninteractive
	trap policy_restore EXIT
	trap 'exit 130' INT TERM
	policy_guard
	apt-get -q update && apt-get -q -y install --no-install-recommends "$@"
)

packages_install()
{
	local missing

	command -v dpkg-query >/dev/null ||
	    die "$EX_UNAVAILABLE" "this is made for Debian: dpkg-query is missing"
	mapfile -t missing < <(packages_missing)
	[ "${#missing[@]}" -gt 0 ] || return 0

	[ "$(id -u)" -eq 0 ] || die "$EX_NOPERM" \
	    "packages are missing; run: sudo apt-get install ${missing[*]}"
	say "installing ${missing[*]}"
	packages_apt "${missing[@]}" >&2 ||
	    die "$EX_UNAVAILABLE" "apt-get failed; see its words above"
}

# Writes configure where it is absent or older than its sources.
build_bootstrap()
(
	cd "$TOP" || exit
	exec 9<configure.ac
	flock 9
	if [ ! -e configure ] || [ ! -e Makefile.in ] ||
	    [ configure.ac -nt configure ] || [ Makefile.am -nt Makefile.in ] ||
	    [ tests/tests.am -nt Makefile.in ]
	then
		autoreconf -i
	fi
)

# build_configure DIR OPTION…: out of tree.
build_configure()
{
	local dir=$1

	shift
	mkdir -p "$dir" && build_bootstrap &&
	    (cd "$dir" && "$TOP/configure" -q "$@")
}

# build_find DIR NAME: the path of a program built there.
build_find()
{
	local path

	for path in "$1/$2" "$1/src/$2" "$1/src/ctl/$2" "$1/tests/support/$2"; do
		if [ -x "$path" ] && [ -f "$path" ]; then
			printf '%s\n' "$path"
			return 0
		fi
	done
	return 1
}

# Sets AS_USER, what goes before a command so that it runs unprivileged, and
# RUN_USER and RUN_GROUP, whose files they are.
user_choose()
{
	if [ "$EUID" -ne 0 ]; then
		RUN_USER=$(id -un) RUN_GROUP=$(id -gn)
		AS_USER=()
		return
	fi
	RUN_USER=nobody RUN_GROUP=$(id -gn nobody)
	AS_USER=(setpriv --reuid nobody --regid "$RUN_GROUP" --clear-groups)
}

# The newest PostgreSQL server's folder; PostgreSQL keeps out of PATH.
postgres_bin()
{
	local dir

	dir=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	[ -x "$dir/postgres" ] ||
	    die "$EX_UNAVAILABLE" "no PostgreSQL server; install postgresql"
	printf '%s\n' "$dir"
}

# Whether somebody listens on TCP port $1 of localhost; starts no program.
port_taken()
{
	{ true <>"/dev/tcp/127.0.0.1/$1" || true <>"/dev/tcp/::1/$1"; } 2>/dev/null
}

# The first free port from $1 on.
port_free_from()
{
	local port=$1

	while port_taken "$port"; do
		port=$((port + 1))
	done
	printf '%s\n' "$port"
}
