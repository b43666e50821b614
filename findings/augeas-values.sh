#!/usr/bin/env bash
# augeas 1.14 (Debian 12): in a pool of PHP-FPM a `#`, and a `;` in single quotes, begins a comment.
#
# Expected: the lens for PHP reads these files as PHP does. For PHP a `#` is no comment since version 7, and a
#   text in single quotes is one value; MariaDB takes a `;` only at the start of a line.
# Seen: the value is cut there, quote and all, and the rest is a node #comment; so it is with a bare `;` in
#   an option file of MariaDB's. In double quotes all is right. A unit of systemd with an apostrophe in a
#   quoted variable cannot be read at all.
# Matters: configuration management (Puppet's augeas type, Ansible modules) reads and compares FreeScout's
#   DB_PASSWORD with this, finds another value than the one in force, and "corrects" it at the next run,
#   also right after a recovery.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v augtool > /dev/null || apt-get -qq install -y augeas-tools=1.14.0-1+deb12u1 > /dev/null
command -v my_print_defaults > /dev/null || apt-get -qq install -y mariadb-client > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir -p etc/php/8.2/fpm/pool.d etc/mysql etc/systemd/system
cat > etc/php/8.2/fpm/pool.d/www.conf <<'POOL'
[www]
env[ONE] = "a#b"
env[TWO] = a#b
env[THREE] = 'a;b'
POOL
printf '[client]\nuser=a;b\n' > etc/mysql/my.cnf
printf '[Service]\nEnvironment="ONE=its"\n' > etc/systemd/system/good.service
printf '[Service]\nEnvironment="ONE=it'\''s"\n' > etc/systemd/system/other.service
seen=$(
  echo 'by PHP and MariaDB:'
  sed 's/^env\[\(.*\)\]/\1/' etc/php/8.2/fpm/pool.d/www.conf > pool.ini
  php -r 'foreach (parse_ini_file("pool.ini") as $name => $value) echo "  $name: $value\n";'
  echo "  user: $(my_print_defaults --defaults-file="$dir/etc/mysql/my.cnf" client)"
  echo 'by augeas:'
  augtool --root "$dir" --noload <<'AUG' | sed "s|.*files/etc/|  |"
load
print /files/etc/php/8.2/fpm/pool.d/www.conf/www/*
print /files/etc/mysql/my.cnf/target/*
print /files/etc/systemd/system/*/Service/Environment/*
AUG
)
want='by PHP and MariaDB:
  ONE: a#b
  TWO: a#b
  THREE: a;b
  user: --user=a;b
by augeas:
  php/8.2/fpm/pool.d/www.conf/www/env\[ONE\] = "a#b"
  php/8.2/fpm/pool.d/www.conf/www/env\[TWO\] = "a"
  php/8.2/fpm/pool.d/www.conf/www/env\[TWO\]/#comment = "b"
  php/8.2/fpm/pool.d/www.conf/www/env\[THREE\] = "'\''a"
  php/8.2/fpm/pool.d/www.conf/www/env\[THREE\]/#comment = "b'\''"
  mysql/my.cnf/target/user = "a"
  mysql/my.cnf/target/user/#comment = "b"
  systemd/system/good.service/Service/Environment/ONE = "its"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
