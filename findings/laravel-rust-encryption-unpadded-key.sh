#!/usr/bin/env bash
# crate laravel-rust-encryption 0.1.0: an APP_KEY without its padding is invalid, and one without its
#   prefix valid; in Laravel it is the other way round.
#
# Expected: "resolves a key string, as found in a Laravel .env file". Laravel decodes what follows
#   `base64:` with PHP's lenient base64_decode (no padding needed, a line break does no harm), and takes
#   a text without the prefix as the key bytes themselves. The crate rebuilds just this leniency with
#   care for payloads.
# Seen: the key is decoded strictly: without `=`, or with a line break at the end as from a key file,
#   it is InvalidKey. 44 characters of base64 without the prefix are decoded; Laravel refuses them for
#   their length.
# Matters: keys come back from notes and screenshots without `=`, and as files with a line break. What
#   works in FreeScout is called invalid, and what is accepted here stops FreeScout when pasted in.
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
laravel-rust-encryption = "=0.1.0"
TOML
cat > src/main.rs <<'RS'
use laravel_rust_encryption::{Cipher, Encrypter};

fn main() {
    for key in [
        "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=",
        "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk",
        "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=\n",
        "dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=",
    ] {
        match Encrypter::from_app_key(key, Cipher::Aes256Cbc) {
            Ok(encrypter) => println!("{key:?} -> key of {} bytes", encrypter.key().len()),
            Err(error) => println!("{key:?} -> {error:?}"),
        }
    }
}
RS
seen=$(CARGO_TARGET_DIR=$dir/target cargo run --quiet)
want='"base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=" -> key of 32 bytes
"base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk" -> InvalidKey
"base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=\n" -> InvalidKey
"dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=" -> key of 32 bytes'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
