#!/usr/bin/env bash
# crate freedesktop_entry_parser 2.0.1: every backslash of a value comes back as a blank.
#
# Expected: its documentation names units of systemd among what it reads: a backslash at the end of a line joins it to
#   the next, and a value is modified in no other way, escapes included.
# Seen: a backslash in the middle of a line is replaced by a blank just as one at its end. Of pa\\ss, which is pa\ss to
#   systemd, two blanks are left in the place of the two, and \x20 is " x20". No error.
# Matters: a DB_PASSWORD or MAIL_PASSWORD in the unit of FreeScout's worker has its backslash doubled there, and a blank
#   may be written as \x20. Who takes the password from the unit with this crate to test it against the server is
#   refused, and takes the password for damaged.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > desk.service <<'UNIT'
[Service]
Environment=PLAIN=pass
Environment=DB_PASSWORD=pa\\ss
Environment=MAIL_FROM_NAME=Help\x20Desk
Environment=APP_ENV=production \
  APP_DEBUG=false
UNIT
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "try"
version = "0.0.0"
edition = "2021"

[dependencies]
freedesktop_entry_parser = "=2.0.1"
TOML
cat > src/main.rs <<'RS'
fn main() {
    let unit = freedesktop_entry_parser::parse_entry("desk.service").unwrap();
    for value in unit.section("Service").unwrap().attr("Environment") {
        println!("[{value}]");
    }
}
RS
seen=$(CARGO_TARGET_DIR=$dir/target cargo run --quiet)
printf '%s\n' "$seen"
want='[PLAIN=pass]
[DB_PASSWORD=pa  ss]
[MAIL_FROM_NAME=Help x20Desk]
[APP_ENV=production  APP_DEBUG=false]'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
