#!/usr/bin/env bash
# PyPI sqlparse 0.6.1: a text that ends with an escaped backslash runs on into the next statement.
#
# Expected: split and format know MySQL's escapes: the quote in 'it\'s; so' does not end the text. Then the
#   one in 'C:\\' does, for the backslash before it is itself escaped; in standard SQL, which knows no
#   escapes, it ends the text as well.
# Seen: there the text does not end, and the statement and its successor come as one. No error.
# Matters: mariadb-dump writes a backslash as two. A signature, a path or a password of a FreeScout that ends
#   with one makes a Python script that searches the INSERTs of an old dump for payloads, or restores some of
#   them, miss the statement behind it.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install sqlparse==0.6.1
cat > try.py <<'PY'
import sqlparse

for first in [r"'C:'", r"'it\'s; so'", r"'C:\\dir'", r"'C:\\'"]:
    text = "INSERT INTO options VALUES (1,%s); INSERT INTO options VALUES (2,'a; b');" % first
    print(first, "->", len(sqlparse.split(text)), "statements")
PY
seen=$(venv/bin/python try.py)
want=''\''C:'\'' -> 2 statements
'\''it\'\''s; so'\'' -> 2 statements
'\''C:\\dir'\'' -> 2 statements
'\''C:\\'\'' -> 1 statements'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
