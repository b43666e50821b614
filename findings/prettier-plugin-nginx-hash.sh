#!/usr/bin/env bash
# npm prettier-plugin-nginx 1.0.3: a blank is put before each `#` of a value, in quotes as well.
#
# Expected: a formatter changes blanks between words. nginx takes a `#` for the start of a comment only at the start
#   of a word, and in quotes never.
# Seen: "a#b" is written back as "a #b". Bare, a#b becomes a #b; and the name ends in a comment that has the `;` in
#   it: the directive takes in the next line, and nginx refuses the file. No warning, exit code 0.
# Matters: fastcgi_param is one of the places from which FreeScout gets its database password and its APP_KEY. In a
#   change that claims to be about blanks the password becomes another one; nginx finds the file in order, and
#   FreeScout is refused by its database from the next reload on.
set -eu
command -v nginx > /dev/null || apt-get install -qq -y nginx-light > /dev/null 2>&1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund prettier@3.6.2 prettier-plugin-nginx@1.0.3
accepted() {
  printf 'pid %s/pid;\nevents {}\nhttp {\naccess_log off;\nserver {\n%s\n}\n}\n' "$dir" "$(cat desk.nginx)" > test.conf
  if nginx -t -q -e "$dir/log.txt" -c "$dir/test.conf" 2> /dev/null; then echo accepted; else echo refused; fi
}
formatted() {
  printf 'location / {\n    fastcgi_param DB_PASSWORD %s;\n    fastcgi_param APP_ENV production;\n}\n' "$1" > desk.nginx
  before=$(accepted)
  npx prettier --plugin prettier-plugin-nginx --parser nginx --write desk.nginx > /dev/null
  echo "$(grep DB_PASSWORD desk.nginx | sed 's/^ *//') ($before before, $(accepted) after)"
}
seen=$(
  formatted '"ab"'
  formatted '"a#b"'
  formatted 'a#b'
)
printf '%s\n' "$seen"
want='fastcgi_param DB_PASSWORD "ab"; (accepted before, accepted after)
fastcgi_param DB_PASSWORD "a #b"; (accepted before, accepted after)
fastcgi_param DB_PASSWORD a #b; (accepted before, refused after)'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
