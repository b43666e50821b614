#!/usr/bin/env bash
# PHP-FPM 8.2 (Debian 12): a pool value that begins with `$` becomes empty, single quotes or not.
#
# Expected: pool files are INI files, and PHP's own parse_ini_string leaves a text in single quotes as it
#   stands, `$` and all. So does FPM with a `$` in the middle of a value.
# Seen: after the INI quotes are gone FPM itself looks at the first character: `$` makes the whole rest
#   the name of a variable of its own environment. There is none, so PHP gets an empty text. No warning
#   at the start, and `php-fpm -t` is content.
# Matters: the process environment beats .env. `env[DB_PASSWORD] = '$ecret...'` or `env[MAIL_PASSWORD]`
#   carried over from a working .env into the pool logs in with no password, on web pages only; the
#   command line still works.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download php8.2-fpm libfcgi-bin libfcgi0ldbl 2> /dev/null
for package in *.deb; do dpkg-deb -x "$package" .; done
cat > fpm.conf << CONF
[global]
error_log = $dir/log
[www]
user = root
group = root
listen = $dir/socket
pm = static
pm.max_children = 1
env[FIRST] = '\$ecret'
env[INSIDE] = 'se\$cret'
env[QUOTED] = "a;b#c|d"
CONF
echo '<?php foreach (["FIRST", "INSIDE", "QUOTED"] as $name) echo "$name=[", getenv($name), "]\n";' > show.php
usr/sbin/php-fpm8.2 --version | sed -n 1p
usr/sbin/php-fpm8.2 -n -R -F -y fpm.conf 2> /dev/null &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -rf "$dir"' EXIT
for _ in $(seq 50); do [ -S socket ] && break; sleep 0.1; done
seen=$(SCRIPT_FILENAME="$dir/show.php" REQUEST_METHOD=GET LD_LIBRARY_PATH="$(echo "$dir"/usr/lib/*-linux-gnu)" \
  usr/bin/cgi-fcgi -bind -connect "$dir/socket" | tr -d '\r' | grep '=\[')
want='FIRST=[]
INSIDE=[se$cret]
QUOTED=[a;b#c|d]'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
