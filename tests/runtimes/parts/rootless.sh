# Podman of an account without rights: the container's users are numbers of its own, and root looks in from the host.
start_podman

# An account of this name and number, with 65536 numbers for its containers from the third one on. What is said last is a line of
# its settings for layers.
account() {
    local name=$1 number=$2 first=$3 file
    echo "$name:x:$number:$number::/home/$name:/bin/sh" >>/etc/passwd
    echo "$name:x:$number:" >>/etc/group
    for file in /etc/subuid /etc/subgid; do echo "$name:$first:65536" >>$file; done
    mkdir -p "/home/$name/.config/containers" "/run/user/$number" "/sys/fs/cgroup/$name"
    printf '[storage]\ndriver = "overlay"\n[storage.options.overlay]\n%s\n' "$4" >"/home/$name/.config/containers/storage.conf"
    chown -R "$number:$number" "/home/$name" "/run/user/$number" "/sys/fs/cgroup/$name"
    chmod 700 "/run/user/$number"
}

# Podman, as such an account calls it.
as_account() {
    (
        echo $BASHPID >"/sys/fs/cgroup/$1/cgroup.procs"
        cd "/home/$1"
        exec env -i HOME="/home/$1" XDG_RUNTIME_DIR="/run/user/$(id -u "$1")" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            setpriv --reuid "$1" --regid "$1" --init-groups podman --log-level error "${@:2}"
    )
}
anns() { as_account ann "$@"; }
bobs() { as_account bob "$@"; }

# What everybody may open, elsewhere than here.
mknod /run/fuse c 10 229
chmod 666 /run/fuse
mount --bind /run/fuse /dev/fuse

# Layers put together by a program of the account's, which is how they were before the kernel let it.
account bob 4712 400000 'mount_program = "/usr/bin/fuse-overlayfs"'
client=bobs
whose=" of user bob"
tar -C "$image/root" -cf - . | bobs import --quiet - freescout:test >/dev/null || fail "Podman without root does not work here"
prepare=
start bobs-app --network none
grep -q ' / .* fuse.fuse-overlayfs ' "/proc/$(first_of bobs-app)/mountinfo" || fail "fuse-overlayfs is not used"
# To such a file system even root of the host is nobody: that is said, and not that the container were stopped.
ends_with 3 check --container bobs-app
says "The container bobs-app cannot be entered."
says "It runs, but its file system (fuse-overlayfs) answers to its own account alone"
ends_with 3 recover --container bobs-app --look-in "$old" --yes --no-test
says "Nothing was changed."
# Nor is it passed over where none is named.
ends_with 3 check
says "Something runs in the Podman container bobs-app of user bob, but its file system (fuse-overlayfs)"
# As it says.
bobs stop --time 0 bobs-app >/dev/null
ends_with 2 check --container bobs-app
says "container bobs-app of user bob, which is stopped"
says "can read 7 of 32"
bobs start bobs-app >/dev/null
wait_for_worker_of_bob() {
    local tries
    for tries in $(seq 200); do
        bobs top bobs-app args | grep -q '^php artisan queue:work' && return
        sleep 0.05
    done
    fail "the container bobs-app does not run ($tries tries)"
}
wait_for_worker_of_bob
cp "$program" /home/bob/freescout-rescue
cp -r "$old" /home/bob/old-server
chown -R bob:bob /home/bob/old-server
bobs cp /home/bob/freescout-rescue bobs-app:/tmp/
bobs cp /home/bob/old-server bobs-app:/tmp/
within() {
    local wanted=$1 code=0
    shift
    bobs exec bobs-app /tmp/freescout-rescue "$@" --state-dir /data/rescue /www/html </dev/null >"$folder/out" 2>"$folder/err" || code=$?
    [ "$code" -eq "$wanted" ] || { cat "$folder/out" "$folder/err" >&2; fail "within, '$*' ended with $code, not $wanted"; }
}
within 2 recover --look-in /tmp/old-server --yes --no-test
says "FreeScout can read 30 of 32 secrets"
within 0 undo --yes
within 2 check
says "can read 7 of 32"
walked=$((walked + 1))
end bobs-app

# By the kernel.
mount --bind /dev/null /usr/bin/fuse-overlayfs
account ann 4711 300000 ''
client=anns
whose=" of user ann"
tar -C "$image/root" -cf - . | anns import --quiet - freescout:test >/dev/null || fail "Podman without root does not work here"
prepare=
start anns-app --network none
grep -q ' / .* - overlay ' "/proc/$(first_of anns-app)/mountinfo" || fail "the kernel's overlay is not used"
[ "$(stat -c %u "/proc/$(first_of anns-app)/root/www/html/.env")" = 300079 ] || fail "its users are the host's"
story anns-app podman

# A volume of the account's, and the container stopped.
anns stop --time 0 anns-app >/dev/null
ends_with 2 check --container anns-app
says "container anns-app of user ann, which is stopped"
says "Web user: nginx ("
ends_with 1 recover --container anns-app --look-in "$old" --yes --no-test
says "is in the layers of a container that is stopped, and these are never written. Start the container"
end anns-app
prepare='
    if [ ! -e /data/config ]; then
        rm /www/html/bootstrap/cache/config.php
        mv /www/html/.env /data/config
        mv /www/html/storage /www/html/database /data/
        ln -s /data/config /www/html/.env
        for name in storage database; do ln -s /data/$name /www/html/$name; done
    fi'
start anns-kept --network none --volume kept:/data
story anns-kept podman
anns stop --time 0 anns-kept >/dev/null
ends_with 2 recover --container anns-kept --look-in "$old" --yes --no-test
says "FreeScout can read 30 of 32 secrets"
ends_with 0 undo --container anns-kept --yes
anns start anns-kept >/dev/null
wait_for_worker anns-kept
ends_with 2 check --container anns-kept
says "can read 7 of 32"
end anns-kept
prepare=
whose=
