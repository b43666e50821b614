#!/usr/bin/env bash
# Debian's console-setup-linux 1.221: its fonts for consoles have a cross, and none has a tick.
#
# Expected: a font that shows U+2717 (✗) shows U+2713 (✓) beside it; programs print the two as a pair.
# Seen: of 456 fonts, 374 have ✗, ● and ▸; none has ✓, and only 121 have ○. So `✗ failed` is readable on a
#   provider's console, and `✓ works` is a replacement box. All of them have •, →, ↑ and ↓.
# Matters: the console of a virtual server (TERM=linux, UTF-8) is where one works when SSH is gone. Whoever
#   tells success by ✓ alone tells nothing there.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -q console-setup-linux=1.221 >/dev/null 2>&1
dpkg-deb -x console-setup-linux_1.221_all.deb .
cat > fonts.py <<'PY'
import glob, gzip, struct

def shown(font):
    """The characters of a PC screen font, by its own table."""
    if font[:4] == b'\x72\xb5\x4a\x86':
        header, flags, glyphs, size = struct.unpack('<4I', font[8:24])
        if not flags & 1:
            return None
        return set(font[header + glyphs * size:].replace(b'\xff', b'').replace(b'\xfe', b'').decode('utf-8', 'ignore'))
    mode, height = font[2], font[3]
    if font[:2] != b'\x36\x04' or not mode & 2:
        return None
    table = font[4 + (512 if mode & 1 else 256) * height:]
    units = struct.unpack(f'<{len(table) // 2}H', table[:len(table) // 2 * 2])
    return {chr(unit) for unit in units if unit < 0xfffe}

tables = [shown(gzip.open(path).read()) for path in glob.glob('usr/share/consolefonts/*.psf.gz')]
tables = [table for table in tables if table is not None]
print(len(tables), 'fonts', *(f'{sign} {sum(sign in table for table in tables)}' for sign in '✗✓●○▸•→↑↓'))
PY
seen=$(python3 fonts.py)
want='456 fonts ✗ 374 ✓ 0 ● 374 ○ 121 ▸ 374 • 456 → 456 ↑ 456 ↓ 456'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
