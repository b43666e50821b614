# Containers that are whole machines: of systemd-nspawn, also with users of its own, and of LXC. Neither keeps an id; the name is
# in their control group.

mkdir -p /var/lib/machines /var/lib/lxc

# Where FreeScout's worker runs that is none of those that ran before.
worker_of_new() {
    local tries pid
    for tries in $(seq 200); do
        for pid in $(pgrep -f '^php artisan queue:work' || true); do
            case " $known " in *" $pid "*) ;; *) echo "$pid"; return ;; esac
        done
        sleep 0.05
    done
    fail "no worker runs in the new machine ($tries tries)"
}

# Found, checked, recovered and undone, by its name.
machine() {
    local name=$1 runtime=$2 root
    first=$(worker_of_new)
    known="$known $first"
    root=/proc/$first/root
    state_in "$root" /www/html >"$folder/before"
    ends_with 2 check --json --container "$name"
    json_is 'it["install"]["container"]["runtime"]' "$runtime"
    json_is 'it["install"]["container"]["name"]' "$name"
    json_is 'it["summary"]["opens"]' 7
    ends_with 2 recover --container "$name" --look-in "$old" --yes --no-test
    says "FreeScout can read 30 of 32 secrets"
    says "FreeScout's clear-cache command was run as the web user"
    chroot "$root" /bin/busybox cat /www/html/storage/logs/artisan.log >"$folder/said"
    grep -q '^80 ' "$folder/said" || { cat "$folder/said" >&2; fail "$name: artisan ran as somebody else"; }
    ends_with 0 undo --container "$name" --yes
    state_in "$root" /www/html >"$folder/after"
    diff "$folder/before" "$folder/after" || fail "$name: the undo left something behind"
    walked=$((walked + 1))
    echo "$name: found, checked, recovered, undone"
}

# As systemd's unit starts it: in a scope of this name.
nspawn() {
    local name=$1 scope=/sys/fs/cgroup/machine.slice/machine-$1.scope
    shift
    mkdir -p "$scope"
    cp -a "$image/root" "/var/lib/machines/$name"
    (
        echo "$BASHPID" >"$scope/cgroup.procs"
        exec systemd-nspawn --register=no --keep-unit --as-pid2 "$@" --directory="/var/lib/machines/$name" \
            /bin/sh -c "$worker" </dev/null >"$folder/nspawn.log" 2>&1
    ) &
}

known=
nspawn desk
machine desk nspawn
nspawn desk-own-users --private-users=pick --private-users-ownership=chown
machine desk-own-users nspawn

mkdir -p /var/lib/lxc/desk-lxc
cp -a "$image/root" /var/lib/lxc/desk-lxc/rootfs
printf '#!/bin/sh\n%s\n' "$worker" >/var/lib/lxc/desk-lxc/rootfs/start
chmod 755 /var/lib/lxc/desk-lxc/rootfs/start
cat >/var/lib/lxc/desk-lxc/config <<'CONFIG'
lxc.uts.name = desk-lxc
lxc.rootfs.path = dir:/var/lib/lxc/desk-lxc/rootfs
lxc.net.0.type = empty
lxc.init.cmd = /start
lxc.apparmor.profile = unconfined
lxc.mount.auto = proc:rw
CONFIG
lxc-start --name desk-lxc --foreground </dev/null >"$folder/lxc.log" 2>&1 &
machine desk-lxc lxc
pkill -KILL -f '^sleep 1000000' || true
