# Where images and hosters have FreeScout's files, in both runtimes.

# All of it in the container's own layer.
layered() {
    prepare=
    start layered
    story layered "$client"
    ends_with 2 check --container layered
    says "It is in the container's own layer: a restart keeps it"
    end layered
}

# Settings by a link of root's into a volume, which has everything else too; another container of the same volume later.
nfrastack_2() {
    rm -rf /srv/data
    mkdir /srv/data
    prepare='
        mkdir -p /data/config /data/Modules /logs /run/s6/container_environment
        rm /www/html/bootstrap/cache/config.php
        if [ ! -e /data/config/config ]; then
            mv /www/html/.env /data/config/config; chmod 660 /data/config/config
            mv /www/html/storage /www/html/database /data/
        fi
        rm -rf /www/html/.env /www/html/storage /www/html/database
        ln -s /data/config/config /www/html/.env
        for name in storage database Modules; do ln -s /data/$name /www/html/$name; done
        ln -s /logs /data/storage/logs/own
        printf yes >/run/s6/container_environment/APP_OF_CONTAINER'
    start nfrastack-2 --volume /srv/data:/data
    story nfrastack-2 "$client"
    ends_with 2 recover --container nfrastack-2 --look-in "$old" --yes --no-test
    end nfrastack-2
    start nfrastack-2 --volume /srv/data:/data
    ends_with 2 check --container nfrastack-2
    says "FreeScout can read 30 of 32"
    says_nothing_of "in the container's own layer"
    end nfrastack-2
}

# The older one: the settings are a file in the volume, and the file of the day before lies beside it.
nfrastack_1() {
    rm -rf /srv/data
    mkdir /srv/data
    tar -xzOf "$old"/root/backups/*.tar.gz var/www/html/.env >/srv/data/config.bak
    prepare='
        mv /www/html/.env /data/config; chmod 660 /data/config
        ln -s /data/config /www/html/.env'
    start nfrastack-1 --volume /srv/data:/data
    ends_with 2 check --container nfrastack-1
    says "/data/config.bak"
    says "decrypts 22 of 32"
    story nfrastack-1 "$client"
    end nfrastack-1
}

# A host's folder is the install.
bind_mount() {
    rm -rf /srv/freescout
    cp -a "$image/root/www/html" /srv/freescout
    prepare=
    start bound --volume /srv/freescout:/www/html
    story bound "$client"
    end bound
    rm -rf /srv/freescout
}

# What a deploy puts into a new folder each time.
deployed() {
    prepare='
        mkdir -p /var/www/app/releases /var/www/app/shared
        mv /www/html /var/www/app/releases/7
        mv /var/www/app/releases/7/.env /var/www/app/releases/7/storage /var/www/app/releases/7/database /var/www/app/shared/
        for name in .env storage database; do ln -s ../../shared/$name /var/www/app/releases/7/$name; done
        ln -s releases/7 /var/www/app/current
        sed -i s:/www/html:/var/www/app/current: /var/www/app/shared/.env /var/www/app/current/bootstrap/cache/config.php'
    start deployed --env INSTALL=/var/www/app/current
    story deployed "$client" /var/www/app/current
    end deployed
}

# Nothing of its own can be written but what is mounted into it.
read_only() {
    prepare='
        mkdir -p /app/data && mv /www/html /app/code && chown -R 0:0 /app/code
        mv /app/code/.env /app/data/env; chown 80:82 /app/data/env
        mv /app/code/storage /app/code/database /app/code/bootstrap/cache /app/data/
        chown -R 80:82 /app/data
        ln -s /app/data/env /app/code/.env
        for name in storage database; do ln -s /app/data/$name /app/code/$name; done
        ln -s /app/data/cache /app/code/bootstrap/cache
        sed -i s:/www/html:/app/code: /app/data/env /app/data/cache/config.php'
    start packed --env INSTALL=/app/code
    "$client" commit --quiet packed freescout:packed >/dev/null 2>&1 || "$client" commit packed freescout:packed >/dev/null
    end packed
    prepare=
    from=freescout:packed
    start read-only --read-only --env INSTALL=/app/code --tmpfs /tmp --tmpfs /run --volume app-data:/app/data
    story read-only "$client" /app/code
    end read-only
    "$client" volume rm app-data >/dev/null
    from=
}

for client in docker podman; do
    "start_$client"
    for shape in layered nfrastack_2 nfrastack_1 bind_mount deployed read_only; do
        "$shape"
    done
    prepare=
done
