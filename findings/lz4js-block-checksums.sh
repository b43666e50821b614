#!/usr/bin/env bash
# npm lz4js 0.2.0: it looks for the checksum of a block in front of it, and gives wrong bytes without an error.
#
# Expected: in a frame whose flags announce checksums of blocks (`lz4 -BX`) each stands behind its block;
#   such a frame is read as lz4 does, or refused.
# Seen: four bytes in front of each block are passed over, which are the first of its data. An incompressible
#   text comes without its first four bytes and with the checksum at its end, so in the right length; a
#   compressed one is shifted and of another length. Without that option both come as they were.
# Matters: checksums of blocks are what one adds to backups that shall last. An .env that is read so has
#   the right size and no APP_KEY, and the backup is taken for a broken one while `lz4 -t` calls it sound.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v lz4 > /dev/null || apt-get -qq install -y lz4 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" lz4js@0.2.0
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > plain
{ cat plain; seq 40000; } > large
for file in plain large; do
  lz4 -q "$file" "$file.lz4"
  lz4 -q -BX "$file" "$file-checked.lz4"
done
cat > try.cjs <<'JS'
const { readFileSync } = require('node:fs');
const { decompress } = require('lz4js');
for (const file of ['plain', 'large']) {
  const want = readFileSync(file);
  for (const name of [file, `${file}-checked`]) {
    const got = Buffer.from(decompress(readFileSync(`${name}.lz4`)));
    console.log(`${name}: ${got.length} of ${want.length} bytes, ${got.equals(want) ? 'right' : 'wrong'}, from ${JSON.stringify(got.toString('latin1', 0, 11))}`);
  }
}
JS
seen=$(
  lz4 -t plain-checked.lz4 large-checked.lz4 > log 2>&1 && echo 'lz4 -t: sound'
  node try.cjs
)
want='lz4 -t: sound
plain: 60 of 60 bytes, right, from "APP_KEY=bas"
plain-checked: 60 of 60 bytes, wrong, from "KEY=base64:"
large: 228954 of 228954 bytes, right, from "APP_KEY=bas"
large-checked: 232730 of 228954 bytes, wrong, from "APP_KEY=bas"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
