#!/usr/bin/env bash
# Walks a program through roots that have next to nothing: a broken install is made, checked, recovered, checked, undone and
# checked. Run by tests/dist.sh in mounts of its own.
#   walk.sh PROGRAM FOLDER
set -euo pipefail
program=$1
# An empty folder of the caller's. Everything is on a file system of its own there, which is gone with these mounts: nothing is
# ever removed below it, where folders of this system are mounted.
work=$2
mount -t tmpfs -o mode=755 tmpfs "$work"

say() { printf '\n== dist: %s\n' "$*"; }
fail() { echo "dist: $*" >&2; exit 1; }

# A root of this name, with the program in it.
new_root() {
    root=$work/$1
    mkdir -p "$root"/{bin,etc,tmp}
    chmod 1777 "$root/tmp"
    cp "$program" "$root/freescout-rescue"
}

# What it is started through.
through=()

# Runs it in the root; its exit code has to be the first argument. What it says is in $work/out.
ends_with() {
    local wanted=$1 code=0
    shift
    "${through[@]}" chroot "$root" /freescout-rescue "$@" >"$work/out" 2>"$work/err" || code=$?
    [ "$code" -eq "$wanted" ] && return
    cat "$work/out" "$work/err" >&2
    fail "$(basename "$root"): '$*' ended with $code, not $wanted"
}

says() {
    grep -qF -- "$1" "$work/out" "$work/err" && return
    cat "$work/out" "$work/err" >&2
    fail "$(basename "$root"): '$1' was not said"
}

# The demo's install, from broken to recovered and back. What cannot be found anywhere stays lost: 2.
story() {
    local install=/tmp/demo/freescout before
    ends_with 0 --version
    ends_with 0 demo --make /tmp/demo
    before=$(cd "$root$install" && sha256sum .env bootstrap/cache/config.php && sqlite3 database/database.sqlite .dump | sha256sum)
    ends_with 2 check "$install"
    says "can read 7 of 32 secrets"
    ends_with 2 check "$install" --json
    python3 -c 'import json, sys; assert json.load(sys.stdin)["install"]["driver"] == "sqlite"' <"$work/out"
    ends_with 2 recover "$install" --look-in /tmp/demo/old-server --yes --no-test
    says "FreeScout can read 30 of 32 secrets"
    ends_with 2 check "$install"
    says "FreeScout can read 30 of 32 secrets"
    ends_with 0 undo "$install" --yes
    [ "$before" = "$(cd "$root$install" && sha256sum .env bootstrap/cache/config.php && sqlite3 database/database.sqlite .dump | sha256sum)" ] ||
        fail "$(basename "$root"): the undo left something behind"
    ends_with 2 check "$install"
    says "can read 7 of 32 secrets"
    ends_with 0 history "$install"
    ends_with 2 test "$install" --mailbox support@helpdesk.example --no-renew
}

say "a root with nothing at all: no /proc, no /dev, no files of users"
new_root nothing
story
says "there is no"
ends_with 2 check /tmp/demo/freescout
says "/proc is not mounted here"
# Without /dev, and with a kernel that knows no getrandom.
if ! strace -f -qq -e trace=getrandom -e inject=getrandom:error=ENOSYS -o /dev/null \
    chroot "$root" /freescout-rescue check /tmp/demo/freescout >"$work/out" 2>"$work/err"; then
    says "gives this program no random bytes"
else
    fail "nothing was said where there are no random bytes"
fi

say "the same, on a kernel that knows nothing newer than 2013"
unknown=getrandom,statx,openat2,close_range,faccessat2,copy_file_range,clone3,pidfd_open,pidfd_send_signal,renameat2
unknown=$unknown,memfd_create,preadv2,pwritev2,mlock2,epoll_pwait2
new_root old
mkdir "$root/proc" "$root/dev"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
through=(strace -f -qq -o /dev/null -e "trace=$unknown" -e "inject=$unknown:error=ENOSYS")
story
through=()

say "a root with busybox, /proc and /dev"
! readelf -lW /bin/busybox | grep -q INTERP || fail "/bin/busybox is not static: install Debian's package busybox-static"
new_root busybox
cp /bin/busybox "$root/bin/"
for link in sh ls cat; do ln -s busybox "$root/bin/$link"; done
echo 'root:x:0:0::/:/bin/sh' >"$root/etc/passwd"
mkdir "$root/proc" "$root/dev"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
story
says "there is no"
ends_with 2 check /tmp/demo/freescout
! grep -qF "/proc is not mounted" "$work/err" || fail "/proc is mounted there"

# A root that is this system, with what is changed in it kept apart.
new_system() {
    root=$work/$1
    mkdir -p "$root" "$work/$1.upper" "$work/$1.work"
    mount -t overlay -o "lowerdir=/,upperdir=$work/$1.upper,workdir=$work/$1.work" overlay "$root"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs -o mode=755 tmpfs "$root/var/lib"
    cp "$program" "$root/freescout-rescue"
}

say "this system"
new_system system
story
says "knows no address for this name"

say "this system, whose nsswitch.conf names plugins that crash"
new_system nsswitch
library=$(dirname "$(chroot "$root" sh -c 'ls /lib/*-linux-gnu/libc.so.6')")
gcc -shared -fPIC -x c -o "$root$library/libnss_evil.so.2" - <<'C'
#include <signal.h>
__attribute__((constructor)) static void evil(void) { raise(SIGSEGV); }
C
for database in passwd group initgroups hosts; do echo "$database: evil files dns"; done >"$root/etc/nsswitch.conf"
code=0
(chroot "$root" getent passwd nobody) >/dev/null 2>&1 || code=$?
[ "$code" -ge 128 ] || fail "the plugin does not crash what loads it ($code)"
story
says "there is no"

say "this system, whose nsswitch.conf names a plugin that never answers"
new_system silent
gcc -shared -fPIC -x c -o "$root$library/libnss_silent.so.2" - <<'C'
#include <unistd.h>
__attribute__((constructor)) static void silent(void) { for (;;) pause(); }
C
for database in passwd group initgroups; do echo "$database: files silent"; done >"$root/etc/nsswitch.conf"
ends_with 0 demo --make /tmp/demo
# Somebody whom no file knows: the plugin is asked, once.
chown -R 54321:54321 "$root/tmp/demo/freescout"
begun=$SECONDS
ends_with 2 check /tmp/demo/freescout
says "Web user: number 54321, an account without a name here"
[ $((SECONDS - begun)) -lt 30 ] || fail "it waited for $((SECONDS - begun)) seconds"
