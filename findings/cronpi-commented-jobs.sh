#!/usr/bin/env bash
# PyPI cronpi 2.0.1: to set a job's time anew brings the same job back to life wherever a `#` had put it out of use.
#
# Expected: isOverwrite: if the command exists as a cronjob, it is given the new date and time. In a crontab a line that
#   begins with `#` is a comment, and no job.
# Seen: the command of a line is all behind its fifth word, a `#` or not, and every line with the command is replaced
#   by the new one. A job that was commented out runs again, and where it stands below in use, it runs twice.
# Matters: to comment out `artisan schedule:run` is how FreeScout's fetching is stopped during a rescue, and an old line
#   is left as a comment. A tool that only sets the interval switches it on, in the middle of that, and in two
#   processes each minute that fetch the same mailboxes.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install cronpi==2.0.1
# Stands in for crontab(1), with a file of this folder as the crontab.
mkdir bin
cat > bin/crontab <<'SH'
#!/bin/sh
if [ "${1-}" = -l ]; then cat table; else cat > new && mv new table; fi
SH
chmod +x bin/crontab
cat > table <<'CRON'
0 3 * * * tar -cf /srv/desk.tar /srv/desk
#* * * * * php /srv/desk/artisan schedule:run
*/2 * * * * php /srv/desk/artisan schedule:run
CRON
PATH=$dir/bin:$PATH venv/bin/python3 -c '
import cronpi
cronpi.run_custom("*/5 * * * * php /srv/desk/artisan schedule:run", isOverwrite=True)'
seen=$(cat table)
printf '%s\n' "$seen"
want='0 3 * * * tar -cf /srv/desk.tar /srv/desk
*/5 * * * * php /srv/desk/artisan schedule:run
*/5 * * * * php /srv/desk/artisan schedule:run'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
