#!/usr/bin/env bash
# PyPI cobra-archiver 0.0.5: a volume that it restores belongs to root, and a file that only its owner reads is
#   no longer readable for the application.
#
# Expected: the archive is made by tar as root, with owners and modes, and the restored volume is as the saved one.
# Seen: it is unpacked rightly on the host, and then copied into the volume by `cp -rf`, without -p: the modes stay,
#   the owner is root, and the times are those of the restore.
# Matters: FreeScout's .env has mode 600 or 640 and belongs to the web server's user. After the restore FreeScout
#   cannot read it, and says that no application encryption key has been specified, though the right key is in
#   the file. A new key "to repair that" makes every mailbox password undecipherable; chown is all it takes.
set -eu
[ "$(id -u)" = 0 ] || { echo 'needs root, to have files of another user' >&2; exit 1; }
command -v busybox > /dev/null || apt-get install -qq -y busybox > /dev/null 2>&1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install cobra-archiver==0.0.5
mkdir -p saved/desk-data cache
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > saved/desk-data/.env
chmod 640 saved/desk-data/.env
chown -R 33:33 saved/desk-data
echo '{"desk-data": {"bind": "/saved/desk-data", "driver": "local", "options": null, "labels": null}}' > saved/...
tar -czf cache/saved.tar.gz saved
rm -r saved
mkdir -p saved/desk-data
cat > restore.py <<'PY'
import subprocess
from pathlib import Path
from types import SimpleNamespace
from cobra.api import Api

here = Path.cwd()

class Containers:
    def run(self, image, volumes, command, remove):
        """Does what the container would, with its two folders in this one."""
        print(command[2])
        line = command[2].replace(" /backup/", f" {here}/cache/").replace(" /saved", f" {here}/saved")
        subprocess.run(["busybox", "sh", "-c", line], check=True)

gateway = SimpleNamespace(containers=Containers(), volumes=SimpleNamespace(create=lambda *args, **options: None))
Api(gateway).backup_restore("saved.tar.gz", cache_dir=str(here / "cache"))
PY
seen=$(
  HOME=$dir venv/bin/python3 restore.py 2> log.txt
  for file in cache/saved/desk-data/.env saved/desk-data/.env; do
    stat -c '%n %U %a' "$file"
  done
)
printf '%s\n' "$seen"
want='cp -rf /backup/saved/* /saved
cache/saved/desk-data/.env www-data 640
saved/desk-data/.env root 640'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; cat log.txt >&2; exit 1; }
