#!/usr/bin/env bash
# nginx 1.22.1 (Debian 12), mail proxy: a POP3 password of more than 121 characters is an invalid command.
#
# Expected: RFC 2449, section 4: a server with CAPA takes commands of 255 octets, which leaves 248 for the
#   password. nginx has CAPA, and by IMAP it passes on what it is given.
# Seen: `PASS` with 122 characters is answered "-ERR invalid command", before anybody is asked whether the
#   password is right. The buffer has 128 bytes and, other than imap_client_buffer, no setting.
# Matters: FreeScout's form takes passwords of 255 characters, and app passwords made by machines can be
#   long. The mailbox works by IMAP and is refused by POP3, with a message that accuses the client; a
#   check after a recovery must not read it as "wrong password".
set -eu
export DEBIAN_FRONTEND=noninteractive
[ -e /usr/lib/nginx/modules/ngx_mail_module.so ] ||
  apt-get -qq install -y nginx=1.22.1-9+deb12u11 libnginx-mod-mail=1.22.1-9+deb12u11 > /dev/null
dir=$(mktemp -d)
servers=
trap 'kill $(cat "$dir/nginx.pid" 2> /dev/null) "$servers" 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
chmod 755 .
cat > servers.py <<'PY'
import http.server
import os
import socketserver
import threading


class Mail(socketserver.StreamRequestHandler):
    """Says yes to any login, by POP3 or IMAP."""

    def handle(self):
        self.wfile.write(b"+OK ready\r\n" if self.server is pop3 else b"* OK ready\r\n")
        tag = b"*"
        for line in self.rfile:
            if self.server is pop3:
                self.wfile.write(b"+OK in\r\n")
            elif line.rstrip().endswith(b"}"):
                tag = line.split()[0] if b"LOGIN" in line else tag
                self.wfile.write(b"+ go on\r\n")
            else:
                self.wfile.write(tag + b" OK in\r\n")


class Auth(http.server.BaseHTTPRequestHandler):
    """Tells nginx the mail server, for any password."""

    def do_GET(self):
        server = pop3 if self.headers["Auth-Protocol"] == "pop3" else imap
        self.send_response(200)
        self.send_header("Auth-Status", "OK")
        self.send_header("Auth-Server", "127.0.0.1")
        self.send_header("Auth-Port", str(server.server_address[1]))
        self.end_headers()

    def log_message(self, *_):
        pass


socketserver.ThreadingTCPServer.daemon_threads = True
pop3 = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
imap = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
auth = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Auth)
for server in pop3, imap:
    threading.Thread(target=server.serve_forever, daemon=True).start()
spare = [socketserver.TCPServer(("127.0.0.1", 0), Mail) for _ in range(2)]
ports = [server.server_address[1] for server in [auth, *spare]]
for server in spare:
    server.server_close()
open("ports.new", "w").write(" ".join(map(str, ports)) + "\n")
os.rename("ports.new", "ports")
auth.serve_forever()
PY
python3 servers.py &
servers=$!
for _ in $(seq 50); do [ -s ports ] || sleep 0.1; done
read -r auth pop3 imap < ports
cat > nginx.conf <<CONF
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
pid $dir/nginx.pid;
error_log $dir/error.log;
events {}
mail {
  auth_http 127.0.0.1:$auth/;
  server { listen 127.0.0.1:$pop3; protocol pop3; }
  server { listen 127.0.0.1:$imap; protocol imap; }
}
CONF
nginx -c "$dir/nginx.conf"
cat > client.py <<'PY'
import imaplib
import poplib
import sys

for length in 16, 121, 122, 248:
    client = poplib.POP3("127.0.0.1", int(sys.argv[1]), timeout=10)
    client.user("support")
    try:
        answer = client.pass_("x" * length).decode()
    except poplib.error_proto as error:
        answer = error.args[0].decode()
    print(length, "by POP3:", answer)
client = imaplib.IMAP4("127.0.0.1", int(sys.argv[2]), timeout=10)
print(248, "by IMAP:", client.login("support", "x" * 248)[0])
PY
seen=$(python3 client.py "$pop3" "$imap")
want='16 by POP3: +OK in
121 by POP3: +OK in
122 by POP3: -ERR invalid command
248 by POP3: -ERR invalid command
248 by IMAP: OK'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
