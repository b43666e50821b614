#!/usr/bin/env bash
# Figures, not tests: `check` on 2,000 and 20,000 mailboxes on a MariaDB, beside the plain client reading the same columns, and
# on a helpdesk that sent 1,000,000 emails: time, the processors' time, memory.
#   check.sh BINARY [BEFORE [RUNS]]        RUNS: 7
# BEFORE: an earlier build, measured in the same run, by turns. Needs root, MariaDB with its client, and python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] && [ -x "$1" ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ "$(id -u)" -eq 0 ] || { echo "Run this as root: it starts a MariaDB." >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The server's account is meant to get in.
chmod 755 "$work"
PYTHONDONTWRITEBYTECODE=1 python3 "$here/check_times.py" "$work" "${3:-7}" "$(realpath "$1")" ${2:+"$(realpath "$2")"}
