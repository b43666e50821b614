#!/usr/bin/env bash
# npm imap-handler 0.1.12: an escaped quote in a login is read as a backslash.
#
# Expected: RFC 3501: in a quoted text `\"` is a quote and `\\` a backslash. FreeScout escapes so.
#   The library writes `\"` for a quote itself.
# Seen: of `\"` the backslash is kept and the quote dropped, so pa"ss is read as pa\ss: a reader that
#   does not understand its own writer. `\\` is read right.
# Matters: test servers for mail clients are built on it. A mailbox password with a quote is refused
#   there though FreeScout sent it properly: the tester blames the recovered password or the key.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" imap-handler@0.1.12
cat > read.js <<'JS'
const { compiler, parser } = require('imap-handler');
for (const password of ['pa ss', 'pa\\ss', 'pa"ss']) {
  const line = compiler({ tag: 'A1', command: 'LOGIN', attributes: [
    { type: 'STRING', value: 'support' }, { type: 'STRING', value: password }] });
  console.log(line, '->', parser(line).attributes[1].value);
}
JS
seen=$(node read.js)
want='A1 LOGIN "support" "pa ss" -> pa ss
A1 LOGIN "support" "pa\\ss" -> pa\ss
A1 LOGIN "support" "pa\"ss" -> pa\ss'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
