#!/usr/bin/env bash
# PyPI pydotenv 0.0.7: setting an APP_KEY anew ends in an error and leaves the first lines of the .env.
#
# Expected: of a library to write .env files: either the new value is in the file, or an error is raised
#   and the file is as it was.
# Seen: the file is opened for writing, hence emptied, and then filled line by line. The line of the
#   name to be set is split at `=` into exactly two pieces; a base64 key with its padding gives three,
#   "too many values to unpack", and what stood in and behind that line is gone. A value without a
#   second `=` is replaced as it should be.
# Matters: putting the old key back is the very repair of a FreeScout whose key was changed. After it the
#   database's name and password are missing from the .env, together with both keys.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install pydotenv==0.0.7
export TMPDIR=$dir
cat > try.py <<'PY'
import sys
import pydotenv

text = """APP_NAME=Helpdesk
APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
DB_DATABASE=helpdesk
DB_PASSWORD=secret
"""
for name, value in [("DB_PASSWORD", "another"),
                    ("APP_KEY", "base64:YSBuZXcgdGhyb3ctYXdheSBleGFtcGxlIGtleS4uLi4=")]:
    open("env", "w").write(text)
    try:
        pydotenv.Environment("env")[name] = value
        print("setting %s: done" % name)
    except Exception as error:
        print("setting %s: %s" % (name, type(error).__name__))
    print(" ".join(line.split("=")[0] for line in open("env")))
PY
seen=$(venv/bin/python try.py)
want='setting DB_PASSWORD: done
APP_NAME APP_KEY DB_DATABASE DB_PASSWORD
setting APP_KEY: ValueError
APP_NAME'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
