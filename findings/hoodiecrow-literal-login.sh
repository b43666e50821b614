#!/usr/bin/env bash
# npm hoodiecrow-imap 2.1.0: one password, right by AUTHENTICATE PLAIN and wrong by LOGIN.
#
# Expected: a password in UTF-8 is the same bytes in a literal of LOGIN and in base64 of PLAIN
#   (RFC 4616 demands UTF-8 there), so a server takes both or none.
# Seen: the socket is read as Latin-1, base64 as UTF-8, and both are compared with the same text: with
#   an umlaut PLAIN says OK, the literal "authentication failure". Without it both say OK.
# Matters: who rehearses a recovery against this test server finds the recovered password refused by
#   FreeScout (which sends LOGIN) and accepted by other clients, and looks for the fault in the key.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" hoodiecrow-imap@2.1.0 2> /dev/null
cat > try.js <<'JS'
const net = require('net');
const hoodiecrow = require('hoodiecrow-imap');
const password = process.argv[2];
const bytes = Buffer.from(password);
const server = hoodiecrow({
  plugins: ['SASL-IR', 'AUTH-PLAIN'], users: { support: { password } }, storage: { INBOX: {} },
});
function dialogue(port, steps) { // send the next step at each answer; resolve with the tagged one
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('data', data => {
      const tagged = String(data).match(/^A1 .*$/m);
      if (tagged) { socket.destroy(); resolve(tagged[0].trim()); } else socket.write(steps.shift());
    });
  });
}
server.listen(0, async () => {
  const { port } = server.server.address();
  console.log('LOGIN:', await dialogue(port, [
    `A1 LOGIN support {${bytes.length}}\r\n`, Buffer.concat([bytes, Buffer.from('\r\n')])]));
  console.log('PLAIN:', await dialogue(port, [
    `A1 AUTHENTICATE PLAIN ${Buffer.concat([Buffer.from('\0support\0'), bytes]).toString('base64')}\r\n`]));
  process.exit();
});
JS
seen=$(for password in passwort päßwort; do echo "$password"; timeout 20 node try.js "$password" 2> /dev/null; done)
want='passwort
LOGIN: A1 OK User logged in
PLAIN: A1 OK User logged in
päßwort
LOGIN: A1 NO Login failed: authentication failure
PLAIN: A1 OK User logged in'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
