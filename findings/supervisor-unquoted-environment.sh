#!/usr/bin/env bash
# supervisor 4.2.5: a bare APP_KEY loses its last `=`, and a `#` ends the whole list of variables.
#
# Expected: the manual says that values with other characters than letters and digits "should be quoted";
#   what is not understood should then be refused, as it is for two `==` or in the middle of the list.
# Seen: `environment=APP_KEY=base64:...=` starts, with the padding cut off. With
#   `DB_PASSWORD=a#b,QUEUE=emails` the password is `a` and QUEUE is not set at all. No message.
# Matters: supervisor runs FreeScout's queue worker, and its environment beats .env. A key without its
#   padding opens every password, so nothing seems wrong, but attachment links, hashes in Message-IDs
#   and the worker's own identifier are made from the key's text: mails sent by the worker carry other
#   hashes than the web pages expect, as if the key had changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install supervisor==4.2.5 setuptools==65.5.0
run() {
  cat > supervisord.conf << CONF
[supervisord]
nodaemon=true
logfile=$dir/log
pidfile=$dir/pid
[program:worker]
command=/bin/sh -c "env | grep -E '^(APP_KEY|DB_PASSWORD|QUEUE)=' | sort > $dir/got"
autorestart=false
startsecs=0
environment=$1
CONF
  rm -f got
  venv/bin/supervisord -c supervisord.conf > out 2>&1 &
  server=$!
  for _ in $(seq 50); do [ -e got ] || ! kill -0 "$server" 2> /dev/null && break; sleep 0.1; done
  sleep 0.3
  kill "$server" 2> /dev/null || true
  wait "$server" || true
  echo "$1"
  [ ! -e got ] || sed 's/^/   /' got
  grep -o 'Unexpected end of key/value pairs' out | sed 's/^/   /' || true
}
seen=$(
  run 'APP_KEY="base64:dGhpcw="'
  run 'APP_KEY=base64:dGhpcw='
  run 'APP_KEY=base64:dGhpcw=,QUEUE=emails'
  run 'DB_PASSWORD=a#b,QUEUE=emails'
)
want='APP_KEY="base64:dGhpcw="
   APP_KEY=base64:dGhpcw=
APP_KEY=base64:dGhpcw=
   APP_KEY=base64:dGhpcw
APP_KEY=base64:dGhpcw=,QUEUE=emails
   Unexpected end of key/value pairs
DB_PASSWORD=a#b,QUEUE=emails
   DB_PASSWORD=a'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
