#!/usr/bin/env bash
# npm parse-dotenv 2.1.0: the padding of an APP_KEY is cut off, and so is all behind a `=` in a password.
#
# Expected: a line of a .env file is a name, the first `=` and a value; its README shows nothing else, and
#   a `=` in a value needs no quotes in Laravel, Docker or a shell.
# Seen: the line is split at every `=` and only the second piece is kept. pa=ss is read as pa, a base64
#   key comes without its `=`, and quotes do not help.
# Matters: the key still works, for PHP's base64 does without padding, so the spelling goes unnoticed
#   into a new .env. But FreeScout derives Message-ID hashes, attachment links and the web cron's URL
#   from the text of the key: passwords open, and these no longer match.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" parse-dotenv@2.1.0
cat > .env <<'ENV'
APP_NAME=Helpdesk
APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
DB_PASSWORD=pa=ss
MAIL_PASSWORD="pa=ss"
ENV
seen=$(node -e '
const read = require("parse-dotenv")(".env");
for (const name of Object.keys(read)) console.log(name, "->", read[name]);
')
want='APP_NAME -> Helpdesk
APP_KEY -> base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk
DB_PASSWORD -> pa
MAIL_PASSWORD -> "pa'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
