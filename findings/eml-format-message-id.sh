#!/usr/bin/env bash
# npm eml-format 0.6.1: a Message-ID on the line below its name is lost and becomes part of the subject.
#
# Expected: RFC 5322, section 2.2.3: a header may be folded before any blank, and many mail programs put
#   a long Message-ID on the next line. The blank behind the colon is no must.
# Seen: a header line with nothing behind the colon is skipped; the folded value is then appended to the
#   header before it, here the subject. `In-Reply-To:<...>` without a blank is missing altogether.
#   References, folded behind the first id, are right.
# Matters: mails sent by FreeScout bear a hash of the APP_KEY in their Message-ID, which tells whether a
#   found key is the old one. In an archive of mails read with this package the very mails are without
#   the header, and a search for replies finds none.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" eml-format@0.6.1
cat > try.js <<'JS'
const { parse } = require('eml-format');
const id = '<fs_notify-1201-77-0f1e2d3c4b5a6978@helpdesk.example.org>';
for (const [what, headers] of [
  ['on one line', [`Message-ID: ${id}`, `In-Reply-To: ${id}`]],
  ['folded, no blank', ['Message-ID:', ` ${id}`, `In-Reply-To:${id}`]],
]) {
  const mail = ['From: a@example.org', 'Subject: Order', ...headers,
    `References: ${id}`, ` ${id}`, '', 'text', ''].join('\r\n');
  parse(mail, (error, read) => {
    console.log(what + ':', error || Object.keys(read.headers).join(' '));
    console.log('  subject:', JSON.stringify(read.headers.Subject));
  });
}
JS
seen=$(node try.js)
want='on one line: From Subject Message-ID In-Reply-To References
  subject: "Order"
folded, no blank: From Subject References
  subject: "Order\r\n<fs_notify-1201-77-0f1e2d3c4b5a6978@helpdesk.example.org>"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
