#!/usr/bin/env bash
# Every check of this project, in one command. Installs the Debian packages that its tests need when it is run as root
# and they are missing, and says which; without root it names them and fails. Nothing is skipped in silence.
set -euo pipefail
cd "$(dirname "$0")/.."
# What the tests read is English, whoever runs them.
unset LC_ALL LC_MESSAGES
export LANG=C.UTF-8

policy="" ahead="" other="" said=""
finish() {
    [ -z "$policy" ] || rm -f "$policy"
    [ -z "$other" ] || { kill "$other" 2>/dev/null || true; cat "$said"; }
    [ -z "$ahead" ] || kill -- "-$ahead" 2>/dev/null || true
}
trap finish EXIT

# Package, and a file (or a pattern of one) that shows it is there.
needs="
gcc:/usr/bin/gcc
make:/usr/bin/make
perl:/usr/bin/perl
mariadb-server:/usr/sbin/mariadbd
mariadb-client:/usr/bin/mariadb-dump
postgresql:/usr/lib/postgresql/*/bin/initdb
pgbouncer:/usr/sbin/pgbouncer
mydumper:/usr/bin/mydumper
dovecot-imapd:/usr/lib/dovecot/imap
dovecot-pop3d:/usr/lib/dovecot/pop3
postfix:/usr/lib/postfix/sbin/master
openssl:/usr/bin/openssl
curl:/usr/bin/curl
php-cli:/usr/bin/php
php-mysql:/usr/lib/php/*/pdo_mysql.so
php-illuminate-encryption:/usr/share/php/Illuminate/Encryption/Encrypter.php
python3:/usr/bin/python3
vim:/usr/bin/vim
git:/usr/bin/git
e2fsprogs:/usr/sbin/debugfs
sqlite3:/usr/bin/sqlite3
strace:/usr/bin/strace
age:/usr/bin/age
openssh-client:/usr/bin/ssh-keygen
mount:/usr/sbin/losetup
p7zip-full:/usr/bin/7z
qemu-utils:/usr/bin/qemu-img
borgbackup:/usr/bin/borg
brotli:/usr/bin/brotli
dar:/usr/bin/dar
lz4:/usr/bin/lz4
lzop:/usr/bin/lzop
mercurial:/usr/bin/hg
squashfs-tools:/usr/bin/mksquashfs
xz-utils:/usr/bin/xz
zip:/usr/bin/zip
ncompress:/usr/bin/compress
mariadb-backup:/usr/bin/mbstream
redis-server:/usr/bin/redis-server
systemd-journal-remote:/lib/systemd/systemd-journal-remote
zstd:/usr/bin/zstd
util-linux:/usr/bin/setpriv
iproute2:/usr/sbin/ip
musl-tools:/usr/bin/musl-gcc
busybox-static:/bin/busybox
binutils:/usr/bin/readelf
cpio:/usr/bin/cpio
man-db:/usr/bin/man
rpm:/usr/bin/rpm
rpm2cpio:/usr/bin/rpm2cpio
lintian:/usr/bin/lintian
docker.io:/usr/sbin/dockerd
podman:/usr/bin/podman
runc:/usr/sbin/runc
gcab:/usr/bin/gcab
joe:/usr/bin/joe
fish:/usr/bin/fish
zsh:/usr/bin/zsh
nano:/usr/bin/nano
fuse-overlayfs:/usr/bin/fuse-overlayfs
uidmap:/usr/bin/newuidmap
procps:/usr/bin/pgrep
systemd:/usr/bin/systemd-analyze
systemd-container:/usr/bin/systemd-nspawn
lxc:/usr/bin/lxc-start
"
# The programs that the cases beside the project pack, encrypt and dump with.
[ ! -d ../shared ] || needs="$needs
fsarchiver:/usr/sbin/fsarchiver
gnupg:/usr/bin/gpg
rclone:/usr/bin/rclone
restic:/usr/bin/restic
umoci:/usr/bin/umoci
wimtools:/usr/bin/wimcapture
"
missing=""
set -f # the patterns are for compgen alone
for need in $needs; do
    compgen -G "${need#*:}" >/dev/null || missing="$missing ${need%%:*}"
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "These Debian packages are missing:$missing" >&2
        echo "Install them (apt-get install$missing), or run this script as root." >&2
        exit 1
    fi
    echo "Installing Debian packages:$missing"
    # No service of the packages may start: the tests start servers of their own.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    apt-get update -q
    # shellcheck disable=SC2086 # one word a package
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
    for need in $needs; do
        compgen -G "${need#*:}" >/dev/null || { echo "${need%%:*} was installed, but ${need#*:} is not there" >&2; exit 1; }
    done
fi
set +f
command -v cargo >/dev/null || { echo "cargo is missing: install Rust 1.93 or later (https://rustup.rs)" >&2; exit 1; }

step() {
    local begun=$SECONDS code=0
    printf '\n== %s\n' "$*"
    "$@" || code=$?
    printf '== %s seconds: %s\n' "$((SECONDS - begun))" "$1 ${2:-}"
    return "$code"
}
# Runs something in the background; what it says comes with `joined`, which ends everything where it failed.
beside() {
    said=$(mktemp)
    (set -e; "$@") >"$said" 2>&1 &
    other=$!
}
joined() {
    local code=0
    wait "$other" || code=$?
    other=""
    cat "$said"
    rm -f "$said"
    [ "$code" -eq 0 ] || exit "$code"
}
export INSTA_UPDATE=no
# The tests start the program thousands of times: built a little faster to run, they take a third of the time. Nobody steps
# through them with a debugger.
export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0
# Nothing is built twice here: notes for the next build would only cost time and disk.
export CARGO_INCREMENTAL=0
# Data made by real FreeScouts, and cases modelled on public reports, lie beside the project where it is developed; a clone
# elsewhere has its own fixtures.
shared=../shared
export TEST_FEATURES=crash-points,pseudo-locale
[ ! -d "$shared" ] || TEST_FEATURES=$TEST_FEATURES,shared-data

# The file that people run is put together on one core for minutes: the other has the lints and the tests to build meanwhile.
# What goes wrong with it is told where it is due, below.
if [ "$(id -u)" -eq 0 ]; then
    setsid tests/dist.sh build >/dev/null 2>&1 </dev/null &
    ahead=$!
fi

not_run=""
[ "$(id -u)" -eq 0 ] || not_run=", what only root can try (the tests that leave something out say \"not root: … not tried\")"
if [ -z "${FREESCOUT_CHECKOUT:-}" ]; then
    not_run="$not_run, FreeScout's own code beside ours (tests/agree: FREESCOUT_CHECKOUT names no checkout of it)"
fi
step cargo fmt --check
step cargo clippy --locked --all-targets --all-features -- -D warnings
step cargo test --locked --features "$TEST_FEATURES" --no-run
# The longest of them, which measures no time, has the core that the file leaves.
step cargo test --locked --features "$TEST_FEATURES" --test crash
# Some tests measure time: they have the machine to themselves, but for the tools of the checks that follow, which are built
# in what the tests leave of it.
[ -z "$ahead" ] || wait "$ahead" || true
others=() waiting=()
for program in tests/*/main.rs; do
    name=$(basename "$(dirname "$program")")
    case $name in
        crash | memory) ;;
        # These wait for servers and containers most of their time: they do so beside the others.
        containers | mail | servers) waiting+=(--test "$name") ;;
        *) others+=(--test "$name") ;;
    esac
done
# What is left in memory is looked for while nothing else runs: beside others, threads end late, and their stacks with them.
step cargo test --locked --features "$TEST_FEATURES" --test memory -- --test-threads=1
setsid nice -n 19 sh -c 'tests/deny.sh tool && tests/machete.sh' >/dev/null 2>&1 </dev/null &
ahead=$!
beside step cargo test --locked --features "$TEST_FEATURES" "${waiting[@]}"
step cargo test --locked --features "$TEST_FEATURES" --lib --bins "${others[@]}"
joined
step cargo test --locked --features "$TEST_FEATURES" --doc
wait "$ahead" || true
ahead=""
step tests/machete.sh
crates=0
step tests/deny.sh || crates=$?
case $crates in
    0) ;;
    3) not_run="$not_run, the advisories about crates (they could not be fetched)" ;;
    *) exit 1 ;;
esac

# The file that people run, where it can be made: what follows is tried with it.
program=""
if [ "$(id -u)" -eq 0 ]; then
    made=0
    step tests/dist.sh || made=$?
    case $made in
        0) program=target/x86_64-unknown-linux-musl/dist/freescout-rescue ;;
        3) not_run="$not_run, the static file and its packages (Rust's target for musl could not be had)" ;;
        *) exit 1 ;;
    esac
else
    not_run="$not_run, the static file in other roots, and the packages (only root can: tests/dist.sh)"
fi
if [ -z "$program" ]; then
    step cargo build --locked --release
    program=target/release/freescout-rescue
fi

# Neither measures time, and each leaves the processors idle for long: the judges have their say beside the containers.
judges() {
    step python3 "$shared/acceptance/judge.py" "$program"
    step python3 "$shared/versions/judge.py" "$program"
    step python3 "$shared/cases/run.py" "$program"
}
[ ! -d "$shared" ] || beside judges
if [ "$(id -u)" -eq 0 ]; then
    step tests/runtimes.sh "$program"
else
    not_run="$not_run, FreeScout in containers of Docker and Podman (only root can: tests/runtimes.sh)"
fi

if [ -d "$shared" ]; then
    joined
else
    not_run="$not_run, tests/shared, the judges of the incidents and of older versions, and the cases (no ../shared beside this clone)"
fi
echo
if [ -n "$not_run" ]; then
    echo "Every check that was run passed. NOT RUN: ${not_run#, }."
else
    echo "All checks passed."
fi
