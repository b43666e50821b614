#!/usr/bin/env bash
# systemd 252 (Debian 12): an apostrophe inside a word takes away the whole Environment= line, or the unit.
#
# Expected: systemd.syntax(7), "Quoting": an opening quote "may appear only at the beginning or after
#   whitespace that is not quoted"; so that of it's is a letter.
# Seen: it opens a quote all the same, which is never closed. Environment= is "Invalid syntax, ignoring", with
#   every other variable of the line, and the service starts without them; ExecStart= is "Unbalanced
#   quoting" and the unit does not start. A pair of such quotes, a"b"c, is taken in silence.
# Matters: a FreeScout's queue worker gets APP_KEY and DB_PASSWORD this way. With an apostrophe in the new
#   password the worker falls back on .env and thus on another key or database, and the pages work; and
#   podman's `generate systemd` (4.3.1) writes a container's variables into ExecStart= just so.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v systemd-analyze > /dev/null || apt-get -qq install -y --no-install-recommends systemd > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
try() {
  printf '[Service]\n%s\n%s\n' "$@" > worker.service
  echo "$1"
  systemd-analyze verify --man=no ./worker.service 2>&1 | sed "s|^$dir/worker.service:[0-9]*:|  |"
}
seen=$(
  try 'Environment=APP_KEY=secret DB_PASSWORD=its' 'ExecStart=/bin/true'
  try "Environment=APP_KEY=secret DB_PASSWORD=it's" 'ExecStart=/bin/true'
  try "Environment=APP_KEY=secret \"DB_PASSWORD=it's\"" 'ExecStart=/bin/true'
  try 'Environment=APP_KEY=secret DB_PASSWORD=a"b"c' 'ExecStart=/bin/true'
  try "ExecStart=/bin/true --password it's" ''
)
want='Environment=APP_KEY=secret DB_PASSWORD=its
Environment=APP_KEY=secret DB_PASSWORD=it'\''s
   Invalid syntax, ignoring: APP_KEY=secret DB_PASSWORD=it'\''s
Environment=APP_KEY=secret "DB_PASSWORD=it'\''s"
Environment=APP_KEY=secret DB_PASSWORD=a"b"c
ExecStart=/bin/true --password it'\''s
   Unbalanced quoting, ignoring: "/bin/true --password it'\''s"
worker.service: Unit configuration has fatal error, unit will not be started.
Unit worker.service has a bad unit file setting.'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
