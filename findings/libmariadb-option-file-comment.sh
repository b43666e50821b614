#!/usr/bin/env bash
# libmariadb3 10.11 (Debian 12; MariaDB's own client library): in an option file, a `#` behind a value is
#   no comment, as it is for the mariadb client of the same version.
#
# Expected: one syntax of option files for all of MariaDB's programs; of it the manual says that a comment
#   can start in the middle of a line too.
# Seen: with `password=secret # read only` the mariadb client logs in, and mydumper, which reads the file
#   by the library, is refused: to it all up to the end of the line is the password. With
#   `password=a#b` it is the other way round. In quotes, "a#b" is right for both.
# Matters: one file of this kind serves all of a FreeScout's dump scripts. Before and after a recovery
#   mariadb-dump and mydumper (or a Perl script on DBD::mysql) see different passwords in it, and only
#   one of them makes the backup.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v mariadbd > /dev/null || apt-get -qq install -y mariadb-server > /dev/null
command -v mydumper > /dev/null || apt-get -qq install -y mydumper=0.10.1-1+deb12u2 > /dev/null
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
CREATE DATABASE helpdesk;
CREATE TABLE helpdesk.options (name varchar(191), value longtext);
CREATE USER one@localhost IDENTIFIED BY 'secret';
CREATE USER two@localhost IDENTIFIED BY 'a#b';
GRANT ALL ON *.* TO one@localhost, two@localhost;
SQL
try() {
  printf '[client]\nsocket=%s\nuser=%s\n%s\n' "$dir/s" "$1" "$2" > my.cnf
  rm -rf out
  mariadb --defaults-file=my.cnf -e 'SELECT 1' > /dev/null 2>&1 && client=in || client=refused
  mydumper --defaults-file="$dir/my.cnf" -B helpdesk -o out > /dev/null 2>&1 && library=in || library=refused
  echo "$2 -> mariadb: $client, mydumper: $library"
}
seen=$(
  try one 'password=secret'
  try one 'password=secret # read only'
  try two 'password=a#b'
  try two 'password="a#b"'
)
want='password=secret -> mariadb: in, mydumper: in
password=secret # read only -> mariadb: in, mydumper: refused
password=a#b -> mariadb: refused, mydumper: in
password="a#b" -> mariadb: in, mydumper: in'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
