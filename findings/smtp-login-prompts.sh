#!/usr/bin/env bash
# crate lettre 0.11.23, npm smtp-client 0.4.0, simplesmtp 0.3.35: AUTH LOGIN works with one wording of the two prompts.
#
# One would think: as the server asks twice, in this order, a client that can do LOGIN gets through by any server.
# Expected: there is no RFC; draft-murchison-sasl-login names two prompts, and lets the client pass over what they say.
#   nodemailer does, and so does FreeScout's Swift Mailer: the code 334 is all that they look at.
# Seen: with an empty prompt, or one in German, lettre says "Could not read auth challenge" or "Unrecognized challenge".
#   simplesmtp and smtp-client want VXNlcm5hbWU6 letter by letter, so the draft's own "User Name" will not do either;
#   the error of smtp-client is the prompt, which may be nothing at all. None has sent the password.
# Matters: the server says nothing of a wrong password, and there is none: FreeScout sends its mails with it. Who tests
#   an address after a rescue with a tool made of these goes on to ask for another password.
set -eu
dir=$(mktemp -d)
server=
trap 'kill $server 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" smtp-client@0.4.0 simplesmtp@0.3.35 nodemailer@7.0.11
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
        .authentication(vec![Mechanism::Login])
        .credentials(Credentials::new("support@example.org".into(), "secret".into()))
        .build();
    match transport.test_connection() {
        Ok(_) => println!("logged in"),
        Err(error) => println!("{error}"),
    }
}
RS
cat > server.py <<'PY'
import base64
import os
import socketserver


class Smtp(socketserver.StreamRequestHandler):
    """Asks with the two prompts of the file `prompts`."""

    def ask(self, prompt):
        self.wfile.write(b"334 " + base64.b64encode(prompt.encode()) + b"\r\n")
        return base64.b64decode(self.rfile.readline())

    def handle(self):
        self.wfile.write(b"220 mail.example.org\r\n")
        for line in self.rfile:
            word = line.split(b" ")[0].strip().upper()
            if word == b"AUTH":
                with open("prompts") as prompts:
                    given = [self.ask(prompt) for prompt in prompts.read().split(",")]
                right = given == [b"support@example.org", b"secret"]
                self.wfile.write(b"235 welcome\r\n" if right else b"535 no\r\n")
            elif word == b"EHLO":
                self.wfile.write(b"250-mail.example.org\r\n250 AUTH LOGIN\r\n")
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
cat > try.js <<'JS'
const [name, port] = process.argv.slice(2);
const told = error => { console.log(error ? error.message || 'an error without a text' : 'logged in'); process.exit(); };
const user = 'support@example.org', pass = 'secret', host = '127.0.0.1';
if (name === 'smtp-client') {
  const client = new (require('smtp-client').SMTPClient)({ host, port });
  client.connect().then(() => client.greet({ hostname: 'localhost' }))
    .then(() => client.authLogin({ username: user, password: pass })).then(() => told(), told);
} else if (name === 'simplesmtp') {
  const client = require('simplesmtp').connect(port, host, { auth: { user, pass }, ignoreTLS: true });
  client.on('idle', () => told()).on('error', told);
} else {
  require('nodemailer').createTransport({ host, port, auth: { user, pass } }).verify(told);
}
JS
CARGO_TARGET_DIR="$dir/target" cargo build -q
python3 server.py &
server=$!
for _ in $(seq 50); do [ -s port ] || sleep 0.1; done
port=$(cat port)
seen=$(
  for prompts in 'Username:,Password:' 'User Name,Password' 'Benutzername:,Kennwort:' ','; do
    printf '%s' "$prompts" > prompts
    echo "asked with \"$prompts\""
    echo "  lettre: $(timeout 20 target/debug/try "$port")"
    for name in smtp-client simplesmtp nodemailer; do
      echo "  $name: $(timeout 20 node --no-deprecation try.js $name "$port")"
    done
  done
)
want='asked with "Username:,Password:"
  lettre: logged in
  smtp-client: logged in
  simplesmtp: logged in
  nodemailer: logged in
asked with "User Name,Password"
  lettre: logged in
  smtp-client: VXNlciBOYW1l
  simplesmtp: Invalid login sequence while waiting for "334 VXNlcm5hbWU6" - 334 VXNlciBOYW1l
  nodemailer: logged in
asked with "Benutzername:,Kennwort:"
  lettre: internal client error: Unrecognized challenge
  smtp-client: QmVudXR6ZXJuYW1lOg==
  simplesmtp: Invalid login sequence while waiting for "334 VXNlcm5hbWU6" - 334 QmVudXR6ZXJuYW1lOg==
  nodemailer: logged in
asked with ","
  lettre: response error: Could not read auth challenge
  smtp-client: an error without a text
  simplesmtp: Invalid login sequence while waiting for "334 VXNlcm5hbWU6" - 334
  nodemailer: logged in'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
