#!/usr/bin/env bash
# Figures, not tests: `check` on 2,000 mailboxes under four keys beside a PHP script on Laravel's encrypter, time and
# memory, and the size of the binary. Needs hyperfine, time, php-sqlite3 and php-illuminate-encryption.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$PWD/target/release/freescout-rescue
[ -x "$binary" ] || cargo build --release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$binary" demo --make "$work/demo" --mailboxes 2000 >/dev/null
install=$work/demo/freescout
ours="$binary check $install --json --look-in $work/demo/old-server"
theirs="php tests/bench/laravel.php $install/database/database.sqlite $install/.env $work/demo/old-server/env.1 $work/demo/old-server/env.2 $work/demo/old-server/env.3"
echo "Laravel opens by key: $($theirs)"
$ours >"$work/out" || true
python3 - "$work/out" <<'PY'
import json, sys
print("we open by key:      ", *(k["opens"] for k in json.load(open(sys.argv[1]))["keys"]))
PY
hyperfine --ignore-failure --warmup 2 -N --export-json "$work/times" -n freescout-rescue "$ours" -n laravel "$theirs"
for command in "$ours" "$theirs"; do
    /usr/bin/time -f "%M KiB  ${command%% *}" $command >/dev/null || true
done
stat -c '%s bytes  %n' "$binary"
