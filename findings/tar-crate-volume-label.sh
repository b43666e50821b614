#!/usr/bin/env bash
# crate tar 0.4.46: an archive with a volume label is an error at its first header.
#
# Expected: `tar -V` of GNU tar (1.34, Debian 12) puts a label in front, an entry without content whose
#   size field it leaves empty; GNU tar lists and extracts such archives, and the crate knows GNU's
#   other entry types.
# Seen: "numeric field was not a number: when getting size for ..."; the iteration gives nothing after
#   it, so the files behind the label cannot be had. Python's tarfile reads the same archive.
# Matters: labels are what backups to tape and scripts with a date on every archive have. A search for
#   an old APP_KEY that uses the crate calls the whole archive damaged, while it is sound.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir www src
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > www/.env
tar --format=gnu -cf plain.tar www/.env
tar --format=gnu -V 'helpdesk 2026-01-01' -cf labelled.tar www/.env
cat > Cargo.toml <<'TOML'
[package]
name = "try"
version = "0.0.0"
edition = "2021"
[dependencies]
tar = "=0.4.46"
TOML
cat > src/main.rs <<'RS'
fn main() {
    for archive in ["plain", "labelled"] {
        let file = std::fs::File::open(format!("{archive}.tar")).unwrap();
        for entry in tar::Archive::new(file).entries().unwrap() {
            match entry {
                Ok(entry) => println!("{archive}: {}", entry.path().unwrap().display()),
                Err(e) => println!("{archive}: {}", e.to_string().trim_end()),
            }
        }
    }
}
RS
CARGO_TARGET_DIR="$dir/target" cargo build -q
seen=$(
  target/debug/try
  echo "by GNU tar: $(tar -tf labelled.tar | paste -sd, -)"
  echo "by Python: $(python3 -c 'import tarfile; print(",".join(tarfile.open("labelled.tar").getnames()))')"
)
want='plain: www/.env
labelled: numeric field was not a number:  when getting size for helpdesk 2026-01-01
by GNU tar: helpdesk 2026-01-01,www/.env
by Python: helpdesk 2026-01-01,www/.env'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
