#!/usr/bin/env bash
# Fuzzes every target (or those named) for some seconds each, one after the other, and prints what came of it:
#   tests/fuzz/run.sh [SECONDS [TARGET…]]        60 seconds and all of them, unless said otherwise
# Wants cargo-fuzz 0.13 and a C++ compiler. A stable toolchain will do: RUSTC_BOOTSTRAP lets it take the flags of the
# sanitizer. What was learnt stays in tests/fuzz/corpus, inputs that break something in tests/fuzz/artifacts; neither is
# committed: what breaks becomes a test of the suite.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=60
if [[ ${1-} =~ ^[0-9]+$ ]]; then
    seconds=$1
    shift
fi
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for target in tests/fuzz/targets/*.rs; do
        targets+=("$(basename "$target" .rs)")
    done
fi
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "cargo-fuzz is missing: cargo install --locked cargo-fuzz@0.13.2" >&2
    exit 1
fi

export RUSTC_BOOTSTRAP=1
# What was freed is kept for a while to see it used again: a little of it, or the memory limit is that of the keeping.
export ASAN_OPTIONS=${ASAN_OPTIONS-quarantine_size_mb=16}
fuzz=tests/fuzz
# Checks that need a folder make it here, and a fuzzer that ends does not clear up; in memory it costs least.
room=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$room"' EXIT
cargo fuzz build --fuzz-dir "$fuzz" --target-dir target/fuzz

# Bytes of one input: a swap file or a dump needs room, a reply does not.
longest() {
    case $1 in
        archive | config_cache) echo 8192 ;;
        sql_dump) echo 16384 ;;
        *) echo 4096 ;;
    esac
}

failed=0
table=$(printf '%-14s %12s %8s %8s' target runs seconds crashes)
for target in "${targets[@]}"; do
    # A thread that is just ending looks like a leak.
    options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=512 -detect_leaks=0
        -max_len="$(longest "$target")" -print_final_stats=1)
    if [ -f "$fuzz/dictionaries/$target" ]; then
        options+=(-dict="$fuzz/dictionaries/$target")
    fi
    mkdir -p "$fuzz/corpus/$target"
    log=$room/$target.log
    start=$SECONDS
    crashes=0
    if ! TMPDIR=$room cargo fuzz run --fuzz-dir "$fuzz" --target-dir target/fuzz "$target" \
        "$fuzz/corpus/$target" "$fuzz/seeds/$target" -- "${options[@]}" >"$log" 2>&1; then
        crashes=1
        failed=1
        grep -E 'panicked at|ERROR: libFuzzer|Test unit written' -A 1 "$log" >&2 || tail -n 20 "$log" >&2
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    table+=$'\n'$(printf '%-14s %12s %8s %8s' "$target" "${runs:-?}" $((SECONDS - start)) "$crashes")
done
printf '\n%s\n' "$table"
exit $failed
