#!/usr/bin/env bash
# Figures, not tests: the hunt beside ripgrep, warm, on bytes of chance, on a dump of SQL, on a tree of small files. Ratios
# above 1 say how many times as fast the hunt is; it looks for every form of key at once and uses two threads. Memory too.
#   hunt.sh [MEGABYTES] [FILES]      default 2048 and 100000; 64 and 2000 for a quick run
# Needs ripgrep, time and python3; hyperfine measures when it is there.
set -euo pipefail
cd "$(dirname "$0")/../.."
megabytes=${1:-2048}
files=${2:-100000}
binary=$PWD/target/release/freescout-rescue
for program in rg python3 /usr/bin/time; do
    command -v "$program" >/dev/null || { echo "$program is missing: install ripgrep, time and python3." >&2; exit 1; }
done
[ -x "$binary" ] || cargo build --release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$binary" demo --make "$work/demo" >/dev/null
python3 tests/bench/hunt_data.py "$work" "$megabytes" "$files"

measure() { # mean wall time in seconds of a command
    if command -v hyperfine >/dev/null; then
        hyperfine --ignore-failure --warmup 1 --runs 5 -N --export-json "$work/times" "$1" >/dev/null 2>&1
        python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["results"][0]["mean"])' "$work/times"
    else
        python3 - "$1" <<'PY'
import shlex, subprocess, sys, time
runs = []
for _ in range(4):
    begin = time.monotonic()
    subprocess.run(shlex.split(sys.argv[1]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    runs.append(time.monotonic() - begin)
print(sum(runs[1:]) / 3)
PY
    fi
}

for data in random dump.sql tree; do
    ours="$binary find-key $work/demo/freescout --look-in $work/$data --json"
    # Exit code 2 says that secrets of the demo stay closed, as they should.
    /usr/bin/time -v $ours >"$work/out" 2>"$work/memory" || [ $? -eq 2 ] || { cat "$work/memory" >&2; exit 1; }
    hunt=$(measure "$ours")
    memory=$(sed -n 's/.*Maximum resident set size (kbytes): //p' "$work/memory")
    python3 -c 'import sys; print(f"{sys.argv[1]:9} freescout-rescue {float(sys.argv[2]):.3f} s, {int(sys.argv[3]) / 1024:.0f} MiB of memory")' "$data" "$hunt" "$memory"
    for threads in 1 2; do
        for pattern in 'base64:[A-Za-z0-9+/]{43}=' '[A-Za-z0-9+/]{43}='; do
            rg=$(measure "rg -uu -j$threads -a -o -c '$pattern' $work/$data")
            python3 -c 'import sys; print(f"          rg -j{sys.argv[1]} {sys.argv[2]:26} {float(sys.argv[3]):.3f} s: ratio {float(sys.argv[3]) / float(sys.argv[4]):.2f}")' "$threads" "$pattern" "$rg" "$hunt"
        done
    done
done
