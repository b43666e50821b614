#!/usr/bin/env bash
# How large the house is: lines of src/ (all, and without the tests within), files over 500 lines, entries of each floor.
# A folder and the file of its name are one entry; a file of tests is none. For a commit: git worktree add DIR COMMIT,
# then tests/bench/house.sh DIR.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}/src"

files() { find . -name '*.rs' | LC_ALL=C sort; }
echo "lines of src/: $(files | xargs cat | wc -l)"
# Unit tests are the end of their file, or a file tests.rs.
echo "  without tests: $(files | grep -v '/tests\.rs$' | xargs awk 'FNR == 1 { tests = 0 } /^#\[cfg\(test\)\]$/ { tests = 1 } /^mod tests;$/ { tests = 0 } !tests' | wc -l)"
echo "files: $(files | wc -l), over 500 lines:"
files | xargs wc -l | awk '$2 != "total" && $1 > 500 { printf "  %5d %s\n", $1, $2 }' | sort -rn
echo "entries:"
for floor in . */; do
    floor=${floor%/}
    entries=$(cd "$floor" && find . -mindepth 1 -maxdepth 1 \( -type d -o -name '*.rs' \) | sed 's|^\./||; s|\.rs$||' | grep -vx 'tests' | sort -u)
    printf '  %-10s %2d  %s\n' "$floor" "$(wc -l <<<"$entries")" "$(tr '\n' ' ' <<<"$entries")"
done
