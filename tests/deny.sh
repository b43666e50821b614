#!/usr/bin/env bash
# Holds what `tests/deny.toml` decides about crates. Installs cargo-deny under `target/` (about two and a half minutes on
# two cores, once; `deny.sh tool` does nothing else). Ends with 3 when all is well as far as could be seen, but the advisories could not be read.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
tools=target/tools
if [ "$("$tools/bin/cargo-deny" --version 2>/dev/null || true)" != "cargo-deny $version" ]; then
    # It runs for seconds: whatever makes it faster takes longer to compile than it saves.
    CARGO_PROFILE_DEV_OPT_LEVEL=0 CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install --locked --quiet --debug "cargo-deny@$version" --root "$tools" --target-dir "$tools/build"
    rm -rf "$tools/build"
fi
[ "${1:-}" != tool ] || exit 0
deny() { "$tools/bin/cargo-deny" --locked --config tests/deny.toml "$@"; }

deny --exclude-dev check -D unnecessary-skip bans
deny check licenses sources

# The advisories are fetched from where they are kept. Without a way there, a copy of at most 90 days does; without that,
# nothing is known of them, which is no fault of this project.
if GIT_TERMINAL_PROMPT=0 timeout 120 "$tools/bin/cargo-deny" --config tests/deny.toml fetch db 2>/dev/null; then
    deny check advisories
    exit
fi
# The copy's age is that of its newest commit: by its files, a fetch that failed makes it look new.
copies=("${CARGO_HOME:-$HOME/.cargo}"/advisory-dbs/advisory-db-*/.git)
day=$(git --git-dir "${copies[0]}" log -1 --format=%cs 2>/dev/null || true)
if [ -n "$day" ] && [ "$(date -d "$day" +%s)" -gt "$(date -d '90 days ago' +%s)" ]; then
    deny --offline check advisories
    echo "The advisories are those of $day: newer ones could not be fetched."
else
    echo "The advisories were NOT checked: they could not be fetched, and no copy of the last 90 days is here."
    exit 3
fi
