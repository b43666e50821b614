#!/usr/bin/env bash
# crates hostfile 1.1.1, hosts-parser 0.1.0: a comment close behind a name belongs to the name, and one address
#   without a name makes the whole of /etc/hosts an error.
#
# Expected: hosts(5): from a `#` to the end of the line all is a comment. glibc finds imap.example.org in the first
#   file below, and smtp.example.org in the second, where it passes over the line that names nothing.
# Seen: the first file has a host called imap.example.org#mail. Of the second neither crate gives any host.
# Matters: which server FreeScout talks to is settled by /etc/hosts before any name server. A tool with such a reader
#   says "unknown host", or asks a name server and tests the password against another machine.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
printf '192.0.2.5 imap.example.org#mail\n' > first
printf '192.0.2.5\n192.0.2.6 smtp.example.org\n' > second
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "try"
version = "0.0.0"
edition = "2021"

[dependencies]
hostfile = "=1.1.1"
hosts-parser = "=0.1.0"
TOML
cat > src/main.rs <<'RS'
use std::path::Path;

fn main() {
    for name in ["first", "second"] {
        match hostfile::parse_file(Path::new(name)) {
            Ok(entries) => println!("{name}, hostfile: {:?}", entries[0].names),
            Err(why) => println!("{name}, hostfile: {why}"),
        }
        match std::fs::read_to_string(name).unwrap().parse::<hosts_parser::HostsFile>() {
            Ok(file) => println!("{name}, hosts-parser: {:?}", file.lines[0].hosts()),
            Err(why) => println!("{name}, hosts-parser: {why}"),
        }
    }
}
RS
seen=$(CARGO_TARGET_DIR=$dir/target cargo run --quiet)
printf '%s\n' "$seen"
want='first, hostfile: ["imap.example.org#mail"]
first, hosts-parser: ["imap.example.org#mail"]
second, hostfile: Expected whitespace after IP at line 1 with content: '\''192.0.2.5'\''
second, hosts-parser: Error parsing hosts file'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
