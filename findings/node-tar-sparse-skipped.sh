#!/usr/bin/env bash
# npm tar 7.5.23: a file that GNU tar stored as sparse is neither listed nor extracted, not even with `strict`.
#
# Expected: an entry of a type that is not supported raises TAR_ENTRY_UNSUPPORTED, as the README says, and
#   with `strict: true` a warning is an error.
# Seen: for a member stored with -S of GNU tar (1.34, Debian 12) there is no file, no warning and no error,
#   and the promise of tar.x resolves. In the pax format the same file is made under the name
#   GNUSparseFile.N/.env, and begins with the map of its holes.
# Matters: with -S any file with a hole is stored so, such as a log that was cut while its writer went on at
#   its old place. A restore by this library misses files of a sound backup without a word, and a look
#   for an old .env in its list does not find it.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" tar@7.5.23
mkdir www
truncate -s 65536 www/.env
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' >> www/.env
echo other > www/other
tar --format=gnu -cf plain.tar www
tar --format=gnu -S -cf sparse.tar www
tar --format=pax -S -cf pax-sparse.tar www
cat > try.mjs <<'JS'
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { t, x } from 'tar';
// The number in GNUSparseFile.N is that of a process; a folder may come before or behind its files.
const tell = names => names.map(name => name.replace(/\.\d+/, '.N')).sort().join(' ');
for (const name of ['plain', 'sparse', 'pax-sparse']) {
  const words = [];
  const options = { file: `${name}.tar`, strict: true, onwarn: code => words.push(code) };
  const listed = [];
  await t({ ...options, onReadEntry: entry => { if (entry.type !== 'Directory') listed.push(entry.path); } });
  mkdirSync(name);
  await x({ ...options, cwd: name }).catch(e => words.push(e.message));
  const files = readdirSync(name, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const made = files.map(file => `${file.parentPath ?? file.path}/${file.name}`);
  console.log(`${name}: listed ${tell(listed)}; made ${tell(made)}; ${words.length} warnings`);
  for (const file of made.filter(file => file.endsWith('.env'))) console.log(`  .env has ${readFileSync(file).length} bytes`);
}
JS
seen=$(
  for name in plain sparse pax-sparse; do echo "tar: $name: $(tar -tf "$name.tar" | grep -v '/$' | sort | paste -sd ' ' -)"; done
  node try.mjs
)
want='tar: plain: www/.env www/other
tar: sparse: www/.env www/other
tar: pax-sparse: www/.env www/other
plain: listed www/.env www/other; made plain/www/.env plain/www/other; 0 warnings
  .env has 65596 bytes
sparse: listed www/other; made sparse/www/other; 0 warnings
pax-sparse: listed www/GNUSparseFile.N/.env www/other; made pax-sparse/www/GNUSparseFile.N/.env pax-sparse/www/other; 0 warnings
  .env has 572 bytes'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
