#!/usr/bin/env bash
# npm foreman 3.0.1 with PyPI supervisor 4.2.5: a password with a percent sign or a quote, exported to
#   supervisor's configuration, keeps supervisor from starting.
#
# Expected: `nf export -t supervisord` writes the variables of the .env so that supervisor gives them to the
#   process: in quotes, `%` doubled since supervisor expands %(...)s, and a quote in the other kind of quotes.
# Seen: a quote gets a backslash, an escape that supervisor does not know, and `%` is written as it is. The
#   file is made with [OKAY]; supervisord ends with an error, and with it all its programs. A value with
#   blanks, `&` or an apostrophe arrives as it was.
# Matters: FreeScout's queue worker under supervisor is the common way. When the new DB_PASSWORD has such a
#   sign, nothing under supervisor comes up after the export, at the next start, which may be the next
#   reboot.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" foreman@3.0.1
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install supervisor==4.2.5 setuptools==65.5.0
echo 'queue: php artisan queue:work' > Procfile
try() {
  printf 'DB_PASSWORD=%s\n' "$1" > .env
  rm -rf out got && mkdir out
  node_modules/.bin/nf export -t supervisord -o out -a desk -u "$(id -un)" > /dev/null 2>&1
  # Of the exported program its variables: what it runs and where it logs is of this place.
  cat > supervisord.conf <<CONF
[supervisord]
nodaemon=true
logfile=$dir/log
pidfile=$dir/pid
[program:queue]
command=/bin/sh -c "echo [\$DB_PASSWORD] > $dir/got.new; mv $dir/got.new $dir/got"
autorestart=false
startsecs=0
$(grep -h '^environment=' out/*.conf)
CONF
  venv/bin/supervisord -c supervisord.conf > log.out 2>&1 &
  server=$!
  for _ in $(seq 50); do [ -e got ] || ! kill -0 "$server" 2> /dev/null && break; sleep 0.1; done
  kill "$server" 2> /dev/null || :
  wait "$server" || :
  echo "$1: $(grep -oh 'DB_PASSWORD="[^,]*' out/*.conf) -> $(cat got 2> /dev/null || grep -o '^Error' log.out)"
}
seen=$(
  for password in secret 'a b' 'a&b' "it's" '50%off' 'a"b'; do try "$password"; done
)
want='secret: DB_PASSWORD="secret" -> [secret]
a b: DB_PASSWORD="a b" -> [a b]
a&b: DB_PASSWORD="a&b" -> [a&b]
it'\''s: DB_PASSWORD="it'\''s" -> [it'\''s]
50%off: DB_PASSWORD="50%off" -> Error
a"b: DB_PASSWORD="a\"b" -> Error'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
