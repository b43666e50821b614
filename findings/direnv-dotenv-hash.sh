#!/usr/bin/env bash
# direnv 2.32.1 (Debian 12): its `dotenv` ends a bare value at a `#` even without a blank before it.
#
# Expected: the file is Laravel's, and its reader takes a `#` for a comment only behind a blank; direnv
#   says that it loads .env files, and nothing of what it takes for a comment.
# Seen: DB_PASSWORD=a#b is `a` in the shell. In quotes it is kept.
# Matters: the shell's environment beats FreeScout's .env. Who has direnv switched on in the folder and
#   runs `php artisan` there works with a cut password (and `freescout:clear-cache` freezes it into
#   bootstrap/cache/config.php, from where the web pages take it too).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download direnv 2> /dev/null
dpkg-deb -x direnv_*.deb .
export HOME="$dir"
cat > .env << 'ENV'
BARE=a#b
QUOTED="a#b"
APP_KEY="base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=" # old key
ENV
echo dotenv > .envrc
usr/bin/direnv version
usr/bin/direnv allow .
seen=$(usr/bin/direnv exec . env 2> /dev/null | grep -E '^(BARE|QUOTED|APP_KEY)=' | sort)
want='APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
BARE=a
QUOTED=a#b'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
