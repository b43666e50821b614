#!/usr/bin/env bash
# npm fflate 0.8.3: of a .gz of several members, gunzipSync gives the first one cut to the last one's length.
#
# Expected: a gzip file may have members one behind the other (RFC 1952, 2.2), and `gunzip` gives their
#   contents in a row; fflate's own streaming Gunzip does so.
# Seen: the four last bytes of the file are taken for the length of all of it. The result is at most that
#   bytes of the first member, without an error: a part of a line where the last member is shorter, and
#   nothing where it is empty.
# Matters: `gzip -c .env >> env-history.gz` keeps all settings there ever were, and rotated logs and dumps
#   are joined with `cat`. A reader made with gunzipSync or decompressSync finds half a key, or none, in
#   a file whose checksums are right.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" fflate@0.8.3
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > .env
echo 'MAIL_HOST=mail.example.org' > mail
: > nothing
gzip -9nc .env > one.gz
gzip -9nc .env mail > shorter.gz
gzip -9nc mail .env > longer.gz
gzip -9nc .env nothing > empty.gz
cat > try.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Gunzip, decompressSync, gunzipSync } from 'fflate';
for (const name of ['one', 'shorter', 'longer', 'empty']) {
  const bytes = new Uint8Array(readFileSync(`${name}.gz`));
  const text = Buffer.from(gunzipSync(bytes)).toString();
  const same = text === Buffer.from(decompressSync(bytes)).toString();
  let streamed = 0;
  new Gunzip(chunk => { streamed += chunk.length; }).push(bytes, true);
  console.log(name, text.length, JSON.stringify(text.slice(-18)), `decompressSync ${same ? 'too' : 'not'}, streamed ${streamed}`);
}
JS
seen=$(
  for name in one shorter longer empty; do echo "$name: $(gunzip -c "$name.gz" | wc -c)"; done
  node try.mjs
)
want='one: 60
shorter: 87
longer: 87
empty: 60
one 60 "gZXhhbXBsZSBrZXk=\n" decompressSync too, streamed 60
shorter 27 "ase64:dGhpcyBpcyBh" decompressSync too, streamed 87
longer 27 "=mail.example.org\n" decompressSync too, streamed 87
empty 0 "" decompressSync too, streamed 60'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
