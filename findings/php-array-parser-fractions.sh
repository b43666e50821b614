#!/usr/bin/env bash
# npm php-array-parser 1.0.1: 1.5 is read as 1, and one NULL makes the whole file unreadable.
#
# Expected: "Parse a PHP array into JavaScript"; both are literals of any array that var_export writes.
# Seen: a fraction is cut off without a word; NULL (null as well) is an error that names no line of
#   the array but a node of the syntax tree. true, false and negative numbers are right.
# Matters: a cached config of Laravel's holds NULLs, so a FreeScout's bootstrap/cache/config.php, the only
#   place where the lost APP_KEY may still stand, cannot be read with it; and who cuts the NULLs out
#   first gets changed numbers.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" php-array-parser@1.0.1
cat > read.js <<'JS'
const { parse } = require('php-array-parser');
for (const source of ["array ('factor' => 1.5, 'port' => -1, 'ssl' => false)", "array ('socket' => NULL)"]) {
  try { console.log(JSON.stringify(parse(source))); } catch (e) { console.log('refused: ' + e.message.slice(0, 32)); }
}
JS
seen=$(node read.js)
want='{"factor":1,"port":-1,"ssl":false}
refused: Unexpected PHP value: "constref"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer reads so' >&2; exit 1; }
