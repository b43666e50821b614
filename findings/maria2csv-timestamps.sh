#!/usr/bin/env bash
# PyPI maria2csv 0.0.3: a table with a timestamp column yields the heading and no rows.
#
# Expected: "Pipe a MariaDB dump to commandline": the rows of the table as CSV, or an error.
# Seen: values in quotes are allowed for text columns only. mariadb-dump quotes timestamps, and writes
#   longtext and json in quotes too; a table with one such column that is not NULL matches no row:
#   only the heading is printed, exit code 0. Where the timestamps are NULL the row is there.
# Matters: all tables of a FreeScout have created_at and updated_at. Who looks in an old dump for the
#   mailboxes' stored passwords this way sees "no mailboxes" and takes the dump for a bad one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install maria2csv==0.0.3
dump() {
  cat << SQL
CREATE TABLE \`mailboxes\` (
  \`id\` int(10) unsigned NOT NULL AUTO_INCREMENT,
  \`email\` varchar(128) NOT NULL,
  \`in_password\` text DEFAULT NULL,
  \`created_at\` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`mailboxes\` VALUES
(1,'support@example.org','eyJpdiI6',$1),
(2,'sales@example.org',NULL,$1);
SQL
}
dump "'2024-01-02 03:04:05'" > dated.sql
dump NULL > undated.sql
seen=$(for name in undated dated; do echo "$name:"; venv/bin/maria2csv "$name.sql"; done)
want="undated:
id,email,in_password,created_at
1,'support@example.org','eyJpdiI6',NULL
2,'sales@example.org',NULL,NULL
dated:
id,email,in_password,created_at"
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
