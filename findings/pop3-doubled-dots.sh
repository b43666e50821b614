#!/usr/bin/env bash
# npm yapople 0.4.10, mailpop3 0.1.0: doubled dots of a fetched mail stay doubled.
#
# Expected: RFC 1939, section 3: a line that begins with a dot is sent with one more, and the client
#   takes it away again.
# Seen: both hand out the mail with the extra dot.
# Matters: FreeScout takes it away. Who fetches the same mailbox with such a script, to save mail while
#   the helpdesk is down or to compare, gets other bytes than FreeScout stored: text lines, checksums
#   and DKIM signatures differ, and a mail put back this way keeps the dot for good.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" yapople@0.4.10 mailpop3@0.1.0
cat > try.mjs <<'JS'
import net from 'node:net';
import { createRequire } from 'node:module';
const Mailpop3 = createRequire(import.meta.url)('mailpop3');
const { Client } = await import('yapople');
const server = net.createServer(socket => {
  socket.write('+OK ready\r\n');
  socket.on('data', data => socket.write(
    String(data).startsWith('RETR') ? '+OK\r\nSubject: log\r\n\r\n..htaccess\r\n.\r\n'
      : String(data).startsWith('STAT') ? '+OK 1 40\r\n' : '+OK\r\n'));
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const { port } = server.address();
const client = new Client({ host: '127.0.0.1', port, username: 'support', password: 'x' });
await client.connect();
console.log('yapople:', JSON.stringify(String(await client.retrieve(1))));
const other = new Mailpop3(port, '127.0.0.1', { enabletls: false });
other.on('connect', () => other.login('support', 'x'));
other.on('login', () => other.retr(1));
other.on('retr', (ok, number, data) => { console.log('mailpop3:', JSON.stringify(data)); process.exit(); });
JS
seen=$(timeout 30 node try.mjs)
want='yapople: "Subject: log\r\n\r\n..htaccess"
mailpop3: "Subject: log\r\n\r\n..htaccess"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
