#!/usr/bin/env bash
# PyPI dargslan-apache-analyzer 1.0.0: the folder of a web site is that of a line that is commented out, and ends at
#   the first blank.
#
# Expected: Apache's manual: a line that begins with `#` is a comment, and an argument with a blank stands in quotes.
#   The DocumentRoot of a virtual host is the one in use.
# Seen: the first DocumentRoot in the block counts, `#` or not; of "/srv/help desk/public" it gives /srv/help. A virtual
#   host that is commented out as a whole is listed like the others.
# Matters: the folder above DocumentRoot is where FreeScout's .env is. Who moved FreeScout and left the old line as a
#   comment is sent to the old folder, with an .env that holds the key of before.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install dargslan-apache-analyzer==1.0.0
cat > apache2.conf <<'CONF'
<VirtualHost *:80>
    ServerName desk.example.org
    #DocumentRoot /var/www/old/public
    DocumentRoot /srv/desk/public
</VirtualHost>
<VirtualHost *:80>
    ServerName help.example.org
    DocumentRoot "/srv/help desk/public"
</VirtualHost>
#<VirtualHost *:80>
#    ServerName gone.example.org
#    DocumentRoot /srv/gone/public
#</VirtualHost>
CONF
seen=$(venv/bin/python3 -c '
from dargslan_apache_analyzer import ApacheAnalyzer
for host in ApacheAnalyzer("apache2.conf").get_vhosts():
    print(host["server_name"], host["document_root"])')
printf '%s\n' "$seen"
want='desk.example.org /var/www/old/public
help.example.org /srv/help
gone.example.org /srv/gone/public'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
