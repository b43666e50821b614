#!/usr/bin/env bash
# PyPI k8secrets 1.0.0: of an APP_KEY with padding the `base64:` goes into the name, and the rest alone is the value.
#
# Expected: it makes a Secret for Kubernetes of lines such as KEY=value, as they stand in a .env file.
# Seen: a line is split at `=`, and if that does not give exactly two parts, at `:`. So APP_KEY=base64:...= becomes
#   the item `APP_KEY=base64`, with the base64 digits as its value. A key without padding comes out right. The word
#   "export " is taken out of values, too. No error, exit code 0.
# Matters: Kubernetes refuses the name. Who repairs it in the file to APP_KEY has a Secret whose value lacks the
#   prefix: Laravel takes the digits themselves for the key, which are too many, and no page comes up any more.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install k8secrets==1.0.0
cat > .env <<'ENV'
APP_URL=desk
APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
ENV
seen=$(
  venv/bin/k8secrets desk < .env | grep '^  [A-Z]' | while read -r name value; do
    echo "$name $(printf '%s' "$value" | base64 -d)"
  done
)
printf '%s\n' "$seen"
want='APP_URL: desk
APP_KEY=base64: dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk='
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
