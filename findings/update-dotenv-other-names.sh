#!/usr/bin/env bash
# npm update-dotenv 1.1.1: setting one name takes the quotes off all others, and the next time a password
#   is cut for it; commented lines are dropped at once.
#
# Expected: "Write updates to a .env file": the named value changes, and all else stays; at least each
#   other name keeps its value for the library's own next reading.
# Seen: the file is written anew from what was read, without quotes and without comments. p#a in quotes
#   stands bare after the first update, and since a `#` begins a comment for its reader, the second
#   update leaves `p`. No message.
# Matters: the line `#APP_KEY=` with the key from before is often the only copy of the old key, and it is
#   gone after anything was set; and DB_PASSWORD is damaged by setting APP_DEBUG on and off again.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" update-dotenv@1.1.1
cat > .env <<'ENV'
#APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
APP_DEBUG=false
DB_PASSWORD="p#a"
ENV
seen=$(
  for value in true false; do
    node -e 'require("update-dotenv")({ APP_DEBUG: process.argv[1] })' "$value"
    echo "-- after APP_DEBUG=$value"
    cat .env
    echo
  done
)
want='-- after APP_DEBUG=true
APP_DEBUG=true
DB_PASSWORD=p#a
-- after APP_DEBUG=false
APP_DEBUG=false
DB_PASSWORD=p'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
