#!/usr/bin/env bash
# PyPI aiosmtpd 1.4.6: a long password is refused in one line and accepted in two.
#
# Expected: RFC 4954, section 4.3 and 4.5.3: a server must take AUTH lines of 12288 characters, with
#   an initial response as without.
# Seen: `AUTH PLAIN ...` is cut at 512 characters like any command: "500 Command line too long". The
#   same text sent after an empty AUTH PLAIN logs in.
# Matters: FreeScout sends PLAIN in one line with the user name twice; its form takes passwords of 255
#   characters. With a user name of 60 the line passes the limit. Where the server offers PLAIN alone,
#   the right password gets a 500, and a client that sends it in two lines says that it works.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install aiosmtpd==1.4.6
cat > try.py <<'PY'
import base64, smtplib, socket
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    port = free.getsockname()[1]
server = Controller(object(), hostname='127.0.0.1', port=port, auth_require_tls=False,
                    authenticator=lambda *about: AuthResult(success=True))
server.start()
for length in (100, 255):
    user = 'support.' + 'x' * 40 + '@example.org'
    proof = base64.b64encode(f'{user}\0{user}\0{"p" * length}'.encode()).decode()
    for way in ('one line', 'two lines'):
        client = smtplib.SMTP('127.0.0.1', port)
        client.ehlo()
        if way == 'one line':
            code, _ = client.docmd('AUTH PLAIN ' + proof)
        else:
            client.docmd('AUTH PLAIN')
            code, _ = client.docmd(proof)
        print(f'password of {length}, {way}: {code}')
        client.close()
server.stop()
PY
seen=$(timeout 60 venv/bin/python try.py 2> /dev/null)
want='password of 100, one line: 235
password of 100, two lines: 235
password of 255, one line: 500
password of 255, two lines: 235'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
