# What every part is told with. Needs `folder` and `program`; `client` names the runtime's client program.

walked=0
say() { printf '\n== runtimes: %s\n' "$*"; }
fail() { echo "runtimes: $*" >&2; exit 1; }

image=$folder/image
old=$image/demo/old-server
# What the image's containers run: a worker of FreeScout's, and a first process that stays.
worker='cd "${INSTALL:-/www/html}"; /usr/bin/setpriv --reuid 80 --regid 82 --clear-groups php artisan queue:work & exec sleep 1000000'

# Runs our program; its exit code has to be the first argument. What it says is in $folder/out and $folder/err.
ends_with() {
    local wanted=$1 code=0
    shift
    "$program" "$@" </dev/null >"$folder/out" 2>"$folder/err" || code=$?
    [ "$code" -eq "$wanted" ] && return
    cat "$folder/out" "$folder/err" >&2
    fail "'$*' ended with $code, not $wanted"
}

says() {
    grep -qF -- "$1" "$folder/out" "$folder/err" && return
    cat "$folder/out" "$folder/err" >&2
    fail "'$1' was not said"
}

says_nothing_of() {
    ! grep -qF -- "$1" "$folder/out" "$folder/err" && return
    cat "$folder/out" "$folder/err" >&2
    fail "'$1' was said"
}

# What a field of the JSON is, by an expression of Python's on `it`.
json_is() {
    python3 -c 'import json, sys
it = json.load(open(sys.argv[1]))
found = eval(sys.argv[2])
if str(found) != sys.argv[3]:
    sys.exit(f"{sys.argv[2]} is {found!r}, not {sys.argv[3]!r}")' "$folder/out" "$1" "$2" || fail "the JSON is another"
}

# The process of a container that came first, as this host numbers it.
first_of() { "$client" inspect --format '{{.State.Pid}}' "$1"; }
id_of() { "$client" inspect --format '{{.Id}}' "$1"; }

# The settings, the config cache and the rows of an install in a folder that is a container's root.
state_in() {
    local root=$1 install=$2 file
    for file in .env bootstrap/cache/config.php; do
        chroot "$root" /bin/busybox sh -c '
            [ ! -e "$1" ] || { readlink "$1"; stat -L -c "%u:%g %a" "$1"; sha256sum "$1"; }' - "$install/$file"
    done
    chroot "$root" /bin/busybox cat "$install/database/database.sqlite" >"$folder/rows.sqlite"
    sqlite3 "$folder/rows.sqlite" .dump | sha256sum
}
state_of() { state_in "/proc/$(first_of "$1")/root" "${2:-/www/html}"; }

# Waits until the container's worker runs: then all that was prepared is there.
wait_for_worker() {
    local tries root pid
    for tries in $(seq 200); do
        root=$(stat -L -c %d:%i "/proc/$(first_of "$1")/root" 2>/dev/null || true)
        for pid in $(pgrep -f '^php artisan queue:work' || true); do
            [ "$root" != "$(stat -L -c %d:%i "/proc/$pid/root" 2>/dev/null || true)" ] || return 0
        done
        sleep 0.05
    done
    "$client" logs "$1" >&2 || true
    fail "the container $1 does not run ($tries tries)"
}

# Starts a container of the image: its name, and options of the client. `prepare` is done in it before the worker is started,
# `from` is another image.
start() {
    local name=$1
    shift
    "$client" run --detach --name "$name" --env APP_OF_CONTAINER=yes "$@" "${from:-freescout:test}" \
        sh -c "${prepare:-}
$worker" >"$folder/said" 2>&1 ||
        { cat "$folder/said" >&2; fail "the container $name could not be started"; }
    wait_for_worker "$name"
}

end() { "$client" rm --force --time 0 "$1" >/dev/null 2>&1 || "$client" rm --force "$1" >/dev/null; }

# The demo's install of a running container: found, checked, recovered, undone. The name, its runtime as JSON calls it, its
# install if that is elsewhere.
story() {
    local name=$1 runtime=$2 install=${3:-/www/html} before id
    id=$(id_of "$name")
    state_of "$name" "$install" >"$folder/before"
    # By itself, by its name, and by the beginning of its id.
    ends_with 2 check --json
    json_is 'it["install"]["container"]["name"]' "$name"
    ends_with 2 check --json --container "$name"
    json_is 'it["install"]["container"]["runtime"]' "$runtime"
    json_is 'it["install"]["container"]["id"]' "$id"
    json_is 'it["install"]["path"]' "$(chroot "/proc/$(first_of "$name")/root" /bin/busybox readlink -f "$install")"
    json_is 'it["summary"]["opens"]' 7
    ends_with 2 check --container "${id:0:12}"
    says "container $name${whose:-} (process"
    says "--container $name $install"
    says "Web user: nginx ("
    state_of "$name" "$install" >"$folder/after"
    cmp "$folder/before" "$folder/after" || fail "$name: a check changed something"
    ends_with 2 recover --container "$name" --look-in "$old" --yes --no-test
    says "FreeScout can read 30 of 32 secrets"
    says "FreeScout's clear-cache command was run as the web user"
    "$client" exec "$name" cat "$install/storage/logs/artisan.log" >"$folder/said"
    grep -q "^80 $("$client" exec "$name" hostname) yes\$" "$folder/said" || { cat "$folder/said" >&2; fail "$name: artisan ran elsewhere"; }
    ends_with 2 check --container "$name"
    says "FreeScout can read 30 of 32"
    ends_with 0 undo --container "$name" --yes
    state_of "$name" "$install" >"$folder/after"
    diff "$folder/before" "$folder/after" || fail "$name: the undo left something behind"
    ends_with 2 check --container "$name"
    says "FreeScout can read 7 of 32"
    walked=$((walked + 1))
    echo "$name: found, checked, recovered, undone"
}

# Docker's daemon, with these options; where one runs, it is ended first.
docker_daemon=
start_docker() {
    stop_docker
    dockerd "$@" >"$folder/dockerd.log" 2>&1 &
    docker_daemon=$!
    local tries
    for tries in $(seq 600); do
        if docker version >/dev/null 2>&1; then
            tar -C "$image/root" -cf - . | docker import - freescout:test >/dev/null
            return
        fi
        kill -0 "$docker_daemon" 2>/dev/null || break
        sleep 0.05
    done
    cat "$folder/dockerd.log" >&2
    fail "Docker's daemon does not run here ($tries tries)"
}
stop_docker() {
    [ -n "$docker_daemon" ] || return 0
    kill "$docker_daemon"
    wait "$docker_daemon" || true
    docker_daemon=
}

# Without its warnings of what this machine's control groups lack.
podman() { command podman --log-level error "$@"; }

# Podman's storage with the image in it.
start_podman() {
    mkdir -p /etc/containers
    # As a machine needs that gives no more than these, and no controllers of control groups.
    cat >/etc/containers/containers.conf <<'CONF'
[containers]
pids_limit = 0
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
seccomp_profile = "unconfined"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
    tar -C "$image/root" -cf - . | podman import --quiet - freescout:test >/dev/null || fail "Podman does not work here"
}
