#!/usr/bin/env bash
# PyPI honcho 2.0.0: a bare backslash is dropped, and an apostrophe in one value stops everything.
#
# Expected: honcho loads the .env of the folder for the processes of a Procfile. In Laravel's reader a
#   bare value is taken as it stands, backslash and apostrophe included.
# Seen: values are split by the rules of a shell: pa\ss arrives as pass without a word; it's ends in
#   "No closing quotation", which names neither file nor line, and no process is started at all. A
#   line with `export` before the name is left out silently.
# Matters: a Procfile is a usual way to run FreeScout's queue worker beside the web server, and the
#   environment beats .env: the worker logs in with another database or mail password than the pages.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install honcho==2.0.0
try() {
  printf '%s\n' "$1" > .env
  echo "$1 -> $(venv/bin/honcho run sh -c 'echo "[${MAIL_PASSWORD-not set}]"' 2>&1 | tail -n 1)"
}
seen=$(
  unset MAIL_PASSWORD
  try 'MAIL_PASSWORD=plain'
  try 'MAIL_PASSWORD="pa\\ss"'
  try 'MAIL_PASSWORD=pa\ss'
  try "MAIL_PASSWORD=it's"
  try 'export MAIL_PASSWORD=plain'
)
want='MAIL_PASSWORD=plain -> [plain]
MAIL_PASSWORD="pa\\ss" -> [pa\ss]
MAIL_PASSWORD=pa\ss -> [pass]
MAIL_PASSWORD=it'\''s -> ValueError: No closing quotation
export MAIL_PASSWORD=plain -> [not set]'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
