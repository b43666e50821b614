#!/usr/bin/env bash
# pam_env of Linux-PAM 1.5.2 (Debian 12): a `#` ends a value in quotes, too, and the quote before a comment stays.
#
# Expected: /etc/environment holds "simple NAME=VALUE pairs", and quotes around a value are taken off; so a `#`
#   between quotes is part of the value, and of APP_KEY="..." # old the comment goes and the quotes with it.
# Seen: "a#b" is `a`. In front of a comment the first quote is taken off, and the last one stays with the blank
#   behind it: the key ends in `=" `. Bare a#b is `a` as well.
# Matters: cron, su and sshd give their processes what pam_env reads. A FreeScout whose APP_KEY or DB_PASSWORD is set
#   in /etc/environment has other values in `artisan schedule:run`, which fetches and sends the mail, than in the
#   pages, which do not come by PAM: mail stops, and the web looks well.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir pam.d
for kind in auth account; do echo "$kind required pam_permit.so"; done > pam.d/desk
echo "session required pam_env.so conffile=/dev/null envfile=$dir/environment readenv=1" >> pam.d/desk
cat > environment <<'ENV'
PLAIN="a b"
APP_KEY="base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=" # old
DB_PASSWORD="a#b"
BARE=a#b
ENV
cat > session.py <<'PY'
"""Opens a session as cron does, and prints its environment."""
import ctypes

class Conversation(ctypes.Structure):
    _fields_ = [("function", ctypes.c_void_p), ("data", ctypes.c_void_p)]

pam = ctypes.CDLL("libpam.so.0")
pam.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
handle = ctypes.c_void_p()
assert pam.pam_start_confdir(b"desk", b"root", ctypes.byref(Conversation()), b"pam.d", ctypes.byref(handle)) == 0
assert pam.pam_open_session(handle, 0) == 0
variables = pam.pam_getenvlist(handle)
count = 0
while variables[count]:
    print("[" + variables[count].decode() + "]")
    count += 1
PY
seen=$(python3 session.py)
printf '%s\n' "$seen"
want='[PLAIN=a b]
[APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=" ]
[DB_PASSWORD=a]
[BARE=a]'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
