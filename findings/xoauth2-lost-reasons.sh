#!/usr/bin/env bash
# crate lettre 0.11.23, npm emailjs 5.0.3: when a server refuses an access token, its reason is never shown.
#
# One would think: a refused token is reported with the code and text of the server, like a refused password.
# Expected: the description of XOAUTH2 by Google and by Microsoft: a refusal comes in two parts, a 334 with a JSON text
#   in base64, then, after an empty line from the client, the 535 with the reason. nodemailer does so and shows the 535.
# Seen: both break off at the 334, so the 535 never comes. lettre says "internal client error: This mechanism does not
#   expect a challenge"; the error of emailjs is the base64 text behind "bad response on command 'AUTH'".
# Matters: whether the token of a FreeScout mailbox has expired, its account is locked, or SMTP is switched off for the
#   tenant stands in the 535 alone. By lettre all three read like a fault of the program.
set -eu
dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" emailjs@5.0.3 nodemailer@7.0.11
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "try"
version = "0.0.0"
edition = "2021"
[dependencies]
lettre = { version = "=0.11.23", default-features = false, features = ["smtp-transport"] }
TOML
cat > src/main.rs <<'RS'
use lettre::transport::smtp::authentication::{Credentials, Mechanism};

fn main() {
    let port = std::env::args().nth(1).unwrap().parse().unwrap();
    let transport = lettre::SmtpTransport::builder_dangerous("127.0.0.1")
        .port(port)
        .authentication(vec![Mechanism::Xoauth2])
        .credentials(Credentials::new("support@example.org".into(), "token".into()))
        .build();
    match transport.test_connection() {
        Ok(_) => println!("lettre: logged in"),
        Err(error) => println!("lettre: {error}"),
    }
}
RS
cat > server.py <<'PY'
import base64
import os
import socketserver

REFUSAL = base64.b64encode(b'{"status":"401","schemes":"bearer"}')


class Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 mail.example.org\r\n")
        for line in self.rfile:
            word = line.split(b" ")[0].strip().upper()
            if word == b"AUTH":
                self.wfile.write(b"334 " + REFUSAL + b"\r\n")
                answer = self.rfile.readline()
                with open("answers", "a") as answers:
                    answers.write("an empty line\n" if answer == b"\r\n" else "nothing\n")
                self.wfile.write(b"535 5.7.139 the user account is locked\r\n")
            elif word == b"EHLO":
                self.wfile.write(b"250-mail.example.org\r\n250 AUTH XOAUTH2\r\n")
            else:
                self.wfile.write(b"250 OK\r\n")


class Server(socketserver.TCPServer):
    def handle_error(self, *about):
        """A client that is gone is no error here."""


server = Server(("127.0.0.1", 0), Smtp)
with open("port.new", "w") as port:
    port.write(str(server.server_address[1]))
os.rename("port.new", "port")
server.serve_forever()
PY
cat > try.mjs <<'JS'
import { SMTPConnection } from 'emailjs';
import nodemailer from 'nodemailer';

const [name, port] = process.argv.slice(2);
const told = error => { console.log(`${name}: ${error ? error.message : 'logged in'}`); process.exit(); };
const user = 'support@example.org';
if (name === 'emailjs') {
  const client = new SMTPConnection({ host: '127.0.0.1', port, user, password: 'token', authentication: ['XOAUTH2'] });
  client.connect(error => (error ? told(error) : client.login(told, user, 'token')));
} else {
  nodemailer.createTransport({ host: '127.0.0.1', port, auth: { type: 'OAuth2', user, accessToken: 'token' } }).verify(told);
}
JS
CARGO_TARGET_DIR="$dir/target" cargo build -q
python3 server.py &
server=$!
for _ in $(seq 50); do [ -s port ] || sleep 0.1; done
port=$(cat port)
seen=$(
  timeout 20 target/debug/try "$port"
  timeout 20 node try.mjs emailjs "$port"
  timeout 20 node try.mjs nodemailer "$port" | cut -d' ' -f1-6
  sed -n '1s/^/lettre sends /p; 2s/^/emailjs sends /p; 3s/^/nodemailer sends /p' answers
)
want="lettre: internal client error: This mechanism does not expect a challenge
emailjs: authorization.failed (bad response on command 'AUTH': eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=)
nodemailer: Invalid login: 535 5.7.139 the
lettre sends nothing
emailjs sends nothing
nodemailer sends an empty line"
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
