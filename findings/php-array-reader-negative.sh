#!/usr/bin/env bash
# npm php-array-reader 2.1.4: a negative number vanishes, and in a list the rest moves up.
#
# Expected: the README lists numeric values among what it reads, and says that what it cannot evaluate
#   comes back as the source text.
# Seen: `-1` as a value becomes undefined (gone from any JSON made of it); as a list's element it is
#   dropped, so the second element takes place 0. A text with a NUL, which var_export writes as three
#   pieces joined by dots, becomes undefined as well. Positive numbers are right.
# Matters: bootstrap/cache/config.php of a FreeScout is written by var_export. Who reads the key in
#   force and the database settings from it with this library compares or rewrites a config in which
#   settings are missing, and is not told.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" php-array-reader@2.1.4
cat > read.js <<'JS'
const { fromString } = require('php-array-reader');
const config = `array (
  'key' => 'base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=',
  'timeout' => -1,
  'retries' => 3,
  'ports' =>
  array (
    0 => -1,
    1 => 993,
  ),
  'pair' => [-1, 993],
  'prefix' => '' . "\\0" . 'fs',
)`;
console.log(JSON.stringify(fromString(config)));
JS
seen=$(node read.js)
want='{"key":"base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=","retries":3,"ports":{"1":993},"pair":[993]}'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer reads so' >&2; exit 1; }
