#!/usr/bin/env bash
# npm emailjs-smtp-client 2.0.1, @upyo/smtp 0.4.0: a password is sent one byte a character.
#
# Expected: RFC 4616: user name and password of PLAIN are UTF-8, and so FreeScout sends them.
# Seen: both base64 the characters' low bytes: an umlaut goes out in Latin-1. For the euro sign, which
#   Latin-1 has not, the first sends the byte AC without a word, the second fails: "Invalid character".
# Matters: the mail server knows the password in UTF-8 and answers 535, the very code that a wrong
#   APP_KEY brings about. Tested with these, a recovered password looks wrong and is right.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" emailjs-smtp-client@2.0.1 @upyo/smtp@0.4.0 @upyo/core@0.4.0
cat > try.mjs <<'JS'
import net from 'node:net';
import { createRequire } from 'node:module';
import { SmtpTransport } from '@upyo/smtp';
import { createMessage } from '@upyo/core';
const { default: Emailjs } = createRequire(import.meta.url)('emailjs-smtp-client');
let proof;
const server = net.createServer(socket => {
  socket.on('error', () => {});
  socket.write('220 ready\r\n');
  socket.on('data', data => {
    const line = String(data);
    if (line.startsWith('AUTH PLAIN')) proof = Buffer.from(line.split(' ')[2], 'base64');
    socket.write(line.startsWith('EHLO') ? '250-mail.example.org\r\n250 AUTH PLAIN\r\n'
      : line.startsWith('AUTH') ? '535 5.7.8 Authentication failed\r\n' : '250 Ok\r\n');
  });
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const { port } = server.address();
const sent = () => proof ? proof.subarray(proof.lastIndexOf(0) + 1).toString('hex') : 'nothing';
for (const pass of ['ab', 'aä', 'a€']) {
  console.log(pass, 'is', Buffer.from(pass).toString('hex'));
  proof = undefined;
  await new Promise(done => {
    const client = new Emailjs('127.0.0.1', port, {
      useSecureTransport: false, ignoreTLS: true, logLevel: 0, auth: { user: 'support', pass } });
    client.onerror = client.onclose = done;
    client.connect();
  });
  console.log('  emailjs-smtp-client:', sent());
  proof = undefined;
  const upyo = new SmtpTransport({ host: '127.0.0.1', port, secure: false, auth: { user: 'support', pass } });
  await upyo.send(createMessage({
    from: 'support@example.org', to: 'a@example.org', subject: 'x', content: { text: 'x' } })).catch(() => {});
  console.log('  @upyo/smtp:', sent());
}
process.exit();
JS
seen=$(timeout 40 node try.mjs 2> err || cat err)
want='ab is 6162
  emailjs-smtp-client: 6162
  @upyo/smtp: 6162
aä is 61c3a4
  emailjs-smtp-client: 61e4
  @upyo/smtp: 61e4
a€ is 61e282ac
  emailjs-smtp-client: 61ac
  @upyo/smtp: nothing'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
