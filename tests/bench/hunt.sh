#!/usr/bin/env bash
# Figures, not tests: the hunt beside ripgrep, on bytes of chance, on a dump of SQL, on a tree of small files, all of them in
# the page cache. ripgrep looks for one pattern: keys with their prefix, or without. The hunt looks for prefixed keys alone, and
# then for all it ever looks for at once: every form of key, and older passwords. Time, the processors' time, memory, and how
# many times as fast the hunt is.
#   hunt.sh [MEGABYTES] [FILES] [RUNS]      default 2048, 100000 and 7; 64, 2000 and 3 for a quick look
# Needs ripgrep and python3.
set -euo pipefail
cd "$(dirname "$0")/../.."
megabytes=${1:-2048}
files=${2:-100000}
runs=${3:-7}
binary=$PWD/target/release/freescout-rescue
for program in rg python3; do
    command -v "$program" >/dev/null || { echo "$program is missing: install ripgrep and python3." >&2; exit 1; }
done
[ -x "$binary" ] || cargo build --release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$binary" demo --make "$work/demo" >/dev/null
python3 tests/bench/hunt_data.py "$work" "$megabytes" "$files"
rg --version | head -n 1
python3 tests/bench/hunt_times.py "$binary" "$work" "$runs"
