#!/usr/bin/env bash
# npm poplib 0.1.7: of every byte above 127 in a fetched mail the top bit is gone.
#
# Expected: mails have been allowed to hold 8-bit text for decades (RFC 6152), so a POP3 client hands
#   out the bytes, or decodes them by some charset.
# Seen: the answer is decoded as ASCII by dropping the top bit: the two bytes of ü become `C<`, and no
#   error tells of it. The password, the other way, is sent as UTF-8.
# Matters: a mail whose text cannot be told from the garbled one (`C<` is plain ASCII) is no longer
#   repairable. As a stopgap while FreeScout's mailboxes are down it fetches and, if told to delete,
#   destroys every 8-bit mail.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" poplib@0.1.7
cat > try.js <<'JS'
const net = require('net');
const Poplib = require('poplib');
let pass;
const server = net.createServer(socket => {
  socket.write('+OK ready\r\n');
  socket.on('data', data => {
    if (String(data).startsWith('PASS')) pass = data.toString('latin1').trim();
    socket.write(String(data).startsWith('RETR') ? '+OK\r\nSubject: t\r\n\r\nGrüße\r\n.\r\n' : '+OK\r\n');
  });
});
server.listen(0, '127.0.0.1', () => {
  const client = new Poplib(server.address().port, '127.0.0.1', { enabletls: false });
  client.on('connect', () => client.login('support', 'ü'));
  client.on('login', () => client.retr(1));
  client.on('retr', (ok, number, data) => {
    console.log('sent:', Buffer.from(pass, 'latin1').toString());
    console.log('fetched:', JSON.stringify(data));
    process.exit();
  });
});
JS
seen=$(timeout 30 node try.js 2> /dev/null)
want='sent: PASS ü
fetched: "Subject: t\r\n\r\nGrC<C\u001fe"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
