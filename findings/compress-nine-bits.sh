#!/usr/bin/env bash
# ncompress 4.2.4.6 (Debian 12): what `compress -b 9` writes cannot be read again, by itself neither.
#
# Expected: "Bits must be between 9 and 16": with any of them uncompress gives the file back.
# Seen: with 9, uncompress of ncompress (uncompress.real) calls the file corrupt and gives nothing, gzip
#   the same after some hundred bytes. compress itself says nothing, removes the file that it was given,
#   and ends with 0. From 10 on all is well.
# Matters: .Z files of old scripts are among the backups where an old APP_KEY may be. With a small -b such
#   a file is not damaged by its disk: the first lines can still be had by gzip, the rest by neither.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v compress > /dev/null || apt-get -qq install -y ncompress=4.2.4.6-6 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
seq 3000 > plain
seen=$(
  compress -V 2>&1 | grep -oE '\(N\)compress [0-9.]+' | head -n 1
  for bits in 9 10 12 16; do
    cp plain copy
    status=0
    compress -f -b "$bits" copy 2> err || status=$?
    echo "-b $bits: exit code $status, $([ -s err ] && echo words || echo silent), $([ -e copy ] && echo file kept || echo file removed)"
    for reader in uncompress.real gzip; do
      status=0
      case $reader in
        gzip) gzip -dc copy.Z ;;
        *) $reader -c copy.Z ;;
      esac > out 2> err || status=$?
      echo "  $reader: $(wc -c < out) of $(wc -c < plain), exit code $status"
    done
    rm -f copy copy.Z
  done
)
want='(N)compress 4.2.4.6
-b 9: exit code 0, silent, file removed
  uncompress.real: 0 of 13893, exit code 1
  gzip: 430 of 13893, exit code 1
-b 10: exit code 0, silent, file removed
  uncompress.real: 13893 of 13893, exit code 0
  gzip: 13893 of 13893, exit code 0
-b 12: exit code 0, silent, file removed
  uncompress.real: 13893 of 13893, exit code 0
  gzip: 13893 of 13893, exit code 0
-b 16: exit code 0, silent, file removed
  uncompress.real: 13893 of 13893, exit code 0
  gzip: 13893 of 13893, exit code 0'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
