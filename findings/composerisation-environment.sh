#!/usr/bin/env bash
# PyPI composerisation 0.1.2: every variable of a compose file becomes an option that docker does not have.
#
# Expected: "Converts docker-compose files to Docker commands": an `environment:` is `--env` or `-e` there, and a
#   `$$` of the file a single `$`.
# Seen: `--environment "APP_KEY=..."`, which docker answers with "unknown flag: --environment", and nothing starts.
#   A `$$` stays, in double quotes, where a shell puts its own process number; who repairs the option by hand
#   gets another password than compose gave.
# Matters: a FreeScout that was started by compose is often started by hand for the rescue. The line from this
#   converter fails at once, and once repaired it starts with a wrong DB_PASS.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install composerisation==0.1.2
mkdir desk
cd desk
cat > docker-compose.yml <<'YAML'
services:
  freescout:
    image: example/freescout
    environment:
      APP_KEY: base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
      DB_PASS: pa$$word
YAML
seen=$("$dir/venv/bin/composerisation" -i docker-compose.yml 2> "$dir/log.txt" | grep '^docker run')
want='docker run --environment "APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=" --environment "DB_PASS=pa$$word" --network desk_network --name desk_freescout --detach example/freescout'
printf '%s\n' "$seen"
if command -v docker > /dev/null; then
  docker run --environment A=1 example/freescout 2>&1 | sed 1q
fi
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
