#!/usr/bin/env bash
# PyPI extract-env 0.1.0: from an `environment:` with `NAME: value` it moves the names into the .env, without values.
#
# Expected: it "moves the environment variables from a docker compose file into a .env file", and a compose file may
#   write them as a list or as a mapping; what the .env held before stays there.
# Seen: a list is moved. From a mapping the .env gets `APP_KEY=` with nothing behind it, and the compose file gets
#   the items 0 and 1 beside the names that are still there. Out of the .env every line with a `${` vanishes, such
#   as Laravel's MAIL_FROM_NAME="${APP_NAME}"; with two of them it stops with a KeyError. Exit code 0, "Files
#   updated", and no copy of either file is kept.
# Matters: run in the folder of a FreeScout it empties the APP_KEY of the .env that Laravel reads, as a name that
#   is set there already is overwritten by the empty one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install extract-env==0.1.0
cat > docker-compose.yml <<'YAML'
services:
  freescout:
    image: example/freescout
    environment:
      APP_KEY: base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
      DB_USER: desk
YAML
cat > .env <<'ENV'
APP_NAME=Desk
APP_KEY=base64:YW5vdGhlciB0aHJvdy1hd2F5IGV4YW1wbGUga2V5IQ==
MAIL_FROM_NAME="${APP_NAME}"
ENV
venv/bin/extract-env > log.txt
seen=$(
  grep '^ \{6\}' docker-compose.yml | sort
  echo '--- .env'
  cat .env
)
want='      0: APP_KEY=${APP_KEY}
      1: DB_USER=${DB_USER}
      APP_KEY: base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
      DB_USER: desk
--- .env
APP_NAME=Desk
APP_KEY=
DB_USER='
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
