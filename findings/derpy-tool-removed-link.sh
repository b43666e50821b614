#!/usr/bin/env bash
# PyPI derpy-tool 0.3.2: a link that an image removed again is still there when its layers are put together.
#
# Expected: the image specification: .wh.NAME in a layer removes NAME of the layers below, whatever it is.
# Seen: before it removes a name it asks whether that exists, and this follows a link, on the machine where it runs.
#   A link that leads nowhere there, as every absolute link into a volume does, is kept; a file is removed.
# Matters: images of FreeScout keep the .env in the volume and link to it. In the root that comes out, .env is still
#   the link to a place where the image in use has none, and a search for the .env in force ends at the wrong one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install derpy-tool==0.3.2
mkdir -p lower/html upper/html
ln -s /no/such/volume/config lower/html/.env
echo gone > lower/html/gone
echo kept > lower/html/kept
: > upper/html/.wh..env
: > upper/html/.wh.gone
for layer in lower upper; do
  tar -C "$layer" -czf "$layer.tar.gz" html
done
HOME=$dir venv/bin/python3 > log.txt 2>&1 <<'PY'
from pathlib import Path
from types import SimpleNamespace
from derpy.build.base_image import BaseImageManager

layers = [SimpleNamespace(content_path=Path(name + ".tar.gz"), digest="sha256:" + name) for name in ("lower", "upper")]
manager = BaseImageManager(None, cache_dir=Path("cache"), auth_manager=object())
manager.extract_base_image(SimpleNamespace(layers=layers), Path("root"))
PY
seen=$(cd root && find . ! -type d -printf '%p %y\n' | sort)
printf '%s\n' "$seen"
want='./html/.env l
./html/kept f'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
