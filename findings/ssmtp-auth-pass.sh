#!/usr/bin/env bash
# ssmtp 2.64 (Debian 12): a password with a `#` is sent as an empty one, and one with `=` is cut there.
#
# Expected: the manual page: keyword-argument pairs, one a line; lines starting with `#` are comments.
#   Nothing is said of a `#`, a `=` or a blank further on, and there are no quotes.
# Seen: with a `#` anywhere in it, the line is taken as a keyword without an argument: the login goes on with
#   the right user and no password at all. At a `=` or a blank the rest is dropped, so a password in
#   base64 loses its padding. A colon and a `;` are kept. No message.
# Matters: a FreeScout with the mail driver "sendmail" on a small server or in a container sends through
#   ssmtp. The SMTP password that was recovered from the database is typed into ssmtp.conf, and the
#   server's "authentication failed" says that the recovery was wrong.
set -eu
dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download ssmtp=2.64-11 2> /dev/null
dpkg -x ssmtp_*.deb .
cat > server.py <<'PY'
import base64
import os
import socketserver


class Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 mail.example.org\r\n")
        for line in self.rfile:
            word = line.split()[0].upper()
            if word == b"AUTH":
                self.wfile.write(b"334 VXNlcm5hbWU6\r\n")
                self.rfile.readline()
                self.wfile.write(b"334 UGFzc3dvcmQ6\r\n")
                with open("got", "wb") as got:
                    got.write(b"[" + base64.b64decode(self.rfile.readline()) + b"]\n")
                self.wfile.write(b"535 no\r\n")
            else:
                self.wfile.write(b"250 fine\r\n")
            if word == b"QUIT":
                return


server = socketserver.TCPServer(("127.0.0.1", 0), Smtp)
with open("port.new", "w") as port:
    port.write("%d\n" % server.server_address[1])
os.rename("port.new", "port")
server.serve_forever()
PY
python3 server.py &
server=$!
for _ in $(seq 50); do [ -s port ] || sleep 0.1; done
seen=$(
  for password in secret 'a:b' 'a;b' 'a"b' 'ab#c' 'a=b' 'c2VjcmV0MTI=' 'a b' '"a b"'; do
    printf '%s\n' "mailhub=127.0.0.1:$(cat port)" hostname=help.example.org AuthUser=support \
      AuthMethod=LOGIN "AuthPass=$password" > ssmtp.conf
    rm -f got
    printf 'Subject: test\n\ntest\n' |
      timeout 20 usr/sbin/ssmtp "-C$dir/ssmtp.conf" a@example.org > /dev/null 2>&1 || :
    echo "$password -> $(cat got)"
  done
)
want='secret -> [secret]
a:b -> [a:b]
a;b -> [a;b]
a"b -> [a"b]
ab#c -> []
a=b -> [a]
c2VjcmV0MTI= -> [c2VjcmV0MTI]
a b -> [a]
"a b" -> ["a]'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
