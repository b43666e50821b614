#!/usr/bin/env bash
# PyPI host-manager 0.1.1: to add a name to /etc/hosts takes every line with a tab out of it, and every comment.
#
# Expected: hosts(5): the fields of a line are separated by any number of blanks and tabs, and from a `#` on it is a
#   comment. "host-manager add" adds one mapping.
# Seen: lines are split at blanks only. A line with a tab, as Debian and Docker write them, has then no name in it
#   and is left out of the file that is written, localhost as well. Comments go; the words of one behind an
#   address become names. There is no copy of the file.
# Matters: a mail server of the house, or the database, is often known to FreeScout by /etc/hosts alone. A tool that
#   just adds a name takes them away, and "unknown host" looks like one more effect of the new key.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install host-manager==0.1.1
printf '127.0.0.1\tlocalhost\n192.0.2.5\timap.example.org\n# the database\n192.0.2.6 db.example.org # old name: sql\n' > hosts
# Its program always works on /etc/hosts: here on the file above.
sed "s|/etc/hosts|$dir/hosts|" venv/bin/host-manager > here.py
venv/bin/python3 here.py add smtp.example.org 192.0.2.7
seen=$(grep . hosts)
printf '%s\n' "$seen"
want='192.0.2.6 db.example.org # old name: sql
192.0.2.7 smtp.example.org'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
