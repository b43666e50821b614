#!/usr/bin/env bash
# PyPI sqldump2json 1.0.3: one number with an exponent takes all rows behind it along.
#
# Expected: mariadb-dump and mysqldump write large and small doubles as 1e20 or 1e-7, so a reader of
#   dumps knows the form; and if it does not, the rows that it did understand are printed.
# Seen: the row and all that follow it in the same INSERT are dropped with one warning ("unexpected:
#   token 'e20'"), and the exit code is 0. The rows before it and the next INSERT are printed.
# Matters: an INSERT of a dump holds up to a megabyte of rows. One measured value in a module's table
#   hides its neighbours, among them rows with sealed settings, and only who reads the warnings knows.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install sqldump2json==1.0.3
cat > dump.sql << 'SQL'
INSERT INTO `module_settings` VALUES
(1,0.5,'eyJpdiI6Im9uZSJ9'),
(2,1e20,'eyJpdiI6InR3byJ9'),
(3,7,'eyJpdiI6InRocmVlIn0=');
INSERT INTO `modules` VALUES
(1,'reports');
SQL
seen=$(venv/bin/sqldump2json -i dump.sql 2> warnings; echo "exit code $?")
want='{"table": "module_settings", "values": [1, 0.5, "eyJpdiI6Im9uZSJ9"]}
{"table": "modules", "values": [1, "reports"]}
exit code 0'
printf '%s\n' "$seen"
cat warnings
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
