#!/usr/bin/env bash
# crate dotenv-parser 0.1.3: one empty value makes the whole .env an error.
#
# Expected: `NAME=` is a name with an empty value to Laravel, to Docker and to every shell; so it should
#   be to a "parser for .env files".
# Seen: behind the `=` it wants at least one character, and as the file is parsed as a whole, no other
#   variable is had either. `NAME=""` is read.
# Matters: the .env of a FreeScout may well have an empty value, so a Rust tool that looks for APP_KEY
#   with this crate takes the file for broken and finds no key in it; and an install whose key was
#   emptied, the very case to find, cannot be told from a damaged file.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "try"
version = "0.0.0"
edition = "2021"
[dependencies]
dotenv-parser = "=0.1.3"
TOML
cat > src/main.rs <<'RS'
fn main() {
    for empty in ["DB_SOCKET=\"\"", "DB_SOCKET="] {
        let env = format!("APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=\n{empty}\n");
        match dotenv_parser::parse_dotenv(&env) {
            Ok(values) => println!("{empty} -> {} values", values.len()),
            Err(_) => println!("{empty} -> no values at all"),
        }
    }
}
RS
CARGO_TARGET_DIR="$dir/target" cargo build -q
seen=$(target/debug/try)
want='DB_SOCKET="" -> 2 values
DB_SOCKET= -> no values at all'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
