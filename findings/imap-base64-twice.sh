#!/usr/bin/env bash
# PyPI MailToolsBox 3.0.0, fengtang 0.1.1: what AUTHENTICATE sends over IMAP is in base64 twice.
#
# Expected: an access token (XOAUTH2), or name and password (PLAIN, RFC 4616), goes out in base64 once.
#   Python's imaplib does this itself with what the callback returns.
# Seen: both hand it base64 already. MailToolsBox' XOAUTH2 is refused by every server for each token;
#   fengtang's PLAIN is refused, then LOGIN is tried and hides it, save that one failed login is on the
#   server's record. Its own XOAUTH2 is right.
# Matters: after a recovery of the APP_KEY a mailbox' token is tried from outside of FreeScout. "Refused"
#   is believed, and the administrator asks Microsoft or Google for a consent that was not needed; and
#   each check of a good password counts with a server that bans after some failures.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install mailtoolsbox==3.0.0 fengtang==0.1.1
cat > try.py <<'PY'
import base64
import socketserver
import threading

from MailToolsBox.imapClient import ImapClient, SecurityMode
from fengtang.core.config import Account
from fengtang.mail.imap_client import ImapClient as Fengtang

GOOD = {b"user=support@example.org\x01auth=Bearer token\x01\x01", b"\0support@example.org\0secret"}


class Imap(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text + b"\r\n")

    def handle(self):
        self.say(b"* OK ready")
        for line in self.rfile:
            tag, command = line.split()[:2]
            if command == b"CAPABILITY":
                self.say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2")
            if command == b"AUTHENTICATE":
                self.say(b"+ ")
                proof = base64.b64decode(self.rfile.readline())
                good = proof in GOOD
                once_more = base64.b64decode(proof) in GOOD if not good else False
                print("  %s: %s" % (line.split()[2].decode(),
                                    "good" if good else "twice" if once_more else "wrong"))
                self.say(tag + (b" OK" if good else b" NO") + b" done")
            else:
                if command == b"LOGIN":
                    print("  LOGIN")
                self.say(tag + b" OK done")
            if command == b"LOGOUT":
                return


server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Imap)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_address[1]
print("MailToolsBox with a token")
try:
    ImapClient("support@example.org", None, "127.0.0.1", port=port, security_mode=SecurityMode.NONE,
               oauth2_access_token="token").login()
except Exception as error:
    print("  " + type(error).__name__)
for auth, more in [("xoauth2", {"oauth2_token": "token"}), ("plain", {"password": "secret"})]:
    print("fengtang, " + auth)
    with Fengtang(Account("a", "support@example.org", auth=auth, imap_host="127.0.0.1", imap_port=port,
                          imap_ssl=False, **more)):
        pass
PY
seen=$(timeout 40 venv/bin/python try.py)
want='MailToolsBox with a token
  XOAUTH2: twice
  error
fengtang, xoauth2
  XOAUTH2: good
fengtang, plain
  PLAIN: twice
  LOGIN'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
