#!/usr/bin/env bash
# PyPI systemd-unit-edit 0.1.0: an empty Environment= or User= of a drop-in does not take back what the unit set.
#
# Expected: systemd.exec(5): "If the empty string is assigned to this option, the list of environment variables is
#   reset". from_file_with_dropins gives the unit "with drop-in overrides merged", and for ExecStart= it does so.
# Seen: the APP_KEY that a drop-in took back is still there, beside the new variable, and the user as well. systemd
#   itself has neither. A unit with a comment between continued lines, as systemd.syntax(7) shows it in an example,
#   cannot be read at all.
# Matters: after a rescue a wrong APP_KEY in the unit of FreeScout's worker is best taken back by a drop-in, as the
#   unit belongs to a package. A check by this library goes on to report the old key as the one in force.
set -eu
[ "$(id -u)" = 0 ] || { echo 'needs root, to become another user' >&2; exit 1; }
[ -x /lib/systemd/systemd ] || apt-get install -qq -y --no-install-recommends systemd > /dev/null 2>&1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
chmod 755 .
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install systemd-unit-edit==0.1.0
mkdir -p units/desk.service.d run
chown nobody run
cat > units/desk.service <<'UNIT'
[Service]
User=desk
Environment=APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
ExecStart=/bin/true
UNIT
printf '[Service]\nUser=\nEnvironment=\nEnvironment=APP_ENV=production\nExecStart=\nExecStart=/bin/false\n' > units/desk.service.d/rescue.conf
printf '[Service]\nExecStart=/usr/bin/php \\\n# the worker\n  artisan queue:work\n' > comment.service
seen=$(
  echo systemd
  # A manager that starts nothing and prints what it has loaded.
  setpriv --reuid=nobody --clear-groups env XDG_RUNTIME_DIR="$dir/run" SYSTEMD_UNIT_PATH="$dir/units:" HOME=/nonexistent \
    /lib/systemd/systemd --user --test --unit=desk.service 2> log.txt |
    grep -a -e 'Environment: APP_' -e 'User: desk' -e 'Command Line: /bin/[tf]' | sed 's/^[[:space:]]*//'
  echo systemd-unit-edit
  venv/bin/python3 <<'PY'
from systemd_unit_edit import SystemdUnit

print(SystemdUnit.from_file_with_dropins("units/desk.service").text(), end="")
try:
    SystemdUnit.from_file("comment.service")
except ValueError as why:
    print("ValueError:", str(why).splitlines()[0])
PY
)
printf '%s\n' "$seen"
want='systemd
Environment: APP_ENV=production
Command Line: /bin/false
systemd-unit-edit
[Service]
User=desk
Environment=APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
ExecStart=/bin/false
Environment=APP_ENV=production
ValueError: unexpected whitespace at start of line (should be indented continuation or blank line)'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
