#!/usr/bin/env bash
# Names crates in Cargo.toml that nothing uses. Installs cargo-machete under `target/` (about a minute on two cores, once).
# What it is wrong about stands in `[package.metadata.cargo-machete]`.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.9.2
tools=target/tools
if [ "$("$tools/bin/cargo-machete" --version 2>/dev/null || true)" != "$version" ]; then
    # It runs for seconds: whatever makes it faster takes longer to compile than it saves.
    CARGO_PROFILE_DEV_OPT_LEVEL=0 CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install --locked --quiet --debug "cargo-machete@$version" --root "$tools" --target-dir "$tools/build"
    rm -rf "$tools/build"
fi
"$tools/bin/cargo-machete" .
