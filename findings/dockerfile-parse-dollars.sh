#!/usr/bin/env bash
# PyPI dockerfile-parse 2.0.1: `\$` keeps its backslash in an ENV, and `${NAME:-default}` leaves `:-default}` behind.
#
# Expected: the reference of Dockerfiles: `\$foo` is the text $foo, and ${variable:-word} the value of variable or,
#   where it is not set, word. The parser promises, unless told otherwise, content "with variables replaced".
# Seen: "pa\$word" is read as pa\$word. Of ${DB_HOST:-db} only the name is replaced: mysql:-db} with DB_HOST=mysql,
#   and :-db} without. No error is raised.
# Matters: an image of FreeScout may carry its database password and even the APP_KEY as ENV. Who reads them out of
#   the Dockerfile with this library tries a password that the container never had.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install dockerfile-parse==2.0.1
cat > Dockerfile <<'DOCKER'
FROM example/freescout
ENV PLAIN="base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk="
ENV DB_PASS="pa\$word"
ENV DB_HOST=mysql
ENV SET=${DB_HOST:-db}
ENV UNSET=${OTHER_HOST:-db}
DOCKER
seen=$(venv/bin/python3 -c '
from dockerfile_parse import DockerfileParser
for name, value in DockerfileParser("Dockerfile").envs.items():
    print(f"{name} [{value}]")')
want='PLAIN [base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=]
DB_PASS [pa\$word]
DB_HOST [mysql]
SET [mysql:-db}]
UNSET [:-db}]'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
