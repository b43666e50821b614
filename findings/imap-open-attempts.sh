#!/usr/bin/env bash
# PHP 8.2's imap extension (Debian 12): one call of imap_open with a wrong password is three failed logins, or
#   six; to ask for one retry makes it fewer.
#
# Expected: the manual calls the fifth parameter, default 0, the "number of maximum connect attempts"; so a
#   call without it makes one attempt, and 1 makes no more than that.
# Seen: without it each way to log in that the server offers is tried three times with the same password:
#   PLAIN thrice, or CRAM-MD5 thrice and then PLAIN thrice. With 1 each is tried once.
# Matters: `php -r 'imap_open(...)'` is how one tries a FreeScout's mailbox passwords by hand. Two candidate
#   keys, hence two wrong passwords, are six to twelve failures in a row, where fail2ban's usual limit
#   is five: the helpdesk's own address is banned, and then the right password is refused as well.
set -eu
export DEBIAN_FRONTEND=noninteractive
php -m | grep -qx imap || apt-get -qq install -y --no-install-recommends php8.2-imap > /dev/null
dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
cat > server.py <<'PY'
import os
import socketserver


class Imap(socketserver.StreamRequestHandler):
    """Offers what the file `offer` says, refuses all, and notes each attempt."""

    def note(self, what):
        with open("attempts", "ab") as attempts:
            attempts.write(what + b" ")

    def handle(self):
        with open("offer", "rb") as file:
            offer = b"CAPABILITY IMAP4rev1 " + file.read().strip()
        self.wfile.write(b"* OK [" + offer + b"] ready\r\n")
        for line in self.rfile:
            tag, command = line.split()[:2]
            answer = b" OK done\r\n"
            if command == b"CAPABILITY":
                self.wfile.write(b"* " + offer + b"\r\n")
            if command == b"AUTHENTICATE":
                challenge = b"PDFAZXhhbXBsZS5vcmc+" if line.split()[2] == b"CRAM-MD5" else b""
                self.wfile.write(b"+ " + challenge + b"\r\n")
                self.rfile.readline()
                self.note(line.split()[2])
                answer = b" NO [AUTHENTICATIONFAILED] no\r\n"
            if command == b"LOGIN":
                self.note(command)
                answer = b" NO [AUTHENTICATIONFAILED] no\r\n"
            self.wfile.write(tag + answer)


server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap)
server.daemon_threads = True
with open("port.new", "w") as port:
    port.write("%d\n" % server.server_address[1])
os.rename("port.new", "port")
server.serve_forever()
PY
python3 server.py &
server=$!
for _ in $(seq 50); do [ -s port ] || sleep 0.1; done
seen=$(
  for offer in '' 'AUTH=PLAIN' 'AUTH=PLAIN AUTH=CRAM-MD5'; do
    echo "$offer" > offer
    for more in '' ', 0, 1'; do
      rm -f attempts
      timeout 60 php -d display_errors=0 -r "
        imap_open('{127.0.0.1:$(cat port)/imap/notls}INBOX', 'support', 'wrong'$more);
        imap_errors();
        imap_alerts();" > /dev/null 2>&1
      echo "imap_open(..., 'wrong'$more), offered '$offer': $(sed 's/ $//' attempts)"
    done
  done
)
want="imap_open(..., 'wrong'), offered '': LOGIN LOGIN LOGIN
imap_open(..., 'wrong', 0, 1), offered '': LOGIN
imap_open(..., 'wrong'), offered 'AUTH=PLAIN': PLAIN PLAIN PLAIN
imap_open(..., 'wrong', 0, 1), offered 'AUTH=PLAIN': PLAIN
imap_open(..., 'wrong'), offered 'AUTH=PLAIN AUTH=CRAM-MD5': CRAM-MD5 CRAM-MD5 CRAM-MD5 PLAIN PLAIN PLAIN
imap_open(..., 'wrong', 0, 1), offered 'AUTH=PLAIN AUTH=CRAM-MD5': CRAM-MD5 PLAIN"
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
