#!/usr/bin/env bash
# PyPI imap-client 0.1.8: opening it marks the newest hundred mails of every folder as read.
#
# Expected: it lists senders and subjects; reading of a mail is a call of its own. RFC 3501, section 6.4.5: a
#   client that does not want to set \Seen asks for BODY.PEEK[...] or opens the folder by EXAMINE.
# Seen: the constructor selects each folder for writing and fetches BODY[HEADER.FIELDS (From)] and Subject
#   of a hundred mails; the server marks them all. No call, no setting but auto_fetch_msgs tells of it.
# Matters: FreeScout fetches what is unread. While its password is not readable, new mail waits on the
#   server; who tries the recovered password with this package makes all that waiting mail "read", and
#   the helpdesk never imports it, though the login works again.
set -eu
dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install imap-client==0.1.8 pymap==0.36.7
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
venv/bin/pymap --host 127.0.0.1 --port "$port" --no-tls dict > server.log 2>&1 &
server=$!
cat > try.py <<'PY'
import imaplib
import sys
import time

from imap_client.imap_client import IMAPClient


def login():
    for _ in range(100):
        try:
            conn = imaplib.IMAP4("127.0.0.1", int(sys.argv[1]))
            break
        except OSError:
            time.sleep(0.1)
    conn.login("demouser", "demopass")
    return conn


def unseen(when):
    conn = login()
    conn.select("INBOX", readonly=True)
    print(when, "unread:", len(conn.search(None, "UNSEEN")[1][0].split()))
    conn.logout()


conn = login()
for number in range(3):
    conn.append("INBOX", None, None, b"From: a@example.org\r\nSubject: %d\r\n\r\ntext\r\n" % number)
unseen("at first,")
conn.select("INBOX")
conn.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
unseen("after a look with PEEK,")
client = IMAPClient(login())
for message in client.inboxes[0].messages:
    print(message.preview_headers)
unseen("after the list,")
PY
seen=$(timeout 60 venv/bin/python try.py "$port")
want='at first, unread: 3
after a look with PEEK, unread: 3
{'\''From'\'': '\''a@example.org'\'', '\''Subject'\'': '\''2'\''}
{'\''From'\'': '\''a@example.org'\'', '\''Subject'\'': '\''1'\''}
{'\''From'\'': '\''a@example.org'\'', '\''Subject'\'': '\''0'\''}
after the list, unread: 0'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
