#!/usr/bin/env bash
# Makes the packages for Debian and for RPM systems around the static file, and looks at what they would install.
#   packages.sh FILE     into target/packages/
# Installs cargo-deb and cargo-generate-rpm under target/ (some minutes, once).
set -euo pipefail
cd "$(dirname "$0")/../.."
file=$1
target=x86_64-unknown-linux-musl
out=target/packages
tools=target/tools
fail() { echo "dist: $*" >&2; exit 1; }

# A tool of crates.io, of this version; options of cargo install may follow.
tool() {
    local tool=$1@$2
    grep -qsF "\"$1 $2 " "$tools/.crates.toml" && return
    shift 2
    cargo install --locked --quiet --debug "$tool" "$@" --root "$tools" --target-dir "$tools/build"
    rm -rf "$tools/build"
}
tool cargo-deb 3.8.0 --no-default-features
tool cargo-generate-rpm 0.21.1
export PATH="$PWD/$tools/bin:$PATH"

rm -rf "$out"
mkdir -p "$out"/{man,completions,deb,rpm}
"$file" --lang en man "$out/man"
"$file" --lang en completions bash >"$out/completions/freescout-rescue.bash"
"$file" --lang en completions zsh >"$out/completions/_freescout-rescue"
"$file" --lang en completions fish >"$out/completions/freescout-rescue.fish"
bash -n "$out/completions/freescout-rescue.bash"
for page in "$out"/man/*.1; do
    # Anything that the formatter remarks is a mistake in the page.
    remarks=$(MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 "$page" 2>&1 >/dev/null | grep -v 'cannot adjust\|cannot break' || true)
    [ -z "$remarks" ] || fail "$page: $remarks"
done

cargo deb --quiet --no-build --no-strip --profile dist --target "$target" --output "$out/freescout-rescue.deb"
cargo generate-rpm --profile dist --target "$target" --output "$out/freescout-rescue.rpm"

dpkg-deb --extract "$out/freescout-rescue.deb" "$out/deb"
# It ends with 1 where a package does not say how long its archive is, which none has to. That the archive is whole, its
# digest tells.
rpm --checksig --verbose "$out/freescout-rescue.rpm" | grep -q 'Payload SHA256 digest: OK' || fail "the RPM is damaged"
(rpm2cpio "$out/freescout-rescue.rpm" || true) | (cd "$out/rpm" && cpio --quiet -idm)
for installed in "$out/deb" "$out/rpm"; do
    cmp "$file" "$installed/usr/bin/freescout-rescue"
    [ -x "$installed/usr/bin/freescout-rescue" ] || fail "$installed: the program cannot be run"
    for wanted in "usr/share/man/man1/freescout-rescue.1*" "usr/share/man/man1/freescout-rescue-recover.1*" \
        usr/share/bash-completion/completions/freescout-rescue "usr/share/zsh/*/_freescout-rescue" \
        usr/share/fish/vendor_completions.d/freescout-rescue.fish; do
        compgen -G "$installed/$wanted" >/dev/null || fail "$installed has no $wanted"
    done
    for unit in assets/systemd/*; do
        cmp "$unit" "$installed/usr/lib/systemd/system/${unit##*/}"
    done
    cmp assets/watch.toml "$installed/usr/share/doc/freescout-rescue/watch.toml.example"
    # Rounds are made where somebody asks for them.
    enabled=$(find "$installed" -path '*.wants/*' -o -path '*preset*' -type f)
    [ -z "$enabled" ] || fail "the timer is enabled by $enabled"
    # Nothing is there that others could change.
    strange=$(find "$installed" -mindepth 1 \( -type f -o -type d \) -perm /022)
    [ -z "$strange" ] || fail "others could write: $strange"
done
[ -z "$(dpkg-deb --field "$out/freescout-rescue.deb" Depends)" ] || fail "the Debian package depends on something"
! rpm -qp --requires "$out/freescout-rescue.rpm" 2>/dev/null | grep -v '^rpmlib(' || fail "the RPM depends on something"
# What Debian's own checker calls an error, but that: nobody calls it into the archive.
lintian --fail-on error --suppress-tags statically-linked-binary,no-changelog "$out/freescout-rescue.deb"
ls -l "$out"/*.deb "$out"/*.rpm
