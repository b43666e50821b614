#!/usr/bin/env bash
# PyPI compile-env 0.4.1: behind a comment with an apostrophe no variable is replaced, and none is defined.
#
# Expected: it exists to replace $NAME and ${NAME} in .env files, since docker-compose did not, with the values of
#   other .env files. A line that begins with `#` is a comment, and it treats it as such.
# Seen: quotes are counted before that. An apostrophe in a comment opens a quoted text that runs to the next one or
#   to the end of the file, and the whole piece is passed on as one comment: ${DB_PASSWORD} stays as it is, exit
#   code 0. In a file of definitions the lines below such a comment define nothing.
# Matters: "# it's the key of the old server" is how people comment an APP_KEY. The file that comes out looks right
#   above the comment; below it, FreeScout's database password is the text ${DB_PASSWORD}.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install compile-env==0.4.1 expandvars==1.1.2
cat > spec.yml <<'YAML'
outputs:
  out.env:
    dependencies: [secrets.env]
    targets: [desk.env]
YAML
echo 'export DB_PASSWORD=example' > secrets.env
compiled() {
  printf '%s\n' "$1" 'DB_PASSWORD=${DB_PASSWORD}' > desk.env
  venv/bin/compile-env spec.yml
  cat out.env
}
seen=$(
  compiled '# the password of the database'
  compiled "# it's the password of the database"
)
want='# the password of the database
DB_PASSWORD=example
# it'\''s the password of the database
DB_PASSWORD=${DB_PASSWORD}'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
