#!/usr/bin/env bash
# PyPI systemdunitparser 0.4: a continued line of a unit is a setting of its own, and `queue:work` comes back as
#   `queue=work`.
#
# Expected: systemd.syntax(7): a line that ends with a backslash goes on in the next one, however that begins. The
#   library is to "read and create unit files for systemd".
# Seen: Environment is what stands before the backslash, with it, and APP_KEY a setting beside Environment and User.
#   A continued command with a colon is split there as INI files are, and written back with a `=`. If the
#   continued line is indented and it is not the first Environment= of the unit, reading ends in an AttributeError.
# Matters: who changes the user in the unit of FreeScout's queue worker by such a tool gets a worker that ends at
#   once, as artisan has no such command, and no mail is sent. Who asks it for the worker's environment does not
#   learn of the APP_KEY, which beats the one in the .env.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install systemdunitparser==0.4
cat > desk.service <<'UNIT'
[Service]
User=nobody
Environment=APP_ENV=production \
APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
ExecStart=/usr/bin/php \
/srv/desk/artisan queue:work --queue emails,default
UNIT
cat > later.service <<'UNIT'
[Service]
Environment=APP_ENV=production
Environment=APP_KEY=base64:abc= \
  DB_HOST=db
UNIT
seen=$(
  venv/bin/python3 <<'PY'
from SystemdUnitParser import SystemdUnitParser

unit = SystemdUnitParser()
unit.read("desk.service")
print("Environment is", repr(unit["Service"]["Environment"]))
unit["Service"]["User"] = "www-data"
with open("desk.service", "w") as file:
    unit.write(file)
try:
    SystemdUnitParser().read("later.service")
except AttributeError as why:
    print("AttributeError:", why)
PY
  grep artisan desk.service
)
printf '%s\n' "$seen"
want='Environment is '\''APP_ENV=production \\'\''
AttributeError: '\''tuple'\'' object has no attribute '\''append'\''
/srv/desk/artisan queue=work --queue emails,default'
[ "$seen" = "$want" ] || { cat desk.service >&2; echo 'changed: it no longer does so' >&2; exit 1; }
