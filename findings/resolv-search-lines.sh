#!/usr/bin/env bash
# npm resolv 1.0.0: search lists add up, a blank at the end is a domain without a name, and `domain` is not read.
#
# Expected: resolv.conf(5): of several lines with `search` or `domain` the last one wins; the names in a line are
#   separated by blanks.
# Seen: with two search lines all their domains are given, the first line's ahead. Behind "example.org " comes an
#   empty domain. A file that has `domain` gives no search list.
# Matters: a short name such as `db` or `mail` in FreeScout's settings is asked for with these domains. The file of a
#   container is often put together from two, so a tool with this reader asks for db.old.example first and
#   may test a password against another server than PHP does; an empty domain asks for the bare name.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund resolv@1.0.0
cat > read.js <<'JS'
const fs = require('fs');
const resolv = require('resolv');
const fromDisk = fs.readFileSync;

for (const text of [
  'search old.example\nsearch new.example\n',
  'search example.org \n',
  'domain example.org\n',
]) {
  fs.readFileSync = (path, ...rest) => path === '/etc/resolv.conf' ? text : fromDisk(path, ...rest);
  console.log(JSON.stringify(text), JSON.stringify(resolv().search));
}
JS
seen=$(node read.js)
printf '%s\n' "$seen"
want='"search old.example\nsearch new.example\n" ["old.example","new.example"]
"search example.org \n" ["example.org",""]
"domain example.org\n" []'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
