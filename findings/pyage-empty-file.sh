#!/usr/bin/env bash
# PyPI age 0.5.1: the encrypted form of an empty file is one that age itself refuses.
#
# Expected: the format (age-encryption.org/v1) wants a last chunk also of an empty content, 16 bytes of
#   tag: 200 bytes in all for one X25519 recipient, as age 1.1.1 (Debian 12) writes.
# Seen: no chunk is written, 184 bytes; age ends in "unexpected EOF". A file of one byte and one of
#   exactly 64 KiB pass between the two.
# Matters: a FreeScout's folder has empty files, such as placeholders in storage. A backup encrypted file
#   by file with this package cannot be taken back by age alone, and the message sounds as if the
#   backup had been cut off, and with it the .env that holds the old key.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v age > /dev/null || apt-get -qq install -y age > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install age==0.5.1
age-keygen -o key 2> /dev/null
recipient=$(sed -n 's/^# public key: //p' key)
seen=$(
  for size in 0 1 65536; do
    head -c "$size" /dev/zero > plain
    venv/bin/pyage encrypt -o sealed "$recipient" < plain
    age -r "$recipient" -o reference plain
    echo "$size bytes: $(wc -c < sealed), by age $(wc -c < reference); $(
      age -d -i key sealed 2> err | cmp -s - plain && [ ! -s err ] && echo opens || sed -n 's/^age: error: //p' err)"
  done
)
want='0 bytes: 184, by age 200; unexpected EOF
1 bytes: 201, by age 201; opens
65536 bytes: 65736, by age 65736; opens'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
