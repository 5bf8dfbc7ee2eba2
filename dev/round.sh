# SPDX-License-Identifier: ISC
# shellcheck shell=bash
#
# What dev/run prints when all is ready: the URL to open and the whole round
# as lines for a shell.  A test runs the lines between the two rules as they
# are printed, so they stop at the first failure under "sh -e".

ROUND_BEGIN="# ---- the whole round, line by line ----"
ROUND_END="# ---- the end of the round ----"

round_print()
{
	printf '\nOpen http://localhost:%s/ in a browser.\n' "$PORT"
	printf 'Logs: %s/log   Settings for scripts: %s/env\n\n' "$D" "$D"
	[ -n "$OWN_PROVIDERS" ] || round_lines
}

round_lines()
{
	printf '%s\n' "$ROUND_BEGIN"
	cat <<-END
	api=http://localhost:$PORT/api control=http://127.0.0.1:$CONTROL_PORT
	END
	cat <<-'END'
	dir=$(mktemp -d); tokens=$dir/tokens json="Content-Type: application/json"
	token() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$tokens"; }
	bearer() { echo "Authorization: Bearer $(token access_token)"; }
	refresh() { echo "{\"refresh_token\": \"$(token refresh_token)\"}"; }
	# Who signs in next at the stand-in:
	curl -fsS -X PUT "$control/next" -d '{"provider": "google", "name": "Ada",
	  "subject": "1001", "email": "ada@gmail.com", "email_verified": true}'
	# Sign in: to the provider, back, and the tokens.
	curl -fsSL -c "$dir/jar" -b "$dir/jar" -o "$tokens" "$api/auth/google"
	# Who am I?
	curl -fsS -w '\n' -H "$(bearer)" "$api/users/me"
	# New tokens for the old ones.
	curl -fsS -o "$tokens" -H "$json" -d "$(refresh)" "$api/auth/refresh"
	curl -fsS -w '\n' -H "$(bearer)" "$api/users/me"
	# Log out; the access token is dead at once (401).
	curl -fsS -H "$json" -d "$(refresh)" "$api/auth/logout"
	test 401 = "$(curl -sS -o /dev/null -w '%{http_code}' -H "$(bearer)" \
	  "$api/users/me")"
	rm -r "$dir"
	END
	printf '%s\n' "$ROUND_END"
}
