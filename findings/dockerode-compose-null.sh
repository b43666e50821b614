#!/usr/bin/env bash
# npm dockerode-compose 1.4.0: a name without a value gets the text "null", and ${APP_KEY} stays as it is.
#
# Expected: the specification of compose files: a name without a value is taken from the caller's environment, and
#   is unset where it is not there; ${NAME} is replaced, `$$` is a `$`; quotes around a value of an env_file do not
#   belong to it, and a comment may be indented.
# Seen: the container gets DB_HOST=null, APP_KEY=${APP_KEY} and pa$$word; from the env_file the quotes, and the
#   indented comment as a variable. `NAME=` of an env_file is left out. No word about any of it.
# Matters: "null" is a host name, ${APP_KEY} a key of the wrong length, and quotes a wrong password: each gives an
#   error that looks like a damaged FreeScout. The environment of the container is what to look at first, not the
#   compose file.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund dockerode-compose@1.4.0
cat > desk.env <<'ENV'
  # of the desk
DB_USER="desk"
DB_PREFIX=
ENV
cat > docker-compose.yml <<'YAML'
services:
  freescout:
    image: example/freescout
    env_file: desk.env
    environment:
      APP_KEY: ${APP_KEY}
      DB_PASS: pa$$word
      DB_HOST:
YAML
cat > desk.js <<'JS'
const tools = require('dockerode-compose/lib/servicesTools.js');
const Compose = require('dockerode-compose');
const compose = new Compose({}, 'docker-compose.yml', 'desk');
tools.buildEnvVars(compose.recipe.services.freescout).forEach((variable) => console.log(`[${variable}]`));
JS
seen=$(APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk= DB_HOST=db node desk.js)
printf '%s\n' "$seen"
want='[  # of the desk]
[DB_USER="desk"]
[APP_KEY=${APP_KEY}]
[DB_PASS=pa$$word]
[DB_HOST=null]'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
