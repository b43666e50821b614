#!/usr/bin/env bash
# npm xoauth2 1.2.0: a new refresh token in the answer is thrown away.
#
# Expected: RFC 6749, section 6: a server may issue a new refresh token with an access token, and the
#   client must then discard the old one. Microsoft does so at each renewal.
# Seen: the second renewal sends the first refresh token again. The `token` event, meant for saving,
#   tells the access token only, so the program around it cannot keep the new one either.
# Matters: FreeScout stores the new token each time. Who tests a mailbox with the tokens of FreeScout's
#   database by this library loses the successor of the stored one. The test says OK, and where the
#   server revokes what it has replaced, as it may, the helpdesk's own next renewal is refused.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" xoauth2@1.2.0
cat > try.js <<'JS'
const http = require('http');
let answers = 1;
const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', data => { body += data; });
  request.on('end', () => {
    console.log('sent:', new URLSearchParams(body).get('refresh_token'));
    answers += 1;
    response.end(JSON.stringify({ token_type: 'Bearer', access_token: `access-${answers}`,
      refresh_token: `refresh-${answers}`, expires_in: 3599 }));
  });
});
server.listen(0, '127.0.0.1', () => {
  const generator = require('xoauth2').createXOAuth2Generator({
    user: 'support@example.org', clientId: 'id', clientSecret: 'secret', refreshToken: 'refresh-1',
    accessUrl: `http://127.0.0.1:${server.address().port}/token` });
  generator.once('token', about => console.log('event:', Object.keys(about).join(' ')));
  generator.generateToken(() => generator.generateToken(() => process.exit()));
});
JS
seen=$(timeout 30 node try.js)
want='sent: refresh-1
event: user accessToken timeout
sent: refresh-1'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
