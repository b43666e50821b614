#!/usr/bin/env bash
# PyPI docker-hosts 0.1.1: all that stands below its part of /etc/hosts is deleted at the next update.
#
# Expected: it keeps the names of running containers between two marks, one for the start and one for the end, so
#   what is above and below them is not its business.
# Seen: the file is read up to the first mark only, and written with a new part behind that. Lines below the second
#   mark are gone, without a word and without a copy.
# Matters: who adds a mail server or the database to /etc/hosts adds it at the end. FreeScout finds it until the next
#   container starts.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install docker-hosts==0.1.1
cat > hosts <<'HOSTS'
127.0.0.1 localhost

### Start Docker Domains ###
172.17.0.2    desk.localhost
### End Docker Domains ###

192.0.2.5 imap.example.org
HOSTS
venv/bin/python3 > log.txt <<'PY'
import logging
from docker_hosts.cli import DockerHostsManager

class Log:
    def info(self, *args, **kwargs):
        pass

manager = DockerHostsManager(None, Log())
manager.hosts = {"0": [{"ip": "172.17.0.3", "domains": ["desk"]}]}
manager.update_hosts_file("hosts", False, "localhost")
PY
seen=$(grep . hosts)
printf '%s\n' "$seen"
want='127.0.0.1 localhost
### Start Docker Domains ###
172.17.0.3    desk.localhost
### End Docker Domains ###'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
