#!/usr/bin/env bash
# backupninja 1.2.2 (Debian 12): from a backslash on, the database password of a backup job is __star__.
#
# Expected: `dbpassword = <password>` of a job for MySQL or MariaDB is the password that is used, and a
#   backslash a character of it.
# Seen: the reader of all settings means to hide each `*` from the shell behind the word __star__, but its
#   pattern matches a backslash and all behind it. pa\ss is read as pa__star__, and the handler for MySQL
#   writes that into its option file; a star passes as it is. No message on reading.
# Matters: the nightly dump of a FreeScout's database is refused, with a message about the account. When its
#   APP_KEY is lost, the dump that would show which key was in force last week is not there.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download backupninja=1.2.2-1 2> /dev/null
dpkg -x backupninja_*.deb .
cat > read.sh <<'SH'
libdirectory=usr/lib/backupninja
. usr/lib/backupninja/tools
CURRENT_CONF_FILE=job.mysql
CURRENT_SECTION=
getconf dbpassword
echo "$dbpassword"
SH
seen=$(
  for password in secret 'pa#ss' 'pa*ss' "it's" 'pa\ss' 'C:\dir\x'; do
    printf 'dbusername = helpdesk\ndbpassword = %s\n' "$password" > job.mysql
    echo "$password -> $(bash read.sh)"
  done
)
want='secret -> secret
pa#ss -> pa#ss
pa*ss -> pa*ss
it'\''s -> it'\''s
pa\ss -> pa__star__
C:\dir\x -> C:__star__'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
