#!/usr/bin/env bash
# imapfilter 2.8.1 (Debian 12): in a password the quote is escaped for the server, the backslash is not.
#
# Expected: RFC 3501, section 9: in a quoted text both are written with a backslash before them, as FreeScout
#   and other clients do.
# Seen: pa\ss is sent as "pa\ss", which is bad syntax; a server that is lenient reads pass. A quote alone
#   goes out right.
# Matters: a recovered mailbox password with a backslash, put into imapfilter's configuration to look into
#   the mailbox or to sort it meanwhile, is refused, though it is right (in Lua it was written with two
#   backslashes, as it has to be).
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v imapfilter > /dev/null || apt-get -qq install -y imapfilter=1:2.8.1-1 > /dev/null
dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
cat > server.py <<'PY'
import os
import re
import socketserver


class Imap(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, command = line.split()[:2]
            if command == b"CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            if command == b"LOGIN":
                quoted = line.split(b" ", 3)[3].strip()
                # What is between the quotes, by RFC 3501.
                whole = re.fullmatch(rb'"(([^"\\]|\\["\\])*)"', quoted)
                read = re.sub(rb"\\(.)", rb"\1", whole[1]) if whole else b"bad syntax"
                with open("got", "wb") as got:
                    got.write(b"sent %s, read: %s\n" % (quoted, read))
            self.wfile.write(tag + (b" NO no\r\n" if command == b"LOGIN" else b" OK done\r\n"))


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
  for password in 'plain' 'a"b' 'pa\ss'; do
    rm -f got
    cat > filter.lua <<LUA
options.timeout = 5
mailbox = IMAP { server = '127.0.0.1', port = $(cat port), username = 'support', password = [[$password]] }
mailbox:list_all()
LUA
    HOME=$dir timeout 20 imapfilter -c filter.lua < /dev/null > /dev/null 2>&1 || :
    echo "$password: $(cat got)"
  done
)
want='plain: sent "plain", read: plain
a"b: sent "a\"b", read: a"b
pa\ss: sent "pa\ss", read: bad syntax'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
