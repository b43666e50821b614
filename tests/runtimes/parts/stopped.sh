# Containers that do not run: what lies in a volume or in a folder of the host is recovered there, what lies in their own layers
# is read, and none of their programs is run.

# Found, checked, searched: as it would be while it runs.
looked_at() {
    local name=$1
    ends_with 2 check --json
    json_is 'it["install"]["container"]["name"]' "$name"
    json_is 'it["install"]["container"]["running"]' False
    ends_with 2 check --container "$(id_of "$name" | head -c 12)"
    says "container $name, which is stopped"
    says "can read 7 of 32"
    ends_with 2 find-key --container "$name" --look-in "$old"
    says "decrypts 22 of the 25 secrets"
}

# A folder's files, with their owners.
files_in() { (cd "$1" && find . -type f ! -path './storage/*' -exec stat -c '%n %u:%g %a' {} + -exec sha256sum {} + | grep -v sqlite | sort); }

# Recovered, and undone, in a folder that is the host's.
recovered_in() {
    local name=$1 where=$2
    files_in "$where" >"$folder/before"
    ends_with 2 recover --container "$name" --look-in "$old" --yes --no-test
    says "FreeScout can read 30 of 32 secrets"
    says "none of its programs are run"
    says_nothing_of "could not be removed"
    says_nothing_of "will restart after their current job"
    says_nothing_of "Searching the memory"
    [ -z "$(find "$where" -name artisan.log)" ] || fail "$name: artisan was run"
    ends_with 2 check --container "$name"
    says "can read 30 of 32"
    # Once more it starts with what was written.
    "$client" start "$name" >/dev/null
    wait_for_worker "$name"
    ends_with 2 check --container "$name"
    says "can read 30 of 32"
    says "container $name (process"
    "$client" stop --time 0 "$name" >/dev/null
    ends_with 0 undo --container "$name" --yes
    says_nothing_of "Searching the memory"
    files_in "$where" >"$folder/after"
    diff "$folder/before" "$folder/after" || fail "$name: the undo left something behind"
    ends_with 2 check --container "$name"
    says "can read 7 of 32"
}

in_layers() {
    prepare=
    start layered
    "$client" stop --time 0 layered >/dev/null
    looked_at layered
    ends_with 0 backup --container layered
    # Told before anything is begun, and refused whatever would be written.
    ends_with 2 check --container layered
    says "nothing can be recovered here"
    says "Start the container ($client start layered)"
    for strategy in restore carry; do
        ends_with 1 recover --container layered --look-in "$old" --strategy "$strategy" --yes --no-test
        says "is in the layers of a container that is stopped, and these are never written. Start the container"
    done
    # As it says.
    "$client" start layered >/dev/null
    wait_for_worker layered
    story layered "$client"
    end layered
}

in_a_volume() {
    prepare='
        if [ ! -e /data/config ]; then
            rm /www/html/bootstrap/cache/config.php
            mv /www/html/.env /data/config
            mv /www/html/storage /www/html/database /data/
            ln -s /data/config /www/html/.env
            for name in storage database; do ln -s /data/$name /www/html/$name; done
        fi'
    start kept --volume kept:/data
    "$client" stop --time 0 kept >/dev/null
    looked_at kept
    recovered_in kept "$("$client" volume inspect --format '{{.Mountpoint}}' kept)"
    end kept
    "$client" volume rm kept >/dev/null
}

in_a_folder() {
    prepare=
    cp -a "$image/root/www/html" /srv/freescout
    start bound --volume /srv/freescout:/www/html
    "$client" stop --time 0 bound >/dev/null
    looked_at bound
    recovered_in bound /srv/freescout
    end bound
    rm -rf /srv/freescout
}

# What it is started with counts, before its .env.
with_a_key_in_its_environment() {
    prepare='rm /www/html/bootstrap/cache/config.php'
    start keyed --env APP_KEY=base64:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=
    "$client" stop --time 0 keyed >/dev/null
    ends_with 2 check --json --container keyed
    json_is '[s["kind"] for k in it["keys"] if k["effective"] for s in k["sources"]][0]' process_environment
    json_is 'it["summary"]["opens"]' 0
    end keyed
}

# A database of its own is not the one that the host has at the same address.
with_a_database() {
    prepare='
        rm /www/html/bootstrap/cache/config.php
        sed -i "s/^DB_CONNECTION=.*/DB_CONNECTION=mysql/; s/^DB_DATABASE=.*/DB_HOST=127.0.0.1/" /www/html/.env
        printf "DB_DATABASE=f\nDB_USERNAME=f\nDB_PASSWORD=f\n" >>/www/html/.env'
    start served
    "$client" stop --time 0 served >/dev/null
    ends_with 3 check --container served
    says "the container is stopped"
    says "Start the container first."
    end served
}

# Created and not started yet: what it will be started with is known, and counts.
never_started() {
    cp -a "$image/root/www/html" /srv/freescout
    rm /srv/freescout/bootstrap/cache/config.php
    "$client" create --name created --volume /srv/freescout:/www/html \
        --env APP_KEY=base64:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= freescout:test sh -c "$worker" >/dev/null
    ends_with 2 check --json --container created
    json_is 'it["install"]["container"]["running"]' False
    json_is 'it["install"]["path"]' /www/html
    json_is '[s["kind"] for k in it["keys"] if k["effective"] for s in k["sources"]][0]' process_environment
    json_is 'it["summary"]["opens"]' 0
    end created
    rm -rf /srv/freescout
}

for client in docker podman; do
    "start_$client"
    for shape in never_started in_layers in_a_volume in_a_folder with_a_key_in_its_environment with_a_database; do
        "$shape"
        walked=$((walked + 1))
        echo "stopped, $shape ($client): as it should be"
    done
    prepare=
done

# Docker's layers where containerd keeps them, as it does for new servers since its version 29: made by a real containerd, with
# what Docker notes of the container beside it.
in_containerd() {
    local id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef socket=/run/containerd-of-tests.sock daemon tries
    printf 'version = 2\nroot = "/var/lib/containerd"\nstate = "/run/containerd-of-tests"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "%s"\n' \
        "$socket" >"$folder/containerd.toml"
    mkdir -p "$folder/containerd" /var/lib/containerd
    mount --bind "$folder/containerd" /var/lib/containerd
    containerd --config "$folder/containerd.toml" >"$folder/containerd.log" 2>&1 &
    daemon=$!
    snapshots() { ctr --address "$socket" --namespace moby snapshots --snapshotter overlayfs "$@"; }
    for tries in $(seq 200); do
        snapshots list >/dev/null 2>&1 && break
        sleep 0.05
    done
    snapshots list >/dev/null || { cat "$folder/containerd.log" >&2; fail "containerd does not run here ($tries tries)"; }
    # The mounts of a snapshot, done here.
    mounted() {
        local mount
        mount=$(snapshots mounts "$folder/snapshot" "$1")
        mkdir -p "$folder/snapshot"
        eval "$mount"
    }
    snapshots prepare image-key >/dev/null
    mounted image-key
    cp -a "$image/root/." "$folder/snapshot/"
    umount "$folder/snapshot"
    snapshots commit sha256:of-the-image image-key
    snapshots prepare "$id-init-key" sha256:of-the-image >/dev/null
    snapshots commit "$id-init" "$id-init-key"
    snapshots prepare "$id" "$id-init" >/dev/null
    mounted "$id"
    # What was deleted in it is not seen through to the image's.
    rm "$folder/snapshot/www/html/bootstrap/cache/config.php"
    umount "$folder/snapshot"
    kill "$daemon"
    wait "$daemon" || true
    mkdir -p "/var/lib/docker/containers/$id"
    printf '{"ID":"%s","Name":"/kept-by-containerd","Driver":"overlayfs","State":{"Running":false},"Config":{"WorkingDir":"/www/html"},"MountPoints":{}}' \
        "$id" >"/var/lib/docker/containers/$id/config.v2.json"
    ends_with 2 check --json --container kept-by-containerd
    json_is 'it["install"]["path"]' /www/html
    json_is 'it["install"]["container"]["running"]' False
    json_is 'it["summary"]["opens"]' 7
    json_is '[s for k in it["keys"] for s in k["sources"] if s["kind"] == "config_cache"]' '[]'
    ends_with 2 check --container "${id:0:12}"
    says "container kept-by-containerd, which is stopped"
    ends_with 1 recover --container kept-by-containerd --look-in "$old" --yes --no-test
    says "in the layers of a container that is stopped"
    rm -rf "/var/lib/docker/containers/$id"
    umount /var/lib/containerd
    walked=$((walked + 1))
    echo "stopped, in_containerd: as it should be"
}
stop_docker
in_containerd
