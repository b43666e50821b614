#!/usr/bin/env bash
# PyPI docker-autocompose 1.3.0: a `$` of the command or entrypoint is not doubled, and of two published ports for one
#   of the container only the first is written.
#
# Expected: it makes a compose file of a running container. In such a file compose replaces $NAME everywhere in a
#   service, so a `$` that stays one has to be `$$`, as it writes it in environment and labels.
# Seen: in command and entrypoint it stays single. Compose replaces $APP_KEY there by what its own .env has, mostly by
#   nothing, with a warning at best. The second binding of a port is missing without a word.
# Matters: a FreeScout that was once started by hand is put into a compose file in this way before a rescue. A start
#   command that hands $APP_KEY or a password on then gets an empty one, although the variable is right in the
#   container; the entrypoint writes an empty key into the .env.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install docker-autocompose==1.3.0
seen=$(venv/bin/python3 -W ignore <<'PY'
from types import SimpleNamespace
from src import autocompose

inspected = {
    "Name": "/desk",
    "Config": {
        "Env": ["APP_KEY=base64:abc=", "DB_PASS=pa$word"],
        "Cmd": ["sh", "-c", "echo APP_KEY=$APP_KEY > /data/.env; exec /init"],
        "Image": "example/freescout",
        "Labels": {},
        "ExposedPorts": {"80/tcp": {}},
    },
    "HostConfig": {
        "PortBindings": {
            "80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}, {"HostIp": "192.0.2.1", "HostPort": "80"}],
        },
    },
    "NetworkSettings": {"Networks": {}},
    "Mounts": [],
}
container = SimpleNamespace(name="desk", short_id="0123456789", attrs=inspected)
containers = SimpleNamespace(list=lambda all: [container], get=lambda name: container)
autocompose.docker.from_env = lambda: SimpleNamespace(containers=containers)
services, networks, volumes = autocompose.generate("desk")
for name in ("environment", "command", "ports"):
    print(name, services["desk"][name])
PY
)
printf '%s\n' "$seen"
want='environment ['\''APP_KEY=base64:abc='\'', '\''DB_PASS=pa$$word'\'']
command ['\''sh'\'', '\''-c'\'', '\''echo APP_KEY=$APP_KEY > /data/.env; exec /init'\'']
ports ['\''127.0.0.1:8080:80/tcp'\'']'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
