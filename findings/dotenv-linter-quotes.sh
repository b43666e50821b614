#!/usr/bin/env bash
# crate dotenv-linter 4.0.0: `fix` takes away the apostrophes and quotes inside a password, too.
#
# Expected: the rule QuoteCharacter is about quotes around a value that needs none, and `fix` changes the
#   form of lines, not what they say. It keeps the quotes where there is a blank, a `#` or a `$`.
# Seen: all quote characters of the value are deleted: "it's" becomes its, "a\"b" becomes a\b. "a\\b", one
#   backslash, becomes bare a\\b, which Laravel takes for two. It ends with "All warnings are fixed",
#   exit code 0.
# Matters: a linter is run over the .env in passing, often by a hook before the deployment. DB_PASSWORD or
#   MAIL_PASSWORD of a FreeScout is another after that; only where --no-backup was not given is there a
#   copy with the right one beside it.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
CARGO_TARGET_DIR=$dir/target cargo install --quiet --version 4.0.0 --locked --debug --no-default-features \
  --root "$dir" dotenv-linter 2> install.log || { cat install.log >&2; exit 1; }
cat > .env <<'ENV'
APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
DB_PASSWORD="it's"
MAIL_PASSWORD="a\"b"
NAME_1="a b"
NAME_2="a#b"
NAME_3="a\\b"
ENV
seen=$(
  bin/dotenv-linter --plain fix --no-backup .env | tail -n 1
  cat .env
)
want='All warnings are fixed. Total: 3
APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
DB_PASSWORD=its
MAIL_PASSWORD=a\b
NAME_1="a b"
NAME_2="a#b"
NAME_3=a\\b'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
