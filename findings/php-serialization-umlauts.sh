#!/usr/bin/env bash
# npm php-serialization 0.0.4: a password with an umlaut gains two characters.
#
# Expected: its README offers to read Laravel's sessions, and PHP counts the length of a serialised
#   text in UTF-8 bytes. A library that knows this for Chinese should know it for German.
# Seen: a character above U+00FF counts as three bytes, one up to U+00FF as a single byte. For every
#   umlaut the reader takes one character too many: the closing quote, then the semicolon. No error.
# Matters: what a decrypted mailbox password holds is exactly such a text. The value looks plausible,
#   is stored or tried at the server, and the login is refused although key and payload are right.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" php-serialization@0.0.4
cat > read.js <<'JS'
const { unserialize } = require('php-serialization');
for (const text of ['密码', 'über', 'pässwörd']) {
  const stored = `s:${Buffer.byteLength(text)}:"${text}";`;
  console.log(`${stored} -> ${unserialize(stored)}`);
}
JS
seen=$(node read.js)
want='s:6:"密码"; -> 密码
s:5:"über"; -> über"
s:10:"pässwörd"; -> pässwörd";'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer reads so' >&2; exit 1; }
