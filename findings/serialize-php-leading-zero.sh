#!/usr/bin/env bash
# npm serialize-php 1.1.2, locutus 2.0.39: the array key 01 is written as the number 1.
#
# Expected: in PHP only a key in plain decimal form is a number; '01' and '007' are texts, and serialize
#   writes `s:2:"01"`.
# Seen: both write `i:1`. PHP reads the entry under another key; where the array has a 1 as well, the
#   later one of the two replaces the earlier. php-serialize 5.1.3 does it right.
# Matters: options of a FreeScout from older versions are serialised arrays. An entry kept under a
#   number with leading zeros (a phone prefix, a customer's number) is lost by a read-and-write-back.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" serialize-php@1.1.2 locutus@2.0.39 php-serialize@5.1.3
cat > try.js <<'JS'
const entry = { '01': 'a', '1': 'b' };
console.log('php-serialize:', require('php-serialize').serialize(entry));
console.log('serialize-php:', require('serialize-php').serialize(entry));
console.log('locutus:', require('locutus/php/var/serialize')(entry));
JS
seen=$(node try.js)
want='php-serialize: a:2:{s:1:"1";s:1:"b";s:2:"01";s:1:"a";}
serialize-php: a:2:{i:1;s:1:"b";i:1;s:1:"a";}
locutus: a:2:{i:1;s:1:"b";i:1;s:1:"a";}'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
