#!/usr/bin/env bash
# npm nanotar 0.3.0: the list of an archive ends at a volume label, and at a file with many holes.
#
# Expected: GNU tar (1.34, Debian 12) puts a label (`tar -V`) in front of the files, and behind the header
#   of a sparse file more blocks with the rest of its map; nanotar has names for both kinds of entries.
# Seen: parseTar returns the entries up to there and no more, without an error. A label's empty field of
#   the size is no number, so that nothing is read behind it; of the sparse file the map counts as content,
#   and the reading goes on in its middle. A sparse file of few holes hides nothing.
# Matters: labels are what dated backups have, and -S is given for the sake of large logs and databases. An
#   .env behind one is not in the list, in an archive that GNU tar calls sound.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" nanotar@0.3.0
mkdir www
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > www/.env
for holes in 2 9; do
  for n in $(seq "$holes"); do printf x | dd of="www/holes-$holes" bs=1 seek=$((n * 100000)) conv=notrunc status=none; done
done
tar --format=gnu -V 'helpdesk 2026-01-01' -cf label.tar www/.env
tar --format=gnu -S -cf few.tar www/holes-2 www/.env
tar --format=gnu -S -cf many.tar www/holes-9 www/.env
tar --format=gnu -cf plain.tar www/holes-9 www/.env
cat > try.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { parseTar } from 'nanotar';
for (const name of ['plain', 'label', 'few', 'many']) {
  const bytes = new Uint8Array(readFileSync(`${name}.tar`));
  console.log(`nanotar: ${name}: ${parseTar(bytes).map(entry => entry.name).join(', ')}`);
}
JS
seen=$(
  for name in plain label few many; do echo "tar: $name: $(tar -tf "$name.tar" | paste -sd , - | sed 's/,/, /g')"; done
  node try.mjs
)
want='tar: plain: www/holes-9, www/.env
tar: label: helpdesk 2026-01-01, www/.env
tar: few: www/holes-2, www/.env
tar: many: www/holes-9, www/.env
nanotar: plain: www/holes-9, www/.env
nanotar: label: helpdesk 2026-01-01
nanotar: few: www/holes-2, www/.env
nanotar: many: www/holes-9'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
