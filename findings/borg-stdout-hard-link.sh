#!/usr/bin/env bash
# borg 1.2.4 (Debian 12): `borg extract --stdout` prints nothing for the second name of a file.
#
# Expected: "write all extracted data to stdout". The archive lists both names with their size, and
#   extracting either one to a folder gives the whole content.
# Seen: only the name that came first into the archive is printed. For the other one: no byte, no
#   warning, exit code 0.
# Matters: `borg extract --stdout REPO::ARCHIVE .../.env` is the quick way to look for an old APP_KEY in
#   many archives. Where .env has a second name (a copy made by `cp -l`, deployments by hard links) the
#   loop over the archives says "no key here" for the very file that holds it.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v borg > /dev/null || apt-get -qq install -y borgbackup=1.2.4-1 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export BORG_BASE_DIR="$dir/home" BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
mkdir www
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > www/.env
ln www/.env www/.env.production
borg init --encryption none repo
borg create repo::a www
seen=$(
  borg --version
  for name in .env .env.production; do
    echo "$name to standard output: $(borg extract --stdout repo::a "www/$name" | wc -c) bytes"
    rm -rf out && mkdir out
    (cd out && borg extract ../repo::a "www/$name")
    echo "$name to a folder: $(wc -c < "out/www/$name") bytes"
  done
)
want='borg 1.2.4
.env to standard output: 60 bytes
.env to a folder: 60 bytes
.env.production to standard output: 0 bytes
.env.production to a folder: 60 bytes'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
