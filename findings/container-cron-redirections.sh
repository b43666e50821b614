#!/usr/bin/env bash
# PyPI container-cron 0.5.2: a job's command is run without a shell, and on Sunday means on Monday.
#
# Expected: it runs the jobs of /etc/cron.d inside of containers. crontab(5): the command of a line is given to
#   /bin/sh, and of the days of the week 0 and 7 are Sunday.
# Seen: the command is split into words and started directly. `>>`, `/dev/null` and `2>&1` become arguments of the
#   program; `cd /data && ...` is a program called cd with six arguments. Day 0 is planned for a Monday.
# Matters: FreeScout's guide ends its one line for cron in `>> /dev/null 2>&1`. artisan refuses arguments that it
#   does not know, and nothing is fetched or sent; the exit code in a log of another container is all there is to
#   see. It looks like a wrong APP_KEY: mail just stops.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install container-cron==0.5.2 protobuf==3.20.3 python-crontab==3.4.0 \
  apscheduler==3.11.3
cat > jobs <<'CRON'
* * * * * root php /var/www/html/artisan schedule:run >> /dev/null 2>&1
0 3 * * 0 root cd /data && cp .env old.env
CRON
seen=$(TZ=UTC venv/bin/python3 -W ignore <<'PY'
from datetime import datetime, timezone
from container_cron import crontab_to_schedule
from crontab import CronTab

class Planned:
    def add_job(self, job, trigger, args, name):
        day = trigger.get_next_fire_time(None, datetime(2026, 1, 7, tzinfo=timezone.utc))
        print("from a Wednesday on:", day.strftime("%A"), args[2])

crontab_to_schedule(None, "desk", CronTab(tab=open("jobs").read(), user=False), Planned())
PY
)
printf '%s\n' "$seen"
want='from a Wednesday on: Wednesday ['\''php'\'', '\''/var/www/html/artisan'\'', '\''schedule:run'\'', '\''>>'\'', '\''/dev/null'\'', '\''2>&1'\'']
from a Wednesday on: Monday ['\''cd'\'', '\''/data'\'', '\''&&'\'', '\''cp'\'', '\''.env'\'', '\''old.env'\'']'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
