#!/usr/bin/env bash
# tcllib 1.21 (Debian 12), package imap4: a password goes out without quotes, and a euro sign as another byte.
#
# Expected: RFC 3501: a text with a blank, a quote or a parenthesis is no atom; a client sends it in quotes or
#   as a literal. By POP3, where no quotes are needed, the library sends such a password right.
# Seen: LOGIN is the command, a blank, the name, a blank, the password, whatever is in it. Of a character
#   above U+00FF the low byte is sent, one up to it goes out in Latin-1; that holds for both packages.
# Matters: passwords with blanks or quotes log in to the mailbox in FreeScout, which quotes them. The check
#   by a Tcl script gets "BAD" or "NO" for them and speaks of a wrong password.
set -eu
export DEBIAN_FRONTEND=noninteractive
[ -d /usr/share/tcltk/tcllib1.21/imap4 ] || apt-get -qq install -y tcl tcllib=1.21+dfsg-1 > /dev/null
dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
cat > server.py <<'PY'
import os
import socketserver
import threading


class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"* OK ready\r\n" if self.server is imap else b"+OK ready\r\n")
        for line in self.rfile:
            words = line.split()
            if b"LOGIN" in words or b"PASS" in words:
                with open("got", "ab") as got:
                    got.write(b"  " + line.rstrip().decode("latin-1").encode() + b"\n")
            self.wfile.write(words[0] + b" OK done\r\n" if self.server is imap else b"+OK 0 0\r\n")


socketserver.ThreadingTCPServer.daemon_threads = True
imap = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
pop3 = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)
threading.Thread(target=pop3.serve_forever, daemon=True).start()
with open("ports.new", "w") as ports:
    ports.write("%d %d\n" % (imap.server_address[1], pop3.server_address[1]))
os.rename("ports.new", "ports")
imap.serve_forever()
PY
python3 server.py &
server=$!
for _ in $(seq 50); do [ -s ports ] || sleep 0.1; done
cat > try.tcl <<'TCL'
package require imap4
package require pop3
lassign $argv imap pop3
foreach password [list plain "a b" "a\"b" "a\\b" "\u00e4" "\u20ac"] {
  catch {
    set channel [imap4::open 127.0.0.1 $imap]
    imap4::login $channel support $password
    close $channel
  }
  catch { close [pop3::open 127.0.0.1 support $password $pop3] }
}
TCL
read -r imap pop3 < ports
timeout 60 tclsh try.tcl "$imap" "$pop3"
seen=$(cat got)
want='  1 LOGIN support plain
  PASS plain
  1 LOGIN support a b
  PASS a b
  1 LOGIN support a"b
  PASS a"b
  1 LOGIN support a\b
  PASS a\b
  1 LOGIN support ä
  PASS ä
  1 LOGIN support ¬
  PASS ¬'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
