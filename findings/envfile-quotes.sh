#!/usr/bin/env bash
# npm envfile 7.1.0: its own round trip loses quotes inside a password, and a comment joins the key.
#
# Expected: parse(stringify(x)) gives x, as for any pair of reader and writer; and of
#   `APP_KEY="base64:..." # old key` the value ends at the closing quote, as in every .env dialect
#   that knows comments.
# Seen: stringify never quotes, parse deletes every quote wherever it stands: a"b comes back as ab,
#   it's as its. The commented key comes back without its quotes and with ` # old key` behind it.
# Matters: a migration script that reads FreeScout's .env with it and writes it out again changes
#   DB_PASSWORD without a word; and an APP_KEY handed on with words behind it, to the environment of a
#   container, has no 32 bytes there, so FreeScout does not start.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" envfile@7.1.0
cat > read.js <<'JS'
const { parse, stringify } = require('envfile');
for (const DB_PASSWORD of ['plain', 'a"b', "it's"]) {
  console.log(DB_PASSWORD, '->', parse(stringify({ DB_PASSWORD })).DB_PASSWORD);
}
console.log(parse('APP_KEY="base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=" # old key\n').APP_KEY);
JS
seen=$(node read.js)
want='plain -> plain
a"b -> ab
it'\''s -> its
base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk= # old key'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
