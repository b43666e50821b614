#!/usr/bin/env bash
# Runs the project's own tests of databases and of the wizard with another file in the place of the program that they were
# built for; then those of recoveries with it started in a root that has only busybox. Run by tests/dist.sh in mounts of its
# own.
#   swapped.sh PROGRAM BUILT-PROGRAM SERVERS PTY FOLDER     SERVERS and PTY: the tests' executables
set -euo pipefail
program=$1
built=$2
servers=$3
pty=$4
# An empty folder of the caller's. Everything is on a file system of its own there, which is gone with these mounts: nothing is
# ever removed below it, where folders of this system are mounted.
work=$5
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
