#!/usr/bin/env bash
# PyPI pgpasslib 1.1.0: a password with an escaped colon is not found, a backslash comes back doubled.
#
# Expected: PostgreSQL's manual on the password file: a `:` or `\` inside an entry is escaped with `\`.
#   npm's pgpass resolves both.
# Seen: with `\:` the answer is None, as if there were no entry; when other lines stand in the file, its
#   fields are shifted and the whole file is an InvalidEntry. `\\` is handed out as it stands.
# Matters: the password of a FreeScout on PostgreSQL may hold either. pg_dump logs in with the file; a
#   Python script that looks for old payloads with the same file does not, and one account's colon
#   shuts out all others.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install pgpasslib==1.1.0
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" pgpass@1.0.6
export PGPASSFILE=$dir/pgpass
try() {
  printf '%s\n' "$@" > pgpass
  chmod 600 pgpass
  python=$(venv/bin/python -c '
import pgpasslib
try:
    print(pgpasslib.getpass("localhost", 5432, "helpdesk", "helpdesk"))
except pgpasslib.PgPassException as error:
    print(type(error).__name__)')
  node=$(node -e '
require("pgpass")({ host: "localhost", port: 5432, database: "helpdesk", user: "helpdesk" }, console.log)')
  echo "$(paste -sd' ' pgpass) -> pgpasslib: $python, pgpass: $node"
}
seen=$(
  try '*:*:*:helpdesk:secret'
  try '*:*:*:helpdesk:a\\b'
  try '*:*:*:helpdesk:a\:b'
  try 'db:5432:x:x:a\:b' '*:*:*:helpdesk:secret'
)
want='*:*:*:helpdesk:secret -> pgpasslib: secret, pgpass: secret
*:*:*:helpdesk:a\\b -> pgpasslib: a\\b, pgpass: a\b
*:*:*:helpdesk:a\:b -> pgpasslib: None, pgpass: a:b
db:5432:x:x:a\:b *:*:*:helpdesk:secret -> pgpasslib: InvalidEntry, pgpass: secret'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
