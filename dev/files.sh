# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# The files dev/run writes below D: secrets, latchkey.conf, and what nginx,
# Redis and PostgreSQL read.  Needs lib.sh, D, user_choose and the ports.

# All that dev/run makes below D, but for the build.
files_remove()
{
	(cd "$D" && rm -rf -- bin env latchkey latchkey.conf log nginx.conf pg \
	    provider providers.conf redis redis.conf run secrets state tmp www \
	    ./*.pid)
}

# owned MODE PATH…: gives files or folders to the servers' user.
owned()
{
	local mode=$1

	shift
	chmod "$mode" "$@"
	[ "${#AS_USER[@]}" -eq 0 ] || chown "$RUN_USER:$RUN_GROUP" "$@"
}

files_folders()
{
	local public=("$D"/{log,tmp}) private=("$D"/{pg,provider,redis,run,secrets})

	mkdir -m 755 "$D"/{bin,latchkey,www} "${public[@]}" "${private[@]}"
	owned 755 "${public[@]}"
	owned 700 "${private[@]}"
}

# secret_write NAME: what comes on standard input; root's, until it is owned.
secret_write()
(
	umask 077
	cat >"$D/secrets/$1"
)

files_secrets()
{
	local name

	for name in secret jwt admin redis; do
		head -c 33 /dev/urandom | base64 | secret_write "$name"
	done
	for name in google discord other; do
		printf 'test-%s-secret' "$name" | secret_write "client-$name"
	done
	owned 600 "$D"/secrets/*
}

# Real providers: the given file, its secrets copied to where the servers'
# user can read them.  Line numbers stay as they were.
files_own_providers()
{
	local path count=0 base

	base=$(dirname "$OWN_PROVIDERS")
	cp "$OWN_PROVIDERS" "$D/providers.conf"
	while read -r path; do
		count=$((count + 1))
		(cd "$base" && cat "$path") | secret_write "client-$count" ||
		    die "$EX_NOINPUT" "$OWN_PROVIDERS: cannot read $path"
		sed -i "s|\"$path\"|\"$D/secrets/client-$count\"|" \
		    "$D/providers.conf"
	done < <(sed -n 's/^[^#]*client_secret_file *= *"\([^"]*\)".*/\1/p' \
	    "$OWN_PROVIDERS")
	owned 600 "$D/providers.conf" "$D"/secrets/client-*
}

# provider_options NAME TLS CONSENT: the stand-in's endpoints.
provider_options()
{
	local at="providers.$1"

	cat <<-END
	$at.client_id = "test-$1"
	$at.client_secret_file = "$D/secrets/client-$1"
	$at.ca_file = "$D/provider/ca.pem"
	$at.internal = true
	END
	case $1 in
	google)
		cat <<-END
		$at.issuer = "$2"
		$at.authorize_url = "$3/authorize"
		$at.token_url = "$2/token"
		$at.jwks_url = "$2/jwks"
		END
		;;
	discord)
		cat <<-END
		$at.authorize_url = "$3/oauth2/authorize"
		$at.token_url = "$2/api/oauth2/token"
		$at.userinfo_url = "$2/api/users/@me"
		END
		;;
	other)
		cat <<-END
		$at.kind = "oidc"
		$at.label = "Other"
		$at.issuer = "$2"
		END
		;;
	esac
}

conf_options()
{
	local name

	cat <<-END
	base_url = "http://localhost:$PORT"
	development = true
	secret_file = "$D/secrets/secret"
	jwt.secret_file = "$D/secrets/jwt"
	admin.secret_file = "$D/secrets/admin"
	postgres.conninfo = "host=$D/run dbname=latchkey user=latchkey"
	postgres.migrate_conninfo = "host=$D/run dbname=latchkey user=latchkey_owner"
	redis.socket = "$D/run/redis"
	redis.user = "latchkey"
	redis.password_file = "$D/secrets/redis"
	END
	[ -z "$OWN_PROVIDERS" ] || return 0
	for name in google discord other; do
		provider_options "$name" "https://localhost:$HTTPS_PORT/$name" \
		    "http://127.0.0.1:$CONTROL_PORT/$name"
	done
}

# LINE…: options that go before ours, as dev/run --set takes them.
files_conf()
{
	{
		conf_options
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} | awk -f "$TOP/dev/render.awk" >"$D/latchkey.conf"
	if [ -n "$OWN_PROVIDERS" ]; then
		files_own_providers
		printf '@include "providers.conf"\n' >>"$D/latchkey.conf"
	fi
	owned 600 "$D/latchkey.conf"
}

# The two files an administrator edits; the others are the shipped ones.
files_nginx_site()
{
	local exempt="127.0.0.0/8 0; ::1/128 0;"

	[ -z "$LIMITS" ] || exempt=""
	cat >"$D/latchkey/latchkey-site.conf" <<-END
	upstream latchkey { server unix:$D/run/latchkey; }
	geo \$latchkey_limited { default 1; $exempt }
	server {
		listen 127.0.0.1:$ADMIN_PORT;
		include latchkey/latchkey-local.conf;
	}
	END
	cat >"$D/latchkey/latchkey-log.conf" <<-END
	access_log $D/log/nginx-access.log latchkey;
	error_log $D/log/nginx-error.log alert;
	END
}

files_nginx()
{
	local six=""

	cp "$TOP"/nginx/*.conf "$D/latchkey/"
	files_nginx_site
	! grep -qs ' lo$' /proc/net/if_inet6 || six="listen [::1]:$PORT;"
	cat >"$D/nginx.conf" <<-END
	daemon off;
	worker_processes 2;
	pid $D/tmp/nginx.pid;
	error_log stderr warn;
	events { worker_connections 2048; }
	http {
		client_body_temp_path $D/tmp/body;
		proxy_temp_path $D/tmp/proxy;
		fastcgi_temp_path $D/tmp/fastcgi;
		uwsgi_temp_path $D/tmp/uwsgi;
		scgi_temp_path $D/tmp/scgi;
		access_log off;
		include latchkey/latchkey-http.conf;
		server {
			listen 127.0.0.1:$PORT;
			$six
			server_name localhost;
			root $D/www;
			default_type text/html;
			include latchkey/latchkey.conf;
		}
	}
	END
	chmod 644 "$D/nginx.conf" "$D"/latchkey/*
}

# The site: one page with a link for each provider.
files_www()
{
	cat >"$D/www/index.html" <<-'END'
	<!DOCTYPE html>
	<html lang="en"><meta charset="utf-8"><title>latchkey</title>
	<h1>latchkey</h1>
	<ul id="providers"></ul>
	<p>Signing in shows the tokens as JSON; Back returns here.</p>
	<script>
	fetch("/api/auth/providers").then(a => a.json()).then(list => {
		for (const provider of list.providers || list) {
			const link = document.createElement("a");
			link.href = "/api/auth/" + provider.name;
			link.textContent = "Sign in with " + provider.label;
			const item = document.createElement("li");
			item.append(link);
			document.getElementById("providers").append(item);
		}
	});
	</script>
	</html>
	END
	chmod 644 "$D/www/index.html"
}

# Redis keeps what it has over a restart, as a real one should.  The default
# user cannot log in, but has its rights: with "off" alone Redis 7.0 refuses
# the transactions (scripts) of its own append-only file when it starts.
files_redis()
{
	local hash allowed="+@read +@write +@scripting +@connection +time -@dangerous"

	hash=$(tr -d '\n' <"$D/secrets/redis" | sha256sum | cut -d ' ' -f 1)
	cat >"$D/redis.conf" <<-END
	port 0
	unixsocket $D/run/redis
	unixsocketperm 700
	dir $D/redis
	save ""
	appendonly yes
	appendfsync everysec
	user default off ~* &* +@all
	user latchkey on #$hash ~latchkey:* -@all $allowed
	user dev on #$hash ~* &* +@all
	END
	owned 600 "$D/redis.conf"
}

# Fresh cluster, or a copy of one made earlier and kept beside the build.
files_postgres()
{
	local made=""

	[ -z "$KEEP_CLUSTER" ] || [ ! -w "$BUILD" ] ||
	    made="$BUILD/cluster-${PGBIN//\//_}-$RUN_USER"
	if [ -n "$made" ] && [ -d "$made" ]; then
		rmdir "$D/pg" && cp -a "$made" "$D/pg"
	else
		"${AS_USER[@]}" "$PGBIN/initdb" -D "$D/pg" -U postgres -A trust \
		    -E UTF8 --locale C.UTF-8 --wal-segsize 1 --no-sync \
		    >"$D/log/initdb.log" 2>&1 ||
		    die "$EX_CANTCREAT" "initdb failed: $(tail -n 3 "$D/log/initdb.log")"
		if [ -n "$made" ]; then
			cp -a "$D/pg" "$made.$$"
			mv -T "$made.$$" "$made" || rm -rf "$made.$$"
		fi
	fi
	"${AS_USER[@]}" tee -a "$D/pg/postgresql.conf" >/dev/null <<-END
	listen_addresses = ''
	unix_socket_directories = '$D/run'
	max_connections = 200
	fsync = off
	synchronous_commit = off
	full_page_writes = off
	END
}
