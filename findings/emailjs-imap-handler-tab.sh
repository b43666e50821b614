#!/usr/bin/env bash
# npm emailjs-imap-handler 3.0.6: a tab in a password is sent as the letter t, a newline as n.
#
# Expected: RFC 3501 knows two escapes in a quoted text, for the quote and the backslash. A tab may
#   stand there as it is; a newline needs a literal.
# Seen: texts are quoted by the rules of JSON, so a tab goes out as `\t`, a newline as `\n`. An IMAP
#   server reads these as a plain t and n, and so does the library's own parser.
# Matters: a password with a tab (set by an import; FreeScout's form only trims the ends) works in
#   FreeScout, which sends the byte, and is refused with this client: the check after a recovery says
#   that the password is wrong, while it is right.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" emailjs-imap-handler@3.0.6
cat > read.js <<'JS'
const { compiler, parser } = require('emailjs-imap-handler');
for (const password of ['a b', 'a\tb', 'a\nb']) {
  const line = compiler({ tag: 'A1', command: 'LOGIN', attributes: [
    { type: 'STRING', value: 'support' }, { type: 'STRING', value: password }] });
  console.log(line, '->', JSON.stringify(parser(Buffer.from(line)).attributes[1].value));
}
JS
seen=$(node read.js)
want='A1 LOGIN "support" "a b" -> "a b"
A1 LOGIN "support" "a\tb" -> "atb"
A1 LOGIN "support" "a\nb" -> "anb"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
