#!/bin/sh
# Debian's servers that cannot be installed beside each other, each in a copy of this system that lives above it:
#
#     root.sh install FOLDER PACKAGE…       installs packages into FOLDER; this system stays as it is
#     root.sh run FOLDER STATE COMMAND…     runs a command there; what it writes goes to STATE and is nobody's
#
# Root, and a kernel with overlayfs. All processes end with this one.
set -eu
what=$1 folder=$2
shift 2
mkdir -p "$folder"
case $what in
install)
    mkdir -p "$folder/new" "$folder/work"
    layers="lowerdir=/,upperdir=$folder/new,workdir=$folder/work"
    set -- sh -ec 'printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
        apt-get clean' install "$@"
    ;;
run)
    state=$1
    shift
    mkdir -p "$state/work"
    # A copy: the kernel takes no layer that is a part of another, but for the uppermost.
    cp -a "$folder/installed" "$state/new"
    layers="lowerdir=/,upperdir=$state/new,workdir=$state/work"
    folder=$state
    ;;
esac
mkdir -p "$folder/root"
# shellcheck disable=SC2016 # for the shell within
unshare --mount --pid --fork --kill-child sh -ec '
    mount -t overlay -o "$1" overlay "$2"
    mount -t proc proc "$2/proc"
    mount --rbind /dev "$2/dev"
    mount -t tmpfs tmpfs "$2/run"
    at=$2
    shift 2
    exec chroot "$at" "$@"' root "$layers" "$folder/root" "$@"
if [ "$what" = install ]; then mv "$folder/new" "$folder/installed"; fi
