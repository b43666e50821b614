#!/usr/bin/env bash
# The host of the containers, in namespaces of its own that end with it. Run by tests/runtimes.sh.
#   host.sh GROUP FOLDER PROGRAM PART...
set -euo pipefail
here=$(dirname "$(realpath "$0")")
group=$1 folder=$2 program=$3
shift 3
# shellcheck source=/dev/null
. "$here/story.sh"

# Its control group is the topmost one from here, and itself one step below, as daemons leave the topmost one to the kernel.
if [ -z "${IN_GROUP:-}" ]; then
    echo $$ >"$group/cgroup.procs"
    IN_GROUP=yes exec unshare --cgroup bash "$0" "$group" "$folder" "$program" "$@"
fi
mkdir "$group/host"
echo $$ >"$group/host/cgroup.procs"

# What daemons write, and what is written of them, is empty here. Layers lie on the disk, as they usually do.
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock "$folder"/{docker,containers,etc,rescue}
mount -t tmpfs -o mode=755 tmpfs "$folder/etc"
mkdir "$folder/etc"/{upper,work}
mount -t overlay -o "lowerdir=/etc,upperdir=$folder/etc/upper,workdir=$folder/etc/work" overlay /etc
rm -rf /etc/docker /etc/containers/storage.conf
mount -t tmpfs -o mode=755 tmpfs /var/lib
for name in docker containers; do
    mkdir "/var/lib/$name"
    mount --bind "$folder/$name" "/var/lib/$name"
done
mkdir /var/lib/freescout-rescue
mount --bind "$folder/rescue" /var/lib/freescout-rescue
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs /srv
mount -t tmpfs -o mode=755 tmpfs /home
ip link set lo up
hostname host-of-containers
export HOME=/root

say "an image"
bash "$here/image.sh" "$folder/image" "$program" >"$folder/said" 2>&1 || { cat "$folder/said" >&2; fail "no image could be made"; }

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(layouts keys stopped ended database elsewhere rootless machines)
for part in "${parts[@]}"; do
    begun=$SECONDS
    # shellcheck source=/dev/null
    . "$here/parts/$part.sh"
    say "$part: $((SECONDS - begun)) seconds"
done
say "all of it was found, checked, recovered and undone, or refused with its reason: $walked walks"
