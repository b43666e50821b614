#!/usr/bin/env bash
# PyPI pyte 0.8.2: when a full-screen program ends, its screen stays, and bits of newer control sequences are text.
#
# One would think: the program's last screen vanishes with `CSI ? 1049 l`, as in xterm and tmux, and a sequence that is
#   not known is passed over as a whole.
# Expected: ECMA-48: parameters are 0 to 9 with `:` and `;`, private ones begin with <, =, > or ?, and the next letter ends
#   the sequence. An emulator that does not know one shows nothing of it.
# Seen: 1049 does nothing, and the shell goes on in the midst of what the program drew. `CSI < 1 u`, which ends the newer
#   way of reporting keys, leaves "1u" in the text, and a colour in the form with colons its last numbers. tmux, which
#   is given the same bytes, shows none of this.
# Matters: pyte is what termtosvg and tests of console programs draw with. A wizard that has shown a key and put the
#   old screen back is recorded with the key still standing there; a test that looks for words finds those of before.
set -eu
dir=$(mktemp -d)
trap 'tmux -S "$dir/socket" kill-server 2> /dev/null || :; rm -rf "$dir"' EXIT
cd "$dir"
command -v tmux > /dev/null || apt-get -qq install -y tmux > /dev/null
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install pyte==0.8.2
cat > try.py <<'PY'
import sys

import pyte

screen = pyte.Screen(40, 5)
pyte.ByteStream(screen).feed(open(sys.argv[1], "rb").read().replace(b"\n", b"\r\n"))
print("|".join(line.rstrip() for line in screen.display if line.strip()))
PY
printf 'before\n\033[?1049h\033[2J\033[HTHE KEY ON PAPER\033[?1049lafter' > screen
printf 'x\033[>1uy\033[<1uz' > keys
printf '\033[38:2::200:0:0mred\033[0m' > colour
printf '\033[4:3mcurly\033[0m' > underline
seen=$(
  for what in screen keys colour underline; do
    echo "$what, pyte: $(venv/bin/python try.py $what)"
    tmux -S socket -f /dev/null new-session -d -x 40 -y 5 "cat $what; touch done; sleep 30"
    for _ in $(seq 50); do [ -e done ] || sleep 0.1; done
    sleep 0.3
    echo "$what, tmux: $(tmux -S socket capture-pane -p | grep . | paste -sd'|')"
    tmux -S socket kill-server
    rm -f done
  done
)
want='screen, pyte: THE KEY ON PAPERafter
screen, tmux: before|after
keys, pyte: xy1uz
keys, tmux: xyz
colour, pyte: 2::200:0:0mred
colour, tmux: red
underline, pyte: 3mcurly
underline, tmux: curly'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
