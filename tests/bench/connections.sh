#!/usr/bin/env bash
# Figures, not tests: the connection tests of 500 mailboxes, sixteen at a time, beside curl's logins of the same
# mailboxes, sixteen at a time, on one Dovecot (IMAP over TLS) on loopback.
#   connections.sh [MAILBOXES [SERVERS [BEFORE [SILENT]]]]
# SERVERS: so many addresses, which are as many servers to both. BEFORE: an earlier build, measured in the same run. SILENT:
# so many of the servers say nothing; then it is measured when the others are done, and curl is left out. Only root can start
# the Dovecot. Needs dovecot-imapd, dovecot-pop3d, postfix (for its account), curl, openssl and python3; hyperfine measures
# when it is there.
set -euo pipefail
cd "$(dirname "$0")/../.."
mailboxes=${1:-500}
servers=${2:-1}
before=${3:-}
silent=${4:-0}
at_once=16
binary=$PWD/target/release/freescout-rescue
[ "$(id -u)" -eq 0 ] || { echo "Run this as root: it starts a Dovecot." >&2; exit 1; }
for program in /usr/sbin/dovecot /usr/lib/dovecot/imap /usr/lib/dovecot/pop3 /usr/bin/curl /usr/bin/openssl /usr/bin/python3; do
    [ -x "$program" ] || { echo "$program is missing: tests/check.sh installs it." >&2; exit 1; }
done
[ -x "$binary" ] || cargo build --release

work=$(mktemp -d)
server=""
finish() {
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
chmod 755 "$work"
install=$work/demo/freescout

# Every password has to open with the key in force: the demo's are under four keys until it is recovered.
"$binary" demo --make "$work/demo" --mailboxes "$mailboxes" >/dev/null
"$binary" recover "$install" --look-in "$work/demo/old-server" --backup-dir "$work/backup" --no-artisan --no-test --yes \
    >"$work/recovered" 2>&1 || { cat "$work/recovered" >&2; exit 1; }

mkdir "$work/dovecot"
python3 tests/bench/dovecot.py "$work/dovecot" "$install" "$mailboxes" "$servers" "$silent" >"$work/output" 2>&1 &
server=$!
deadline=$((SECONDS + 30))
first=""
# shellcheck disable=SC2086 # an address and a login
until [ -n "$first" ] && curl -s -k --max-time 5 -X NOOP $first >/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] && kill -0 "$server" || { cat "$work/output" "$work/dovecot/log" >&2; exit 1; }
    sleep 0.1
    [ ! -s "$work/dovecot/ready" ] || first=$(head -1 "$work/dovecot/logins")
done

# One process and one login a mailbox: curl would otherwise log in anew on the connection it has.
cat >"$work/theirs" <<SH
#!/bin/sh
exec xargs -P $at_once -L 1 curl -s -k --max-time 20 -o /dev/null -X NOOP <"$work/dovecot/logins"
SH
# Its exit code speaks of what it found; that there is an answer for each mailbox is looked at below.
ours_by() { # a script that runs this program
    cat <<SH
#!/bin/sh
exec "$1" test "$install" --concurrency $at_once --per-server $at_once --json >"$work/answer" 2>"$work/complaint"
SH
}
ours_by "$binary" >"$work/ours"
ours_by "$before" >"$work/before"
chmod 755 "$work/theirs" "$work/ours" "$work/before"

if [ "$silent" -gt 0 ]; then
    for run in "$work/ours" ${before:+"$work/before"}; do
        python3 - "$run" "$mailboxes" "$servers" "$silent" "$work/complaint" <<'PY'
import json, pathlib, subprocess, sys, time
run, complaint = sys.argv[1], pathlib.Path(sys.argv[5])
mailboxes, servers, silent = (int(argument) for argument in sys.argv[2:5])
complaint.write_text("")
start, told, running = time.monotonic(), [], subprocess.Popen([run])
while running.poll() is None:
    for line in complaint.read_text().splitlines()[len(told):]:
        told.append((time.monotonic() - start, line))
    time.sleep(0.01)
whole = time.monotonic() - start
answer = json.loads((complaint.parent / "answer").read_text())["results"]
good, quiet = (sum(one["code"] == code for one in answer) for code in ("ok", "timeout"))
print(f"{pathlib.Path(run).name}: {good} logins good, {quiet} timed out, all after {whole:.1f} s; the progress that was told:")
for seconds, line in told[-4:]:
    print(f"  {seconds:6.2f} s  {line}")
PY
    done
    exit
fi

attempts() { grep -c 'imap-login: Info: ' "$work/dovecot/log" || true; }
logins_of() { # logins that one run makes, once Dovecot's log has stood still
    local before after now
    before=$(attempts)
    "$1" || echo "$1 ended with $?" >&2
    after=$(attempts)
    while sleep 0.5; now=$(attempts); [ "$now" -ne "$after" ]; do after=$now; done
    echo $((after - before))
}
echo "logins by curl:             $(logins_of "$work/theirs")"
echo "logins by freescout-rescue: $(logins_of "$work/ours")"
[ -s "$work/answer" ] || { cat "$work/complaint" >&2; exit 1; }

if command -v hyperfine >/dev/null; then
    hyperfine --ignore-failure --warmup 1 --runs 5 -N --export-json "$work/times" \
        -n freescout-rescue "$work/ours" -n curl "$work/theirs" ${before:+-n before "$work/before"}
    python3 - "$work/times" <<'PY'
import json, sys
ours, theirs, *_ = (run["mean"] for run in json.load(open(sys.argv[1]))["results"])
print(f"freescout-rescue {ours:.3f} s, curl {theirs:.3f} s: {theirs / ours:.2f} times as fast as curl")
PY
else
    mean() { # mean wall time of three runs
        local start end total=0
        for _ in 1 2 3; do
            start=$(date +%s.%N)
            "$1" || true
            end=$(date +%s.%N)
            total=$(python3 -c "print($total + $end - $start)")
        done
        python3 -c "print($total / 3)"
    }
    ours=$(mean "$work/ours")
    theirs=$(mean "$work/theirs")
    [ -z "$before" ] || echo "before: $(mean "$work/before") s"
    python3 -c "print(f'freescout-rescue {$ours:.3f} s, curl {$theirs:.3f} s: {$theirs / $ours:.2f} times as fast as curl')"
fi
