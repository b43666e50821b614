#!/usr/bin/env bash
# npm mysql-import 5.0.26: an apostrophe in a comment swallows the rest of the dump, and it says "done".
#
# Expected: "Import .sql into a MySQL database": comments are skipped up to the end of their line, as the
#   mariadb client does; and what cannot be run is an error.
# Seen: comments are searched for quotes like all else. After `-- the admin's copy` everything up to the next
#   apostrophe is one text, and so on to the end; no statement is left over, none is run, and the promise is
#   kept without an error. So it is dropped when the last statement has no semicolon.
# Matters: a dump that is kept for an emergency is given a remark by hand ("before Monday's update"). Who
#   restores it to look for the old payloads of a FreeScout is told that it was imported, and finds empty
#   tables or the rows from before.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v mariadbd > /dev/null || apt-get -qq install -y mariadb-server > /dev/null
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || :; }; rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" mysql-import@5.0.26
mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/data" \
  --auth-root-authentication-method=normal > install.log 2>&1
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/data" --socket="$dir/s" \
  --bind-address=127.0.0.1 --port="$port" --innodb-buffer-pool-size=8M > server.log 2>&1 &
server=$!
for _ in $(seq 100); do [ -S s ] || sleep 0.2; done
sql() { mariadb --no-defaults -u root -S "$dir/s" "$@"; }
sql -e "CREATE USER helpdesk@localhost IDENTIFIED BY 'secret', helpdesk@'127.0.0.1' IDENTIFIED BY 'secret';
  GRANT ALL ON *.* TO helpdesk@localhost, helpdesk@'127.0.0.1'"
cat > import.js <<'JS'
const Importer = require('mysql-import');
const importer = new Importer({ host: '127.0.0.1', port: Number(process.argv[2]), user: 'helpdesk',
  password: 'secret', database: 'by_package' });
importer.import('dump.sql').then(() => 'done', error => error.message).then(said => {
  console.log(said);
  process.exit();
});
JS
try() {
  cat > dump.sql
  sql -e 'DROP DATABASE IF EXISTS by_client; CREATE DATABASE by_client;
    DROP DATABASE IF EXISTS by_package; CREATE DATABASE by_package'
  for name in by_client by_package; do sql "$name" -e 'CREATE TABLE options (name text)'; done
  sql by_client < dump.sql
  said=$(timeout 30 node import.js "$port")
  echo "$1: the client $(sql by_client -Ne 'SELECT COUNT(*) FROM options') rows," \
    "the package $(sql by_package -Ne 'SELECT COUNT(*) FROM options') ($said)"
}
rows="INSERT INTO options VALUES ('a'),('b');
INSERT INTO options VALUES ('c');"
seen=$(
  try 'no comment' <<< "$rows"
  try 'a comment' <<< "-- a copy
$rows"
  try 'an apostrophe in it' <<< "-- the admin's copy
$rows"
  try 'no last semicolon' <<< "${rows%;}"
)
want='no comment: the client 3 rows, the package 3 (done)
a comment: the client 3 rows, the package 3 (done)
an apostrophe in it: the client 3 rows, the package 0 (done)
no last semicolon: the client 3 rows, the package 2 (done)'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
