#!/usr/bin/env bash
# PyPI crondir 0.3.0: settings that stand below its part of a crontab are moved above it, and then hold for its jobs.
#
# Expected: its README: it "does not interfere with existing crontab entries". In a crontab a line NAME=value
#   holds for all lines below it, so what is above and below the marked part has to stay there.
# Seen: with each build all that stands below the marked part is put above it. A PATH or MAILTO that was set there
#   for the lines at the end now holds for crondir's jobs as well.
# Matters: FreeScout's `artisan schedule:run` fetches the mail. Where its line comes last, below a PATH with an old
#   PHP, the other jobs run with that PHP after the next build; and where crondir's part has the schedule, a
#   MAILTO="" from below hides that it fails.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install crondir==0.3.0
# Stands in for crontab(1), with a file of this folder as the crontab.
mkdir bin cron.d
cat > bin/crontab <<'SH'
#!/bin/sh
if [ "$1" = -l ]; then cat table; else cp "$1" table; fi
SH
chmod +x bin/crontab
echo '*/5 * * * * php /srv/desk/artisan schedule:run' > cron.d/desk
cat > table <<'CRON'
MAILTO=admin@example.org
# Managed by crondir - do not modify
# crondir end
MAILTO=""
PATH=/opt/php7/bin:/usr/bin:/bin
0 3 * * * php /srv/old/clean.php
CRON
PATH=$dir/bin:$PATH venv/bin/crondir build --cron-dir cron.d > /dev/null
seen=$(grep -v '^$' table)
want='MAILTO=admin@example.org
MAILTO=""
PATH=/opt/php7/bin:/usr/bin:/bin
0 3 * * * php /srv/old/clean.php
# Managed by crondir - do not modify
# cron.d/desk
*/5 * * * * php /srv/desk/artisan schedule:run
# crondir end'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
