#!/usr/bin/env bash
# PyPI pynginxconfig 0.3.4: a `;` or `#` in a quoted value ends it, and the file is written back in pieces.
#
# Expected: in nginx's own reader a text in quotes is one word; `;` and `#` mean nothing inside it. The
#   package calls itself parser and generator of these files, so load and save give the same file.
# Seen: "a;b" becomes a parameter `"a` and a directive `b"`. From a `#` on, the rest of the line is
#   dropped and the next line is glued on. No error on reading or writing.
# Matters: where a FreeScout has its APP_KEY or DB_PASSWORD from fastcgi_param lines, who changes another
#   value of the site by this package leaves it with an nginx file that no longer starts, and reads a
#   password that is not the one in force.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install pynginxconfig==0.3.4
cat > try.py <<'PY'
from pynginxconfig import NginxConfig

for value in ["base64:dGhpcw==", "a;b", "a#b"]:
    with open("site.conf", "w") as site:
        site.write('fastcgi_param DB_PASSWORD "%s";\nfastcgi_index index.php;\n' % value)
    config = NginxConfig()
    config.loadf("site.conf")
    config.savef("site.conf")
    print("-- " + value)
    print(open("site.conf").read().rstrip())
PY
seen=$(venv/bin/python try.py)
want='-- base64:dGhpcw==
fastcgi_param DB_PASSWORD "base64:dGhpcw==";
fastcgi_index index.php;
-- a;b
fastcgi_param DB_PASSWORD "a;
b";
fastcgi_index index.php;
-- a#b
fastcgi_param DB_PASSWORD "afastcgi_index index.php;'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
