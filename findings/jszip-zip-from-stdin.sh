#!/usr/bin/env bash
# npm jszip 3.10.2: a zip that zip 3.0 (Debian 12) made from its standard input is "corrupted".
#
# Expected: `… | zip dump.zip -` writes the one member with the records of zip64, as its length is not
#   known at first; "unzip -t" and Python's zipfile call the file sound, and jszip knows zip64.
# Seen: "Corrupted zip or bug: expected 1 records in central dir, got 0". Where zip writes to a pipe too
#   (`zip - -`, or no names at all), and where it opens the file by its name, jszip reads the same content.
# Matters: `mysqldump … | zip dump.zip -` is a common line in backup scripts. A search for an old key, or
#   for what the database held, takes such dumps for damaged ones and passes on.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v zip > /dev/null || apt-get -qq install -y zip > /dev/null
command -v unzip > /dev/null || apt-get -qq install -y unzip > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" jszip@3.10.2
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > .env
zip -q name.zip .env
zip -q - .env > stdout.zip
zip -q stdin.zip - < .env
zip -q - - < .env | cat > both.zip
zip -q < .env | cat > plain-pipe.zip
cat > try.cjs <<'JS'
const { readFileSync } = require('node:fs');
const jszip = require('jszip');
(async () => {
  for (const name of ['name', 'stdout', 'stdin', 'both', 'plain-pipe']) {
    try {
      const files = Object.values((await jszip.loadAsync(readFileSync(`${name}.zip`))).files);
      for (const file of files) console.log(`jszip: ${name}: ${file.name} ${(await file.async('nodebuffer')).length}`);
    } catch (e) {
      console.log(`jszip: ${name}: ${e.message}`);
    }
  }
})();
JS
cat > try.py <<'PY'
import zipfile
for name in ["name", "stdout", "stdin", "both", "plain-pipe"]:
    with zipfile.ZipFile(name + ".zip") as archive:
        for member in archive.namelist():
            print(f"zipfile: {name}: {member} {len(archive.read(member))}")
PY
seen=$(
  for name in name stdout stdin both plain-pipe; do unzip -tqq "$name.zip" && echo "unzip -t: $name is sound"; done
  python3 try.py
  node try.cjs
)
want='unzip -t: name is sound
unzip -t: stdout is sound
unzip -t: stdin is sound
unzip -t: both is sound
unzip -t: plain-pipe is sound
zipfile: name: .env 60
zipfile: stdout: .env 60
zipfile: stdin: - 60
zipfile: both: - 60
zipfile: plain-pipe: - 60
jszip: name: .env 60
jszip: stdout: .env 60
jszip: stdin: Corrupted zip or bug: expected 1 records in central dir, got 0
jszip: both: - 60
jszip: plain-pipe: - 60'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
