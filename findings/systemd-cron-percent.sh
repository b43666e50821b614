#!/usr/bin/env bash
# systemd-cron 1.15.19 (Debian 12): a `%` or a backslash in a variable of a crontab is another text for the job.
#
# Expected: its own crontab(5): the value of NAME=value is "not parsed for environmental substitutions or replacement
#   of variables". The generator turns each job into a unit; there `%` is to be doubled and a backslash escaped.
# Seen: values go into Environment= as they stand; only in the description of the unit is a `%` doubled. DB_PASSWORD=a%b
#   is a followed by the boot ID, another one after each start of the machine, and %h the home of root. Of pa\ss
#   the job gets `pa s`.
# Matters: a crontab is one of the places with variables for FreeScout's `artisan schedule:run`, and they beat the .env.
#   On a server where this package took the place of cron, the same file gives the schedule another database
#   password than before, while the pages work.
set -eu
[ "$(id -u)" = 0 ] || { echo 'needs root, to become another user' >&2; exit 1; }
[ -x /lib/systemd/systemd ] || apt-get install -qq -y --no-install-recommends systemd > /dev/null 2>&1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
chmod 755 .
apt-get download systemd-cron=1.15.19-5 > /dev/null 2>&1
dpkg -x systemd-cron_*.deb debian
mkdir cron.d units run
cat > cron.d/desk <<'CRON'
PLAIN=ab
DB_PASSWORD=a%b
MAIL_PASSWORD=pa\ss
@daily root php /srv/desk/artisan schedule:run
CRON
# The generator always reads the folders of the machine: here the one above, and no other.
sed "s|'/etc/cron.d|'$dir/cron.d|; s|'/etc/crontab|'$dir/none|; s|'/etc/anacrontab|'$dir/none|; s|'/var/spool|'$dir/none|" \
  debian/lib/systemd/system-generators/systemd-crontab-generator > generator.py
python3 -W ignore generator.py "$dir/units"
mv units/cron-desk-root-*.service units/desk.service
chown nobody run
# What systemd itself makes of the unit: a manager that starts nothing and prints what it has loaded.
seen=$(
  grep '^Environment=' units/desk.service
  setpriv --reuid=nobody --clear-groups env XDG_RUNTIME_DIR="$dir/run" SYSTEMD_UNIT_PATH="$dir/units:" HOME=/nonexistent \
    /lib/systemd/systemd --user --test --unit=desk.service 2> log.txt |
    grep -a -e 'Environment: PLAIN' -e 'Environment: .*_PASSWORD' | sed "s/$(tr -d - < /proc/sys/kernel/random/boot_id)/BOOT-ID/; s/^[[:space:]]*//"
)
printf '%s\n' "$seen"
want='Environment=PLAIN=ab DB_PASSWORD=a%b MAIL_PASSWORD=pa\ss
Environment: PLAIN=ab
Environment: DB_PASSWORD=aBOOT-ID
Environment: MAIL_PASSWORD=pa s'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
