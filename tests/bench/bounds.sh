#!/usr/bin/env bash
# Figures, not tests: what inputs cost that are hostile by their size, their shape or their pace. Time, the processors' time and
# memory of each, beside the bound that is meant for it, as a table in Markdown.
#   bounds.sh BINARY [--only WORD]... [--small] [--limit SECONDS]
# WORD is part of a row's name (`--only zip`, `--only pgsql`); --small makes inputs of a few megabytes, for a look at the
# script itself. A run is ended after SECONDS (120), or at 3 GiB. Needs python3 and git, for the rows of databases root,
# MariaDB and PostgreSQL, for two of the packed ones 7z and zstd: tests/check.sh installs them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] && [ -x "$1" ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Another account than root is meant to get in, as a web server does.
chmod 755 "$work"
binary=$(realpath "$1")
shift
PYTHONDONTWRITEBYTECODE=1 python3 "$here/bounds.py" "$binary" "$work" "$@"
