#!/usr/bin/env bash
# npm @dotenvx/dotenvx 2.38.2: to encrypt a .env and decrypt it again takes a bare `$` and what follows out of passwords.
#
# One would think: `encrypt` hides the values, and `decrypt` brings back the file.
# Expected: what is encrypted in place, without a copy, is the text that stands in the file.
# Seen: values are worked out first. A `$word` in a bare value or in double quotes is a variable that is not set, so
#   pa$word is encrypted as "pa"; ${APP_URL} becomes what it was on that day. Only single quotes
#   save a value. No warning; the exit code is 0.
# Matters: Laravel 5.5's reader takes $word as it stands, so DB_PASSWORD=pa$word works in FreeScout for years. Once the
#   file has been encrypted with this tool, the end of the password is nowhere.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" @dotenvx/dotenvx@2.38.2
export HOME=$dir
cat > .env <<'ENV'
APP_URL=https://desk.example.org
BARE=pa$word
DOUBLE="pa$word"
SINGLE='pa$word'
LINK=${APP_URL}/login
ENV
cp .env before
node_modules/.bin/dotenvx encrypt > log.txt 2>&1
node_modules/.bin/dotenvx decrypt >> log.txt 2>&1
seen=$(grep -e '^[A-Z_]*=' .env | grep -v PUBLIC_KEY | diff before - || :)
want='2,3c2,3
< BARE=pa$word
< DOUBLE="pa$word"
---
> BARE=pa
> DOUBLE="pa"
5c5
< LINK=${APP_URL}/login
---
> LINK=https://desk.example.org/login'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
