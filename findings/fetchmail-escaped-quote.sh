#!/usr/bin/env bash
# fetchmail 6.4.37 (Debian 12): with an escaped quote inside, the quotes around a password belong to it.
#
# Expected: the manual page: a text may be set in double quotes, and backslash escapes "embed non-
#   printable characters or string delimiters in strings". So "q\"x" is the password q"x.
# Seen: the server gets PASS "q"x" with the outer quotes. With a blank in the text as well, the file is a
#   syntax error. Written as "q\x22x", or in single quotes, the password is right.
# Matters: FreeScout's passwords may hold a quote. Who lets fetchmail collect the mail while the helpdesk
#   is down, or tries a recovered password with it, is refused by the server and takes the password for
#   the wrong one.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v fetchmail > /dev/null || apt-get -qq install -y fetchmail=6.4.37-1 > /dev/null
dir=$(mktemp -d)
trap 'kill "$server" 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
cat > server.py <<'PY'
import socketserver


class Pop3(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"+OK ready\r\n")
        for line in self.rfile:
            word = line.split()[0].upper()
            if word == b"PASS":
                open("got", "wb").write(line.rstrip(b"\r\n"))
            if word == b"CAPA":
                self.wfile.write(b"+OK\r\nUSER\r\n.\r\n")
            else:
                self.wfile.write(b"+OK 0 0\r\n")
            if word == b"QUIT":
                return


server = socketserver.TCPServer(("127.0.0.1", 0), Pop3)
open("port.new", "w").write(str(server.server_address[1]))
__import__("os").rename("port.new", "port")
server.serve_forever()
PY
python3 server.py &
server=$!
for _ in $(seq 50); do [ -s port ] || sleep 0.1; done
try() {
  rm -f got
  echo "poll 127.0.0.1 port $(cat port) protocol pop3 user support password $1 sslproto \"\" mda true" > rc
  chmod 600 rc
  HOME=$dir FETCHMAILHOME=$dir timeout 20 fetchmail -f rc --nosyslog --nodetach > out 2>&1 || :
  if [ -s got ]; then
    echo "$1 -> $(cat got)"
  else
    echo "$1 -> $(grep -o 'syntax error' out)"
  fi
}
seen=$(
  try '"q x"'
  try '"q\x22x"'
  try "'q\"x'"
  try '"q\"x"'
  try '"q\" x"'
)
want='"q x" -> PASS q x
"q\x22x" -> PASS q"x
'\''q"x'\'' -> PASS q"x
"q\"x" -> PASS "q"x"
"q\" x" -> syntax error'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
