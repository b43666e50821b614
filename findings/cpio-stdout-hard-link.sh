#!/usr/bin/env bash
# GNU cpio 2.13 (Debian 12): `--to-stdout` prints nothing for all but the last name of a file.
#
# Expected: "Extract files to standard output", as extraction to a folder gives either name its content.
# Seen: the new format keeps the content with the last name only. To a folder cpio goes on until it has
#   found it; to standard output it prints nothing for the earlier name and exits with 0. An archive of
#   the same files in the old format prints both.
# Matters: cpio archives are what several server images and panels write. Who prints `.env` from one to
#   look for an old APP_KEY sees an empty file, though listing shows the name and the key is in there.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v cpio > /dev/null || apt-get -qq install -y cpio=2.13+dfsg-7.1 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir www
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > www/.env
ln www/.env www/.env.production
seen=$(
  cpio --version | sed -n 1p
  for format in bin newc; do
    printf '%s\n' www/.env www/.env.production | cpio --quiet -o -H "$format" > "$format.cpio"
    for name in .env .env.production; do
      echo "$format: $name to standard output: $(cpio --quiet -i --to-stdout "www/$name" < "$format.cpio" | wc -c) bytes"
    done
  done
  mkdir out
  cd out
  cpio --quiet -id www/.env < ../newc.cpio
  echo "newc: .env to a folder: $(wc -c < www/.env) bytes"
)
want='cpio (GNU cpio) 2.13
bin: .env to standard output: 60 bytes
bin: .env.production to standard output: 60 bytes
newc: .env to standard output: 0 bytes
newc: .env.production to standard output: 60 bytes
newc: .env to a folder: 60 bytes'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
