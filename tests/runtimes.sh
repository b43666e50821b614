#!/usr/bin/env bash
# FreeScout in real containers of Debian's Docker and Podman, worked on from their host: each shape is found, checked, recovered
# and undone. No image comes from anywhere: it is made on the spot of this system's busybox, PHP and MariaDB.
#   runtimes.sh [PROGRAM]          everything, of this program: target/debug/freescout-rescue unless it is named
#   runtimes.sh PROGRAM PART...    only these parts, files of tests/runtimes/parts by their names
# Needs root, and Debian's packages as named in tests/check.sh. The container daemons have mounts, processes, a network and
# control groups of their own, where their usual folders are empty: nothing of this machine's own containers is seen or
# touched, and all of it ends with this script. What a machine forbids makes it fail.
set -euo pipefail
here=$(dirname "$(realpath "$0")")/runtimes
fail() { echo "runtimes: $*" >&2; exit 1; }

[ "$(id -u)" -eq 0 ] || fail "only root can run containers of the system's own"
program=$(realpath -e "${1:-$here/../../target/debug/freescout-rescue}") || fail "there is no program to try: cargo build"
shift || true

# A control group of its own: the containers' are below it, in the unified hierarchy.
groups=$(findmnt --noheadings --types cgroup2 --output TARGET | head -n 1)
[ -n "$groups" ] || fail "the unified control groups (cgroup2) are not mounted here"
group=$groups/freescout-rescue-runtimes-$$
mkdir "$group" || fail "no control group can be made in $groups"
folder=$(mktemp -d)

# All processes are ended by then, and all mounts go with them.
clean() {
    local tries
    for tries in $(seq 100); do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
        sleep 0.1
    done
    [ ! -d "$group" ] || fail "$group could not be removed ($tries tries)"
    ! grep -qF " $folder" /proc/self/mountinfo || fail "something is still mounted below $folder"
    rm -rf --one-file-system "$folder"
}
trap clean EXIT

apart=(unshare --mount --propagation private --pid --fork --kill-child --mount-proc --net --uts --ipc)
# In a session of its own: what runs there has no terminal to ask. With its first process everything in it ends.
setsid "${apart[@]}" bash "$here/host.sh" "$group" "$folder" "$program" "$@" </dev/null &
host=$!
trap 'kill -KILL "$host"; exit 1' INT TERM
code=0
wait "$host" || code=$?
[ "$code" -eq 0 ] || fail "ended with $code"
