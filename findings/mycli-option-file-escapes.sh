#!/usr/bin/env bash
# mycli 1.26.1, PyMySQL 1.0.2 (both of Debian 12): escapes in an option file are taken as they stand.
#
# Expected: both say that they read MySQL's option files. There `\\` is a backslash, `\s` a blank and
#   `\"` a quote, in quotes or not.
# Seen: quotes around a value are taken off, but no escape is resolved: for `password=a\\b` both send two
#   backslashes and are refused, while the mariadb client and Percona's pt-show-grants log in.
#   With a single one (`\b` is a backspace to MariaDB) it is the other way round.
# Matters: the database password of a FreeScout with a backslash cannot be written so that all tools read
#   it. In mycli it is called wrong after it was put right in the file, and a Python script on PyMySQL
#   needs another file than the dump script beside it.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v mariadbd > /dev/null || apt-get -qq install -y mariadb-server > /dev/null
apt-get -qq install -y mycli=1.26.1-3 python3-pymysql=1.0.2-2+deb12u1 percona-toolkit=3.2.1-1 > /dev/null
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || :; }; rm -rf "$dir"' EXIT
cd "$dir"
mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/data" \
  --auth-root-authentication-method=normal > install.log 2>&1
mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/data" --socket="$dir/s" --skip-networking \
  --innodb-buffer-pool-size=8M > server.log 2>&1 &
server=$!
for _ in $(seq 100); do [ -S s ] || sleep 0.2; done
mariadb --no-defaults -u root -S "$dir/s" <<'SQL'
CREATE USER plain@localhost IDENTIFIED BY 'ab';
CREATE USER backslash@localhost IDENTIFIED BY 'a\\b';
CREATE USER blank@localhost IDENTIFIED BY 'a b';
GRANT ALL ON *.* TO plain@localhost, backslash@localhost, blank@localhost;
SQL
asks() { timeout 30 "$@" < /dev/null > /dev/null 2>&1 && echo in || echo refused; }
try() {
  printf '[client]\nsocket=%s\nuser=%s\n%s\n' "$dir/s" "$1" "$2" > my.cnf
  echo "$1 by $2: mariadb $(asks mariadb --defaults-file=my.cnf -e 'SELECT 1')," \
    "pt-show-grants $(asks pt-show-grants --defaults-file "$dir/my.cnf")," \
    "mycli $(HOME=$dir asks mycli --defaults-file my.cnf -e 'SELECT 1')," \
    "PyMySQL $(asks /usr/bin/python3 -c 'import pymysql; pymysql.connect(read_default_file="my.cnf")')"
}
seen=$(
  try plain 'password="ab"'
  try backslash 'password=a\\b'
  try backslash 'password="a\\b"'
  try backslash 'password=a\b'
  try blank 'password=a\sb'
)
want='plain by password="ab": mariadb in, pt-show-grants in, mycli in, PyMySQL in
backslash by password=a\\b: mariadb in, pt-show-grants in, mycli refused, PyMySQL refused
backslash by password="a\\b": mariadb in, pt-show-grants in, mycli refused, PyMySQL refused
backslash by password=a\b: mariadb refused, pt-show-grants refused, mycli in, PyMySQL in
blank by password=a\sb: mariadb in, pt-show-grants in, mycli refused, PyMySQL refused'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
