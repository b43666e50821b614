#!/usr/bin/env bash
# PyPI initool 0.1: to set one option writes the names of all others in small letters; env[APP_KEY] is env[app_key].
#
# Expected: "INI files manipulator (get/set/remove)": one option is changed, the rest is as it was. Names in INI files
#   of PHP and of its pools tell capital from small letters.
# Seen: `set www/pm.max_children 10` prints a pool in which env[APP_KEY] and env[DB_PASSWORD] have become
#   env[app_key] and env[db_password]. Comments are gone. Exit code 0.
# Matters: PHP-FPM takes the file and starts, as any name may stand in env[...]. FreeScout looks for APP_KEY in vain,
#   and goes on with the one in its .env, or with none.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install initool==0.1
cat > pool.conf <<'INI'
[www]
; FreeScout's own
pm.max_children = 5
env[APP_KEY] = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk="
env[DB_PASSWORD] = example
INI
seen=$(venv/bin/initool set www/pm.max_children 10 < pool.conf)
printf '%s\n' "$seen"
want='[www]
pm.max_children = 10
env[app_key] = "base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk="
env[db_password] = example'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
