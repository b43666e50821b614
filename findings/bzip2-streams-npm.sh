#!/usr/bin/env bash
# npm bz2 1.0.1, bzip2 0.1.1, compressjs 1.0.3, bzip-deflate 1.0.0: of what pbzip2 wrote they give the first block.
#
# Expected: several bzip2 streams one behind the other are one file to bzip2 ("bzip2 -d" gives all), and
#   pbzip2 (1.1.13, Debian 12) writes every block of its input as a stream of its own.
# Seen: each of the four stops at the end of the first stream, without an error or a hint at the rest. The
#   same content written by bzip2 itself comes whole.
# Matters: a parallel bzip2 stands in for bzip2 where dumps of a helpdesk's database are large
#   (`tar --use-compress-program=pbzip2`). A search with such a library sees the first 900 kB of a dump or
#   archive and no key behind them; small files, with which one tries it out, are all right.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v bzip2 > /dev/null || apt-get -qq install -y bzip2 > /dev/null
command -v pbzip2 > /dev/null || apt-get -qq install -y pbzip2=1.1.13-1 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" bz2@1.0.1 bzip2@0.1.1 compressjs@1.0.3 bzip-deflate@1.0.0
seq 200000 > dump
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' >> dump
bzip2 -c dump > bzip2.bz2
pbzip2 -c dump > pbzip2.bz2
cat > try.cjs <<'JS'
const { readFileSync } = require('node:fs');
const bzip2 = require('bzip2');
const deflate = require('bzip-deflate');
const libraries = {
  'bz2': bytes => require('bz2').decompress(bytes),
  'bzip2': bytes => bzip2.simple(bzip2.array(bytes)),
  'compressjs': bytes => require('compressjs').Bzip2.decompressFile(bytes),
  'bzip-deflate': bytes => (deflate.default || deflate)(bytes),
};
for (const [name, unpack] of Object.entries(libraries)) {
  for (const writer of ['bzip2', 'pbzip2']) {
    const got = unpack(readFileSync(`${writer}.bz2`));
    const text = typeof got === 'string' ? got : Buffer.from(got).toString();
    console.log(`${name}, by ${writer}: ${text.length} bytes, ${text.includes('APP_KEY') ? 'the key' : 'no key'}`);
  }
}
JS
seen=$(
  echo "bzip2 -d: $(bzip2 -dc bzip2.bz2 | wc -c) $(bzip2 -dc pbzip2.bz2 | wc -c)"
  node try.cjs
)
want='bzip2 -d: 1288955 1288955
bz2, by bzip2: 1288955 bytes, the key
bz2, by pbzip2: 900000 bytes, no key
bzip2, by bzip2: 1288955 bytes, the key
bzip2, by pbzip2: 900000 bytes, no key
compressjs, by bzip2: 1288955 bytes, the key
compressjs, by pbzip2: 900000 bytes, no key
bzip-deflate, by bzip2: 1288955 bytes, the key
bzip-deflate, by pbzip2: 900000 bytes, no key'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
