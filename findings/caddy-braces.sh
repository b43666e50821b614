#!/usr/bin/env bash
# Caddy 2.6.2 (Debian 12): of a variable for PHP all between braces is cut out, in quotes and backquotes as well.
#
# One would think: `env NAME value` of php_fastcgi hands the value to PHP; a placeholder that Caddy does not know is left
#   alone, as `respond` leaves it, and backquotes are for texts to be taken as they stand.
# Expected: the variable is what stands in the Caddyfile, or `caddy validate` complains.
# Seen: PHP gets "paword" for pa{ss}word, however it is quoted, without a word at the start or in the log. A lone brace
#   stays. Only `\{` saves the pair.
# Matters: variables of the process beat FreeScout's .env. A DB_PASSWORD with two braces, carried over from a working
#   .env into the Caddyfile, is another password on web pages, while `artisan` on the command line still logs in.
set -eu
dir=$(mktemp -d)
started=
trap 'kill $started 2> /dev/null || :; wait; rm -rf "$dir"' EXIT
cd "$dir"
chmod 755 .
apt-get -qq download caddy 2> /dev/null
dpkg-deb -x caddy_*.deb debian
mkdir public
echo '<?php' > public/index.php
cat > responder.py <<'PY'
"""A FastCGI server in the place of PHP-FPM: answers with the variables DESK_* that it is given."""
import os
import socketserver
import struct


def number(text, at):
    if text[at] < 128:
        return text[at], at + 1
    return struct.unpack(">I", text[at:at + 4])[0] & 0x7FFFFFFF, at + 4


class FastCgi(socketserver.StreamRequestHandler):
    def handle(self):
        given = b""
        while True:
            _, kind, request, length, padding, _ = struct.unpack(">BBHHBB", self.rfile.read(8))
            content = self.rfile.read(length)
            self.rfile.read(padding)
            if kind == 4:
                given += content
            elif kind == 5 and not length:
                break
        lines, at = [], 0
        while at < len(given):
            name, at = number(given, at)
            value, at = number(given, at)
            if given[at:at + name].startswith(b"DESK_"):
                lines.append(given[at:at + name] + b"=[" + given[at + name:at + name + value] + b"]\n")
            at += name + value
        answer = b"Content-Type: text/plain\r\n\r\n" + b"".join(sorted(lines))
        for kind, content in ((6, answer), (6, b""), (3, bytes(8))):
            self.wfile.write(struct.pack(">BBHHBB", 1, kind, request, len(content), 0, 0) + content)


server = socketserver.TCPServer(("127.0.0.1", 0), FastCgi)
with open("port.new", "w") as port:
    port.write(str(server.server_address[1]))
os.rename("port.new", "port")
server.serve_forever()
PY
python3 responder.py &
started=$!
for _ in $(seq 50); do [ -s port ] || sleep 0.1; done
cat > Caddyfile <<CADDY
{
	admin off
	auto_https off
}
http:// {
	bind unix/$dir/socket
	root * $dir/public
	route /respond {
		respond "pa{ss}word"
	}
	php_fastcgi 127.0.0.1:$(cat port) {
		env DESK_BACKQUOTES \`pa{ss}word\`
		env DESK_BARE pa{ss}word
		env DESK_ESCAPED "pa\{ss}word"
		env DESK_ONE_BRACE "pa{ssword"
		env DESK_QUOTES "pa{ss}word"
	}
}
CADDY
export HOME=$dir
debian/usr/bin/caddy validate --config Caddyfile > log.txt 2>&1
debian/usr/bin/caddy run --config Caddyfile >> log.txt 2>&1 &
started="$started $!"
for _ in $(seq 50); do [ -S socket ] || sleep 0.1; done
seen=$(
  curl -s --noproxy '*' --unix-socket socket http://localhost/index.php
  echo "respond: $(curl -s --noproxy '*' --unix-socket socket http://localhost/respond)"
  echo "lines of the log about it: $(grep -c -i -e 'DESK_' -e placeholder log.txt || :)"
)
want='DESK_BACKQUOTES=[paword]
DESK_BARE=[paword]
DESK_ESCAPED=[pa{ss}word]
DESK_ONE_BRACE=[pa{ssword]
DESK_QUOTES=[paword]
respond: pa{ss}word
lines of the log about it: 0'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
