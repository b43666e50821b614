#!/usr/bin/env bash
# PyPI a2conf 0.3.5: when a file of Apache is written back, all that stands behind a `#` in a line is gone.
#
# Expected: Apache's manual: only a line that begins with `#` is a comment, and there is none behind a directive. So a
#   `#` in an argument is a character of it.
# Seen: SetEnv DB_PASSWORD "a#b" is read as DB_PASSWORD "a and written as that, the first quote without its fellow.
#   Bare a#b is a. Lines that begin with `#` are kept.
# Matters: SetEnv in the virtual host is one of the places from which FreeScout gets its database password, and it
#   beats the .env. To add a name to the virtual host by this library gives the pages a password that ends in the
#   middle, while `artisan` on the command line has the right one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install a2conf==0.3.5
cat > desk.conf <<'CONF'
<VirtualHost *:80>
    # of the desk
    ServerName desk.example.org
    SetEnv APP_KEY "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk="
    SetEnv DB_PASSWORD "a#b"
    SetEnv MAIL_PASSWORD a#b
</VirtualHost>
CONF
venv/bin/python3 <<'PY'
from a2conf import Node

root = Node(read="desk.conf")
host = root.find_vhost("desk.example.org")
host.insert("ServerAlias help.example.org", after="ServerName")
root.write_file("desk.conf")
PY
seen=$(cat desk.conf)
printf '%s\n' "$seen"
want='<VirtualHost *:80>
    # of the desk
    ServerName desk.example.org
    ServerAlias help.example.org
    SetEnv APP_KEY "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk="
    SetEnv DB_PASSWORD "a
    SetEnv MAIL_PASSWORD a
</VirtualHost>'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
