#!/usr/bin/env bash
# PyPI docker-recreate 1.4.5, docker-replay 1.5: a value with a blank does not reach the container that is made anew.
#
# Expected: both read `docker inspect` and give the command line that makes the same container; docker-recreate -c
#   carries it out itself, after it has removed the old one.
# Seen: docker-recreate puts double quotes around name and value, and hands them to docker as they are, without a
#   shell in between: the new container has a variable called `"MAIL_FROM_NAME` whose value ends with a quote,
#   none called MAIL_FROM_NAME, and "is recreated successfully". docker-replay quotes nothing at all: of `Help
#   Desk` the second word becomes the image.
# Matters: people take a container of FreeScout up again with another APP_KEY in just this way. A database or mail
#   password with a blank is missing after that, the image's start script writes an .env without it, and the one
#   place that still knew the value, the old container, is gone. Note `docker inspect` itself before.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install docker-recreate==1.4.5 docker-replay==1.5
cat > image.json <<'JSON'
[{"Config": {"Env": ["PATH=/usr/bin"], "Cmd": null, "Entrypoint": ["/init"], "User": ""}}]
JSON
cat > container.json <<'JSON'
[{"Name": "/desk",
  "Config": {"AttachStdin": false, "AttachStdout": false, "AttachStderr": false, "Image": "example/freescout",
    "Env": ["PATH=/usr/bin", "MAIL_FROM_NAME=Help Desk"], "Cmd": null, "Entrypoint": ["/init"], "User": "",
    "Labels": {}, "Hostname": "", "OpenStdin": false, "Tty": false, "WorkingDir": "", "ExposedPorts": null},
  "HostConfig": {"AutoRemove": false, "NetworkMode": "default", "PortBindings": {}, "PidMode": "", "IpcMode": "",
    "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0}, "Privileged": false, "Binds": ["data:/data"],
    "Links": null},
  "NetworkSettings": {"IPAddress": "", "MacAddress": ""}}]
JSON
# Stands in for docker: answers with the two texts above, and prints each argument of everything else in brackets.
mkdir bin
cat > bin/docker <<'SH'
#!/bin/sh
case "$1 $2" in
  ps*) echo desk ;;
  'inspect desk') cat container.json ;;
  inspect*) cat image.json ;;
  *) for argument; do printf '[%s]' "$argument"; done; echo ;;
esac
SH
chmod +x bin/docker
seen=$(
  PATH=$dir/bin:$PATH venv/bin/docker-recreate -c --format oneline desk 2> log.txt | grep '^\['
  grep -o 'is recreated.*' log.txt
  venv/bin/python3 2> /dev/null <<'PY'
import json
from docker_replay.parser import ConfigParser
replay = ConfigParser(json.load(open("container.json"))[0])
print(" ".join(sorted(map(str, replay.opts)) + [str(arg) for arg in replay.args]))
PY
)
want='[rm][--force][desk]
[run][-d][--name][desk][--restart][always][-e]["MAIL_FROM_NAME=Help Desk"][-v][data:/data][example/freescout]
is recreated successfully.
--entrypoint "/init" --env MAIL_FROM_NAME=Help Desk --env PATH=/usr/bin --name desk --restart always --volume data:/data example/freescout'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
