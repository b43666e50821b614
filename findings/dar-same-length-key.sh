#!/usr/bin/env bash
# dar 2.7.8 (Debian 12): it warns that a file's content may have been replaced, and leaves it out.
#
# Expected: an incremental archive that notices a change of the inode's ctime, and says so in capitals,
#   saves the file: what the archive is for is to hold what changed.
# Seen: where size and modification time are as before, dar prints SECURITY WARNING! SUSPICIOUS FILE,
#   counts the file as "not saved (no inode/file change)", and the archive holds no data of it. A file
#   of another size is saved, with the same warning.
# Matters: every APP_KEY has the same length, and deployments set fixed times on files (`cp -p`, images
#   built reproducibly). The archive made after the key was replaced brings back the key before it, so
#   "the newest backup" of a FreeScout opens older secrets and not the newer ones.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v dar > /dev/null || apt-get -qq install -y dar=2.7.8-2+b9 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir www
put() {
  printf '%s\n' "$1" > www/.env
  touch -d '2026-01-01 00:00:00' www/.env
}
put 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk='
dar -Q -c full -R www > /dev/null
try() { # archives the changes, restores both archives into a fresh folder
  dar -Q -c "$1" -A full -R www > "$1.log" 2>&1 || true
  grep -o 'SECURITY WARNING! SUSPICIOUS FILE' "$1.log" || echo 'no warning'
  rm -rf out && mkdir out
  dar -Q -x full -R out > /dev/null
  dar -Q -x "$1" -R out -w > /dev/null
  cat out/.env
}
seen=$(
  dar --version | grep -oE 'dar version [0-9.]+'
  put 'APP_KEY=base64:qS+rK37YXXCYHXUhYaQtFGE+RMRQHiolxTilCre4/xQ='
  try same
  put 'APP_KEY="base64:qS+rK37YXXCYHXUhYaQtFGE+RMRQHiolxTilCre4/xQ="'
  try longer
)
want='dar version 2.7.8
SECURITY WARNING! SUSPICIOUS FILE
APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
SECURITY WARNING! SUSPICIOUS FILE
APP_KEY="base64:qS+rK37YXXCYHXUhYaQtFGE+RMRQHiolxTilCre4/xQ="'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
