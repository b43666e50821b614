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
