#!/usr/bin/env bash
# PyPI mysqltotsv 0.1.4: the word VALUES inside a stored text turns into a comma, and tabs vanish.
#
# Expected: a converter to tab-separated values escapes a tab (as `\t`, say), and leaves the content of
#   quoted texts alone.
# Seen: each ` VALUES ` of a line is replaced, also those in the middle of a customer's or a mailbox's
#   text, and a tab inside a text, which mariadb-dump writes as the byte itself, is dropped. No message.
# Matters: helpdesk texts and signatures do hold pieces of SQL, and a password may hold a tab. A value
#   taken out of an old dump this way is another one than was stored, and nothing shows it.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install mysqltotsv==0.1.4 regex==2026.11.19
{
  cat << 'SQL'
CREATE TABLE `mailboxes` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `out_password` text DEFAULT NULL,
  `signature` text DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
SQL
  printf "INSERT INTO \`mailboxes\` (\`id\`, \`out_password\`, \`signature\`) VALUES (1,'a\tb','Type INSERT INTO t VALUES (1) and call us');\n"
} > dump.sql
mkdir out
venv/bin/mysql-to-tsv.py --file dump.sql --outdir out > /dev/null
seen=$(sed -n 2p out/mailboxes.tsv)
want=$(printf "1\t'ab'\t'Type INSERT INTO t, (1) and call us'")
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
