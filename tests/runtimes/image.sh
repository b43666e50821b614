#!/usr/bin/env bash
# Makes what images are imported from: FOLDER/root, a small system with busybox, getent, PHP and MariaDB copied from this one;
# FOLDER/demo, the demo's broken install as it would be in a container at /www/html, and its old server.
#   image.sh FOLDER PROGRAM
set -euo pipefail
folder=$1
program=$2
root=$folder/root
mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,etc/php,proc,sys,dev,run,root,tmp,data,www,var/www,var/log,var/lib}
chmod 1777 "$root/tmp"

# A program or library with the libraries that it needs.
copy() {
    local file library
    for file; do
        install -D "$file" "$root$file"
        for library in $(ldd "$file" 2>/dev/null | grep -o '/[^ ]*' || true); do
            [ -e "$root$library" ] || install -D "$library" "$root$library"
        done
    done
}

for name in $(/bin/busybox --list); do ln -s busybox "$root/bin/$name"; done
rm -f "$root/bin/busybox"
cp /bin/busybox "$root/bin/busybox"
copy "$(command -v getent)" "$(command -v setpriv)" /usr/sbin/mariadbd
for library in $(ldconfig -p | grep -oE '/[^ ]*/libnss_(files|dns)\.so\.2' | grep -v /lib32/ | sort -u); do copy "$library"; done
php=$(realpath "$(command -v php)")
copy "$php"
ln -s "$php" "$root/usr/bin/php"
settings=$(php -r 'echo PHP_CONFIG_FILE_SCAN_DIR;')
mkdir -p "$root$settings"
extensions=$(php -r 'echo ini_get("extension_dir");')
for name in pdo mysqlnd pdo_mysql posix tokenizer; do
    copy "$extensions/$name.so"
    cp -L "$settings"/*-"$name.ini" "$root$settings/"
done
# What the server needs beside itself.
mkdir -p "$root/usr/share/mysql/english"
cp /usr/share/mysql/english/errmsg.sys "$root/usr/share/mysql/english/"

cat >"$root/etc/passwd" <<'LIST'
root:x:0:0:root:/root:/bin/sh
nginx:x:80:82:nginx:/var/www:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
LIST
printf 'root:x:0:\nwww-data:x:82:\nnogroup:x:65534:\n' >"$root/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"

"$program" demo --make "$folder/demo"
install=$folder/demo/freescout
sed -i "s#$install#/www/html#g" "$install/.env" "$install/bootstrap/cache/config.php"
# What is asked of FreeScout's own command; it notes who does it, and waits where a test says so.
cat >"$install/artisan" <<'PHP'
#!/usr/bin/env php
<?php
$command = $argv[1] ?? '';
if ($command === 'queue:work') {
    sleep(1000000);
}
if ($command === 'freescout:clear-cache') {
    $who = posix_getuid().' '.php_uname('n').' '.(getenv('APP_OF_CONTAINER') ?: '-');
    file_put_contents(__DIR__.'/storage/logs/artisan.log', $who."\n", FILE_APPEND);
    while (file_exists('/tmp/wait')) {
        usleep(20000);
    }
    if (file_exists(__DIR__.'/bootstrap/cache/config.php')) {
        unlink(__DIR__.'/bootstrap/cache/config.php');
    }
}
PHP
chown -R 80:82 "$install"
cp -a "$install" "$root/www/html"
