#!/usr/bin/env bash
# python3-crontab 2.7.1 (Debian 12): writing a crontab back deletes `NAME = value` and `# NAME=value` lines.
#
# Expected: by crontab(5) blanks around the `=` of a variable are optional, and a line that begins with `#` is
#   a comment. A script that touches neither finds both in the file again.
# Seen: read and written back at once, the variable with blanks around its `=` is gone, and so is a comment
#   with a blank before a name and a `=`. Other comments, and `#NAME=value` without the blank, stay.
# Matters: FreeScout's schedule is one line of a crontab, and variables in front of it may set APP_KEY or
#   DB_PASSWORD for it. A script that switches the schedule off for a recovery and on again by this
#   package drops them, and with the comment the old key that somebody had kept there.
set -eu
export DEBIAN_FRONTEND=noninteractive
/usr/bin/python3 -c 'import crontab' 2> /dev/null || apt-get -qq install -y python3-crontab=2.7.1-1 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > before <<'CRON'
# the schedule of the helpdesk
DB_HOST=localhost
DB_PASSWORD = secret
# APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
#APP_URL=https://help.example.org
* * * * * php /var/www/html/artisan schedule:run
CRON
/usr/bin/python3 -c '
import crontab
crontab.CronTab(tabfile="before").write("after")'
seen=$(
  while read -r line; do
    grep -qxF -e "$line" after && echo "kept: $line" || echo "gone: $line"
  done < before
)
want='kept: # the schedule of the helpdesk
kept: DB_HOST=localhost
gone: DB_PASSWORD = secret
gone: # APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
kept: #APP_URL=https://help.example.org
kept: * * * * * php /var/www/html/artisan schedule:run'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
