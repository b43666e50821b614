#!/usr/bin/env bash
# Runs the project's own tests of databases and of the wizard with another file in the place of the program that they were
# built for; then those of recoveries with it started in a root that has only busybox. Run by tests/dist.sh in mounts of its
# own.
#   swapped.sh PROGRAM BUILT-PROGRAM SERVERS PTY     the last two: the tests' executables
set -euo pipefail
program=$1
built=$2
servers=$3
pty=$4
work=$(mktemp -d)
trap 'umount -R "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
mount -t tmpfs -o mode=755 tmpfs "$work"

cp "$program" "$work/whole"
mount --bind "$work/whole" "$built"
"$pty" walk::
"$servers" recovery:: connecting:: identity:: artisan::
umount "$built"

root=$work/root
mkdir -p "$root"/{bin,dev,etc,proc,tmp}
cp /bin/busybox "$root/bin/"
ln -s busybox "$root/bin/sh"
cp "$program" "$root/freescout-rescue"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
# Where the tests lay out their installs, and where their servers listen.
mount --rbind "${TMPDIR:-/tmp}" "$root/tmp"
cat >"$work/wrapper" <<SCRIPT
#!/bin/sh
exec chroot "$root" /bin/sh -c 'cd "\$0" 2>/dev/null; exec /freescout-rescue "\$@"' "\$PWD" "\$@"
SCRIPT
chmod 755 "$work/wrapper"
mount --bind "$work/wrapper" "$built"
"$servers" recovery::
