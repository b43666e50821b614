#!/usr/bin/env bash
# PyPI dimgx 0.2.4: what an opaque folder hides comes back, and a hard link gets the content of a later layer.
#
# Expected: the image specification: a file .wh..wh..opq hides all that lower layers have in that folder. A file that
#   is written anew in a layer is a file of its own; other names of the old one keep the old content.
# Seen: the mark is read as the removal of a file called `.wh..opq`, and the folder's old files are in the flattened
#   archive. A second name of a replaced file is written as a link to the new one. Plain whiteouts are right.
# Matters: to look for an old .env or APP_KEY in the layers of an image is one of the ways back. From this archive an
#   .env counts as the one in use that no container ever saw, and under the name of a copy made by a hard link
#   stands not the old key, but the new one. Read the layers one by one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install dimgx==0.2.4
mkdir -p lower/conf upper/conf image/one image/two
echo 'APP_KEY=of the lower layer' > lower/conf/.env
echo lower > lower/key
ln lower/key lower/key.old
echo gone > lower/gone
tar -C lower -cf image/one/layer.tar conf key key.old gone
: > upper/conf/.wh..wh..opq
: > upper/.wh.gone
echo upper > upper/key
tar -C upper -cf image/two/layer.tar conf key .wh.gone
tar -C image -cf image.tar one two
venv/bin/python3 -W ignore > log.txt <<'PY'
import tarfile
from dimgx import extractlayers

class Docker:
    def get_image(self, name):
        return open("image.tar", "rb")

with tarfile.open("flat.tar", "w") as flat:
    extractlayers(Docker(), [{":id": "two"}, {":id": "one"}], flat)
PY
mkdir flat
tar -C flat -xf flat.tar
seen=$(cd flat && find . -type f | sort | while read -r file; do echo "$file: $(cat "$file")"; done)
printf '%s\n' "$seen"
want='./conf/.env: APP_KEY=of the lower layer
./key: upper
./key.old: upper'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
