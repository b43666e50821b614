#!/usr/bin/env bash
# crate tar 0.4.46: a regular file that GNU tar stored as sparse is no file to `is_file`.
#
# Expected: `EntryType::is_file` "returns whether this type represents a regular file", and GNU tar's -S
#   only stores a regular file in another way: the crate reads it, holes and all.
# Seen: for such a member it says false, like for a folder or a link. In the pax format the same file
#   gets true, but the name GNUSparseFile.N/.env, and the map of the holes stands before the content.
# Matters: backups are made with -S for the sake of large logs and database files, and any file with a
#   hole is stored so. A search for old keys that goes by `is_file` passes over them without a word,
#   with the pax format it reads them under a name that is not theirs.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir www src
truncate -s 65536 www/.env
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' >> www/.env
for format in gnu pax; do
  tar --format="$format" -cf "$format.tar" www/.env
  tar --format="$format" -S -cf "$format-sparse.tar" www/.env
done
cat > Cargo.toml <<'TOML'
[package]
name = "try"
version = "0.0.0"
edition = "2021"
[dependencies]
tar = "=0.4.46"
TOML
cat > src/main.rs <<'RS'
use std::io::Read;

fn main() {
    for archive in ["gnu", "gnu-sparse", "pax", "pax-sparse"] {
        let file = std::fs::File::open(format!("{archive}.tar")).unwrap();
        for entry in tar::Archive::new(file).entries().unwrap() {
            let mut entry = entry.unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            // The number in GNUSparseFile.N is that of a process.
            let name = entry.path().unwrap().to_string_lossy().replace(|c: char| c.is_ascii_digit(), "");
            let is_file = entry.header().entry_type().is_file();
            println!("{archive}: {name}, {} bytes, is_file {is_file}", content.len());
        }
    }
}
RS
CARGO_TARGET_DIR="$dir/target" cargo build -q
seen=$(target/debug/try)
want='gnu: www/.env, 65596 bytes, is_file true
gnu-sparse: www/.env, 65596 bytes, is_file false
pax: www/.env, 65596 bytes, is_file true
pax-sparse: www/GNUSparseFile./.env, 572 bytes, is_file true'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
