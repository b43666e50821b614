#!/usr/bin/env bash
# PyPI cloakdb 1.0.0: from an ordinary dump every masked row comes out with the masked column alone.
#
# Expected: its README names MySQL's multi-row INSERT among what it reads: the columns with a rule are
#   replaced, the rest passes. mariadb-dump and mysqldump write INSERTs without column names unless
#   asked for them; the columns stand in the CREATE TABLE above, in the same file.
# Seen: a row of four values comes out as ('X'). The summary says "Completed Successfully", exit code 0.
#   With --complete-insert's names in the INSERT all four are there.
# Matters: an anonymised copy is what one hands to a helper when a FreeScout's mailboxes do not open. The
#   payloads are gone from it, unnoticed until somebody restores it; and where it was made in place of
#   the dump, it is gone as a backup.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install cloakdb==1.0.0
cat > rules.yaml <<'YAML'
version: '1'
global:
  seed: 1
  salt: 9f1c2b7a5d3e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8
tables:
  mailboxes:
    columns:
      name:
        strategy: constant
        params:
          value_to_set: X
YAML
cat > plain.sql <<'SQL'
CREATE TABLE `mailboxes` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(40) NOT NULL,
  `email` varchar(128) NOT NULL,
  `in_password` text DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `mailboxes` VALUES
(1,'Support','support@example.org','eyJpdiI6'),
(2,'Sales','sales@example.org',NULL);
SQL
sed 's/` VALUES/` (`id`, `name`, `email`, `in_password`) VALUES/' plain.sql > named.sql
seen=$(
  for dump in named plain; do
    COLUMNS=120 venv/bin/cloakdb mask -c rules.yaml -i $dump.sql -o $dump.out.sql --update-salt-fingerprint \
      > $dump.log 2>&1 && echo "$dump: exit code 0, $(grep -o 'Completed Successfully' $dump.log)"
    sed -n '/^INSERT/,$p' $dump.out.sql
  done
)
want='named: exit code 0, Completed Successfully
INSERT INTO `mailboxes` (`id`, `name`, `email`, `in_password`) VALUES
(1, '\''X'\'', '\''support@example.org'\'', '\''eyJpdiI6'\''),
(2, '\''X'\'', '\''sales@example.org'\'', NULL);
plain: exit code 0, Completed Successfully
INSERT INTO `mailboxes` VALUES
('\''X'\''),
('\''X'\'');'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
