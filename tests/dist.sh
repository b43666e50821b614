#!/usr/bin/env bash
# Makes the one file that runs on any Linux, and the packages around it, and tries them: started in roots that have next to
# nothing, and walked there from a broken install to a recovered one and back, on SQLite and on MariaDB.
#   dist.sh              everything
#   dist.sh build        only the file
#   dist.sh walk FILE    only the walks through other roots, of a file that is there
#   dist.sh tests FILE   only the tests with a database and a terminal, of a file that is there
#   dist.sh packages     only the packages, of the file that was made
# Ends with 3 when the Rust target cannot be had: then nothing was made. Needs root for the walks, and Debian's packages as
# named in tests/check.sh. Leaves target/x86_64-unknown-linux-musl/dist/freescout-rescue and target/packages/.
set -euo pipefail
cd "$(dirname "$0")/.."

target=x86_64-unknown-linux-musl
file=target/$target/dist/freescout-rescue
# In bytes.
most=12000000
here=$PWD/tests/dist
fail() { echo "dist: $*" >&2; exit 1; }
say() { printf '\n== dist: %s\n' "$*"; }

build() {
    say "the file"
    command -v musl-gcc >/dev/null || fail "musl-gcc is missing: install Debian's package musl-tools"
    if ! [ -d "$(rustc --print sysroot)/lib/rustlib/$target" ]; then
        command -v rustup >/dev/null || { echo "dist: rustc has no target $target, and there is no rustup to add it" >&2; exit 3; }
        timeout 300 rustup target add "$target" || { echo "dist: rustup could not add the target $target" >&2; exit 3; }
    fi
    cargo dist
    ls -l "$file"
}

# What the file has to be, before it is started.
look() {
    say "what it is"
    local headers size
    size=$(stat -c %s "$file")
    [ "$size" -le "$most" ] || fail "$file has $size bytes, more than $most"
    headers=$(readelf -lW "$file")
    ! grep -q INTERP <<<"$headers" || fail "$file asks for a loader: it is not static"
    ! readelf -dW "$file" | grep -q NEEDED || fail "$file asks for libraries"
    echo "static, $size bytes"
}

walk() {
    [ "$(id -u)" -eq 0 ] || fail "only root can change into another root"
    local program=$1
    # In mounts of its own: nothing of them is left, however it ends.
    unshare --mount --propagation private "$here/walk.sh" "$program"
}

# The executable of one of the project's test programs.
executable() {
    cargo test --locked --features crash-points,pseudo-locale --test "$1" --no-run --message-format=json 2>/dev/null |
        python3 -c 'import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable") and message["target"]["name"] == sys.argv[1]:
        print(message["executable"])' "$1"
}

tests() {
    say "the tests of databases and of the wizard, on this file"
    local servers pty
    servers=$(executable servers)
    pty=$(executable pty)
    [ -x "$servers" ] && [ -x "$pty" ] || fail "the tests could not be built"
    unshare --mount --propagation private "$here/swapped.sh" "$1" "$PWD/target/debug/freescout-rescue" "$servers" "$pty"
}

packages() {
    say "packages"
    "$here/packages.sh" "$file"
}

case ${1:-all} in
    build) build; look ;;
    walk) walk "$(realpath "$2")" ;;
    tests) tests "$(realpath "$2")" ;;
    packages) packages ;;
    all) build; look; walk "$PWD/$file"; tests "$PWD/$file"; packages ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
