#!/usr/bin/env bash
# npm modern-tar 0.8.6: a file dated before 1970 is lost, its content taken for the next header.
#
# Expected: GNU tar (1.34, Debian 12) writes a date before 1970 as a negative number in binary, in its
#   default format; tar lists it, and so does Python's tarfile.
# Seen: unpackTar passes over that header without an error, and takes the file's content for the next one:
#   there is a member whose name is the first lines of the file, with no content, and none with the file's
#   name. With `--format=pax`, where the date is a text, all members come.
# Matters: a time zone applied to the date 0 (1969-12-31 23:00) or a clock that was off make such dates.
#   The .env is not found in such a backup, but its key stands in the list of names, which tools print
#   and log.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" modern-tar@0.8.6
mkdir www
echo first > www/a
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > www/.env
echo last > www/z
touch -d '2026-01-01 00:00:00 UTC' www/a www/z
pack() { tar --format="$2" -cf "$1.tar" www/a www/.env www/z; }
touch -d '1970-01-01 00:00:00 UTC' www/.env
pack zero gnu
touch -d '1969-12-31 23:00:00 UTC' www/.env
pack before gnu
pack before-pax pax
cat > try.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { unpackTar } from 'modern-tar';
for (const name of ['zero', 'before', 'before-pax']) {
  const entries = await unpackTar(readFileSync(`${name}.tar`));
  for (const { header, data } of entries) console.log(`modern-tar: ${name}: ${JSON.stringify(header.name)}, ${data ? data.length : 'no'} bytes`);
}
JS
seen=$(
  for name in zero before before-pax; do
    echo "tar: $name: $(tar -tf "$name.tar" | paste -sd ' ' -)"
    echo "tarfile: $name: $(python3 -c 'import sys, tarfile; print(*tarfile.open(sys.argv[1]).getnames())' "$name.tar")"
  done
  node try.mjs
)
want='tar: zero: www/a www/.env www/z
tarfile: zero: www/a www/.env www/z
tar: before: www/a www/.env www/z
tarfile: before: www/a www/.env www/z
tar: before-pax: www/a www/.env www/z
tarfile: before-pax: www/a www/.env www/z
modern-tar: zero: "www/a", 6 bytes
modern-tar: zero: "www/.env", 60 bytes
modern-tar: zero: "www/z", 5 bytes
modern-tar: before: "www/a", 6 bytes
modern-tar: before: "APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=\n", 0 bytes
modern-tar: before: "www/z", 5 bytes
modern-tar: before-pax: "www/a", 6 bytes
modern-tar: before-pax: "www/.env", 60 bytes
modern-tar: before-pax: "www/z", 5 bytes'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
