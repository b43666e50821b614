#!/usr/bin/env bash
# PyPI envdir 1.0.1: hidden files are variables, and while an editor is open on one of them nothing starts.
#
# Expected: "a Python port of daemontools' envdir", which passes over names that begin with a dot.
# Seen: a hidden copy of the key is a variable of its own, called `.APP_KEY.old`. The swap file that vim keeps beside
#   the file it edits is read as UTF-8 text, and ends the start with a UnicodeDecodeError.
# Matters: the APP_KEY of a FreeScout kept in a folder like this is edited in place during the rescue. A worker that
#   restarts in that moment does not come up, with an error that speaks of a codec; and the old key, which was
#   put aside, stands in the environment of every process.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install envdir==1.0.1
apt-get download daemontools=1:0.76-8.1 > /dev/null 2>&1
dpkg -x daemontools_*.deb debian
mkdir desk
echo 'base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > desk/APP_KEY
echo 'base64:YW5vdGhlciB0aHJvdy1hd2F5IGV4YW1wbGUga2V5IQ==' > desk/.APP_KEY.old
names() { "$1" desk env 2>&1 | grep -ao -e '^[^ ]*APP_KEY[^=]*=' -e '^UnicodeDecodeError' | sort | paste -sd ' '; }
both() {
  echo "daemontools: $(names debian/usr/bin/envdir)"
  echo "PyPI: $(names venv/bin/envdir)"
}
seen=$(
  both
  printf 'b0VIM 9.0\0\0\0\0\020\0\0\377\376' > desk/.APP_KEY.swp
  both
)
want='daemontools: APP_KEY=
PyPI: .APP_KEY.old= APP_KEY=
daemontools: APP_KEY=
PyPI: UnicodeDecodeError'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
