#!/usr/bin/env bash
# npm node-pop3 0.11.0: a blank at the end of a password is not sent.
#
# Expected: RFC 1939: PASS has one argument, and a server may treat blanks as part of it; FreeScout
#   and the other POP3 clients of npm send what they are given.
# Seen: the last blank is cut off before the line is sent, inner blanks stay.
# Matters: such a password (from an import; FreeScout's form trims) fetches mail in FreeScout and is
#   refused with this client, so the check after a recovery accuses a password that is right.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" node-pop3@0.11.0 yapople@0.4.10
cat > try.mjs <<'JS'
import net from 'node:net';
import { createRequire } from 'node:module';
const NodePop3 = createRequire(import.meta.url)('node-pop3');
const { Client } = await import('yapople');
let sent;
const server = net.createServer(socket => {
  socket.write('+OK ready\r\n');
  socket.on('data', data => {
    const line = String(data);
    if (line.startsWith('PASS ')) sent = JSON.stringify(line);
    socket.write(line.startsWith('STAT') ? '+OK 0 0\r\n' : '+OK\r\n');
  });
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const at = { host: '127.0.0.1', port: server.address().port };
const password = 'two words ';
const first = new (NodePop3.default || NodePop3)({ ...at, user: 'support', password });
await first.STAT();
console.log('node-pop3:', sent);
const second = new Client({ ...at, username: 'support', password });
await second.connect();
console.log('yapople:', sent);
process.exit();
JS
seen=$(timeout 30 node try.mjs)
want='node-pop3: "PASS two words\r\n"
yapople: "PASS two words \r\n"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
