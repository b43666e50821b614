# Docker where its containers have users of their own, and where it keeps its data in another place.
client=docker
prepare=

echo dockremap:x:990:990::/:/bin/false >>/etc/passwd
echo dockremap:x:990: >>/etc/group
for file in /etc/subuid /etc/subgid; do echo dockremap:200000:65536 >>$file; done
start_docker --userns-remap default
start remapped
[ "$(stat -c %u "/proc/$(first_of remapped)/root/www/html/.env")" = 200080 ] || fail "its users are the host's"
story remapped docker
docker stop --time 0 remapped >/dev/null
ends_with 2 check --container remapped
says "container remapped, which is stopped"
says "Web user: nginx ("
ends_with 0 backup --container remapped
end remapped

# Only its command line says where.
start_docker --data-root "$folder/data-of-docker"
start told
story told docker
docker stop --time 0 told >/dev/null
ends_with 2 check --container told
says "container told, which is stopped"
# Not running, it is told by what starts it.
stop_docker
mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\nExecStart=\nExecStart=/usr/sbin/dockerd --data-root %s\n' "$folder/data-of-docker" >/etc/systemd/system/docker.service.d/disk.conf
ends_with 2 check --container told
says "container told, which is stopped"
rm /etc/systemd/system/docker.service.d/disk.conf

# Layers that are whole copies, as where a file system can do no better.
stopped_in_whole_copies() {
    prepare=
    start whole
    story whole "$client"
    "$client" stop --time 0 whole >/dev/null
    ends_with 2 check --container whole
    says "container whole, which is stopped"
    says "can read 7 of 32"
    ends_with 1 recover --container whole --look-in "$old" --yes --no-test
    says "is in the layers of a container that is stopped, and these are never written"
    end whole
}
start_docker --storage-driver vfs
stopped_in_whole_copies
stop_docker
mkdir -p /etc/containers
printf '[storage]\ndriver = "vfs"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n' >/etc/containers/storage.conf
rm -rf /var/lib/containers/*
client=podman
start_podman
stopped_in_whole_copies
rm -rf /var/lib/containers/* /etc/containers/storage.conf
