#!/usr/bin/env bash
# crate dockerfile-parser 0.9.0: a `\$` in quotes, or an empty value, makes the whole Dockerfile an error.
#
# Expected: the reference of Dockerfiles writes a dollar sign that is no variable as `\$`, a blank in a bare value as
#   `\ `, and takes `NAME=` for an empty value.
# Seen: "error unescaping string: UnrecognizedEscape" for the first, without file, line or name; a parse error for the
#   other two. No instruction of the file is had, not even FROM.
# Matters: an image of one's own for FreeScout has its database password in such a line. Who looks for APP_KEY in
#   the Dockerfile by this crate learns nothing, though it stands in a line without any escape.
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
dockerfile-parser = "=0.9.0"
TOML
cat > src/main.rs <<'RS'
use dockerfile_parser::Dockerfile;

fn main() {
    for value in [r#""pa ss""#, r#""pa\$ss""#, r"pa\ ss", ""] {
        let text = format!("FROM example/freescout\nENV APP_KEY=base64:abc=\nENV DB_PASS={value}\n");
        match Dockerfile::parse(&text) {
            Ok(file) => println!("[{value}] {} instructions", file.instructions.len()),
            Err(why) => println!("[{value}] {}", why.to_string().lines().next().unwrap_or_default()),
        }
    }
}
RS
seen=$(CARGO_TARGET_DIR=$dir/target cargo run --quiet)
printf '%s\n' "$seen"
want='["pa ss"] 3 instructions
["pa\$ss"] error unescaping string: UnrecognizedEscape
[pa\ ss] could not parse Dockerfile:  --> 3:17
[] could not parse Dockerfile:  --> 3:13'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
