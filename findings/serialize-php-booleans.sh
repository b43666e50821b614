#!/usr/bin/env bash
# PyPI serialize-php 0.0.4: true and false are read, and cannot be written.
#
# Expected: what loads has read dumps can write, and a bool is b:1 or b:0; its source has a branch for that.
# Seen: Python's True counts as an integer and is sent down the branch for those, where the compiled
#   package refuses it: "Argument 'value' has incorrect type (expected int, got bool)". A single bool
#   makes the whole array unwritable; texts, numbers and null are fine.
# Matters: options of older FreeScouts are serialised arrays with bools in them. A script that reads one,
#   replaces the payload in it and writes it back ends half-way through the table, after the first
#   rows were changed.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install serialize-php==0.0.4
cat > try.py <<'PY'
import php_serialize

for text in [b'a:1:{s:4:"name";s:1:"x";}', b'a:2:{s:1:"n";N;s:1:"f";d:0.5;}', b"b:1;",
             b'a:2:{s:6:"secret";s:1:"x";s:2:"on";b:0;}']:
    read = php_serialize.loads(text)
    try:
        written = "the same" if php_serialize.loads(php_serialize.dumps(read)) == read else "another"
    except Exception as error:
        written = type(error).__name__
    print(text.decode(), "->", read, "->", written)
PY
seen=$(venv/bin/python try.py)
want='a:1:{s:4:"name";s:1:"x";} -> {'\''name'\'': '\''x'\''} -> the same
a:2:{s:1:"n";N;s:1:"f";d:0.5;} -> {'\''n'\'': None, '\''f'\'': 0.5} -> the same
b:1; -> True -> TypeError
a:2:{s:6:"secret";s:1:"x";s:2:"on";b:0;} -> {'\''secret'\'': '\''x'\'', '\''on'\'': False} -> TypeError'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
