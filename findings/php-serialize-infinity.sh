#!/usr/bin/env bash
# npm php-serialize 5.1.3: infinity is written in a form that neither PHP nor the library itself reads.
#
# Expected: PHP writes the infinite float as `d:INF;` and reads that back.
# Seen: `d:INF;` is refused ("Cannot convert INF to a BigInt"), and Infinity is written as
#   `d:INFINITY;`, which PHP's unserialize refuses (false) and so does the library. Fractions and
#   exponents are fine.
# Matters: FreeScout reads old options through unserialize. One such number written back by a repair
#   script takes the whole option with it: PHP yields false for the complete text, not for the number.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" php-serialize@5.1.3
cat > read.js <<'JS'
const { serialize, unserialize } = require('php-serialize');
const read = text => { try { return String(unserialize(text)); } catch (e) { return 'refused: ' + e.message; } };
console.log('d:1.5; ->', read('d:1.5;'));
console.log('d:INF; ->', read('d:INF;'));
const written = serialize(Infinity);
console.log('Infinity ->', written, '->', read(written));
JS
seen=$(node read.js)
want='d:1.5; -> 1.5
d:INF; -> refused: Cannot convert INF to a BigInt
Infinity -> d:INFINITY; -> refused: Cannot convert INFINITY to a BigInt'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
