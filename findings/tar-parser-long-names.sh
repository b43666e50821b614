#!/usr/bin/env bash
# npm @remix-run/tar-parser 0.7.1, @obsidize/tar-browserify 6.3.2: a long path ends in a NUL.
#
# Expected: GNU tar, in its default format, keeps a path of more than 100 characters in an entry of its
#   own and ends it with a NUL as C texts are; the name is what stands before it.
# Seen: both hand out the NUL as the name's last character. Short paths, and long ones in the pax format,
#   come without.
# Matters: release folders and attachments of a helpdesk easily pass 100 characters. A search for names
#   that end in "/.env" passes over the very copy, and writing the file fails, since no file name may
#   hold a NUL; the archive is taken for one without the key.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" @remix-run/tar-parser@0.7.1 @obsidize/tar-browserify@6.3.2
path=srv/releases/2026-01-01T00-00-00Z-0123456789abcdef0123456789abcdef01234567/helpdesk.example.org/current/www
mkdir -p "$path"
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > "$path/.env"
cp "$path/.env" srv/.env
for format in gnu pax; do
  tar --format="$format" -cf "$format.tar" srv/.env "$path/.env"
done
cat > try.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { parseTar } from '@remix-run/tar-parser';
import { Archive } from '@obsidize/tar-browserify';
const tell = (library, names) => {
  for (const name of names) console.log(' ', library, name.length, JSON.stringify(name.slice(-9)), name.endsWith('/.env'));
};
for (const format of ['gnu', 'pax']) {
  const bytes = readFileSync(`${format}.tar`);
  console.log(format);
  const names = [];
  await parseTar(bytes, entry => { names.push(entry.name); });
  tell('@remix-run/tar-parser', names);
  tell('@obsidize/tar-browserify', (await Archive.extract(new Uint8Array(bytes))).entries.map(entry => entry.fileName));
}
JS
seen=$(node try.mjs)
want='gnu
  @remix-run/tar-parser 8 "srv/.env" true
  @remix-run/tar-parser 113 "www/.env\u0000" false
  @obsidize/tar-browserify 8 "srv/.env" true
  @obsidize/tar-browserify 113 "www/.env\u0000" false
pax
  @remix-run/tar-parser 8 "srv/.env" true
  @remix-run/tar-parser 112 "/www/.env" true
  @obsidize/tar-browserify 8 "srv/.env" true
  @obsidize/tar-browserify 112 "/www/.env" true'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
