"""A Dovecot with IMAP over TLS on loopback for `connections.sh`, and the mailboxes of an install pointed at it.

    dovecot.py FOLDER INSTALL COUNT SERVERS [SILENT]

Fills FOLDER with the configuration of tests/mail, a certificate and COUNT users, points each mailbox of INSTALL at one of
the server's SERVERS addresses, writes curl's list of addresses and logins, and becomes the server. Behind the last SILENT
of the addresses something else listens, takes every connection and says nothing.
"""

import os
import pathlib
import socket
import sqlite3
import subprocess
import sys
import time

folder, install = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
count, servers = int(sys.argv[3]), int(sys.argv[4])
silent = int(sys.argv[5]) if len(sys.argv) > 5 else 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


imap, imaps, pop3, pop3s = (free_port() for _ in range(4))
users = [(f"m{number}@large.example", f"demo-incoming-{number}") for number in range(count)]

(folder / "mail").mkdir()
subprocess.run(["chown", "nobody:nogroup", folder / "mail"], check=True)
(folder / "users").write_text("".join(f"{user}:{{PLAIN}}{password}::::::\n" for user, password in users))
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
     "-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
    check=True,
    capture_output=True,
)
words = {
    "FOLDER": folder,
    "HOST": " ".join(f"127.0.0.{number + 1}" for number in range(servers - silent)),
    "SSL": "yes",
    "CERTIFICATE": folder / "certificate.pem",
    "KEY": folder / "key.pem",
    "TLS_BEFORE_LOGIN": "no",
    # A dozen lines a login: a server at work writes one.
    "EVERY_ATTEMPT": "no",
    "MECHANISMS": "plain login",
    "CONNECTIONS_PER_USER": 10,
    "IMAP": imap,
    "IMAPS": imaps,
    "POP3": pop3,
    "POP3S": pop3s,
}
text = (pathlib.Path(__file__).parent.parent / "mail/dovecot.conf").read_text()
for word, value in words.items():
    text = text.replace(f"@{word}@", str(value))
(folder / "dovecot.conf").write_text(text)
os.chmod(folder, 0o755)

with sqlite3.connect(install / "database/database.sqlite") as database:
    changed = database.execute(
        "UPDATE mailboxes SET in_server = '127.0.0.' || (1 + id % ?), in_port = ?, in_username = email, in_protocol = 1,"
        " in_encryption = 2, in_validate_cert = 0, out_method = 1",
        [servers, imaps],
    ).rowcount
assert changed == count, f"{changed} mailboxes, not {count}"

(folder / "logins").write_text(
    "".join(
        f"imaps://127.0.0.{1 + number % servers}:{imaps}/INBOX --user {user}:{password}\n"
        for number, (user, password) in enumerate(users)
    )
)
if silent and os.fork() == 0:
    # The kernel takes the connections; nobody reads from them.
    listening = [socket.create_server((f"127.0.0.{servers - number}", imaps), backlog=1024) for number in range(silent)]
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)
(folder / "ready").write_text("ready")
os.execv("/usr/sbin/dovecot", ["dovecot", "-F", "-c", str(folder / "dovecot.conf")])
