#!/usr/bin/env bash
# Makes the one file that runs on any Linux, and the packages around it, and tries them: started in roots that have next to
# nothing, and walked there from a broken install to a recovered one and back, on SQLite and on MariaDB.
#   dist.sh              everything
#   dist.sh build        only the file
#   dist.sh aarch64      the file for 64-bit ARM; needs python3 with venv
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
most=18300000
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

# Runs a script in mounts of its own, with an empty folder to mount them in as its last argument. They are gone with its
# processes, however it ends, and the folder is empty again. It is removed as an empty one alone: through a mount that were left,
# anything more would remove what it leads to.
apart() {
    local folder code=0
    unshare --mount --propagation private true || fail "this machine lets nobody mount anything: the walks cannot be tried here"
    folder=$(mktemp -d)
    unshare --mount --propagation private "$@" "$folder" || code=$?
    rmdir "$folder"
    return "$code"
}

walk() {
    [ "$(id -u)" -eq 0 ] || fail "only root can change into another root"
    local program=$1
    apart "$here/walk.sh" "$program"
}

# The same for 64-bit ARM. Rust's own linker puts it together; C is compiled by zig, which brings the headers of musl along.
aarch64() {
    local arm=aarch64-unknown-linux-musl version=0.17.1 tools=$PWD/target/tools/zig made
    say "the file for $arm"
    [ -d "$(rustc --print sysroot)/lib/rustlib/$arm" ] || timeout 300 rustup target add "$arm" ||
        { echo "dist: rustup could not add the target $arm" >&2; exit 3; }
    if [ "$("$tools/bin/python" -m ziglang version 2>/dev/null || true)" != "$version" ]; then
        python3 -m venv --clear "$tools"
        "$tools/bin/pip" install --quiet "ziglang==$version"
    fi
    # The compiler is told its target in the words of another one.
    cat >"$tools/cc" <<SCRIPT
#!/bin/bash
arguments=()
for argument; do [[ \$argument == --target=* ]] || arguments+=("\$argument"); done
exec "$tools/bin/python" -m ziglang cc -target aarch64-linux-musl -fno-sanitize=undefined "\${arguments[@]}"
SCRIPT
    printf '#!/bin/sh\nexec "%s/bin/python" -m ziglang ar "$@"\n' "$tools" >"$tools/ar"
    chmod 755 "$tools/cc" "$tools/ar"
    CC_aarch64_unknown_linux_musl=$tools/cc AR_aarch64_unknown_linux_musl=$tools/ar \
        CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=rust-lld \
        cargo build --locked --profile "${1:-dist}" --target "$arm"
    made=target/$arm/${1:-dist}/freescout-rescue
    file=$made look
    ls -l "$made"
    # On another machine than that, where its processor can be imitated.
    if [ "$(uname -m)" = aarch64 ]; then "$made" --version
    elif command -v qemu-aarch64-static >/dev/null; then qemu-aarch64-static "$made" --version
    else echo "not started: this is another processor, and qemu-aarch64-static (Debian: qemu-user-static) is missing"
    fi
}

# The executable of one of the project's test programs.
executable() {
    cargo test --locked --features "${TEST_FEATURES:-crash-points,pseudo-locale}" --test "$1" --no-run --message-format=json 2>/dev/null |
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
    apart "$here/swapped.sh" "$1" "$PWD/target/debug/freescout-rescue" "$servers" "$pty"
}

packages() {
    say "packages"
    "$here/packages.sh" "$file"
}

case ${1:-all} in
    build) build; look ;;
    aarch64) aarch64 "${2:-dist}" ;;
    walk) walk "$(realpath "$2")" ;;
    tests) tests "$(realpath "$2")" ;;
    packages) packages ;;
    all) build; look; walk "$PWD/$file"; tests "$PWD/$file"; packages ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
