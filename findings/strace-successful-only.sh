#!/usr/bin/env bash
# strace 6.1 (Debian 12): with -z the second half of an interrupted line says neither whose it is nor of what call.
#
# Expected: -z leaves out the calls that failed, and changes nothing about the others. Where two processes are
#   traced, strace(1) splits a line as "12 read(3, <unfinished ...>" and "12 <... read resumed>...", and with -o
#   each line begins with the number of its process.
# Seen: without -z every line begins with a number. With -z the second half is the bare rest, such as
#   `"APP_KEY=...", 131072) = 51` or `) = 3`; when two calls are open at that moment, nothing tells which of
#   them it ends.
# Matters: which .env does a worker of PHP-FPM open, and what does it read there? That is what strace -f -z on
#   its processes is for, as the many failed look-ups are left out. A reader of such a record that goes by the
#   numbers misses some of the very reads, and one that goes by order gives them to the wrong process. Leave
#   -z away and sort the failed calls out afterwards.
set -eu
command -v strace > /dev/null || apt-get install -qq -y strace > /dev/null
[ "$(strace -V | sed -n '1s/.* //p')" = 6.1 ] || { echo 'this is about strace 6.1' >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > .env
cat > workers.sh <<'SH'
for ten in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do
  for one in 1 2 3 4 5; do
    cat .env > /dev/null &
  done
done
wait
SH
without_number() { grep -cv '^[0-9]\+ ' "$1" || true; }
calls=openat,read,close
bare=0 tries=0
while [ "$bare" -eq 0 ] && [ "$tries" -lt 20 ]; do
  strace -f -z -e "trace=$calls" -o successful.txt sh workers.sh
  bare=$(without_number successful.txt)
  tries=$((tries + 1))
done
strace -f -e "trace=$calls" -o all.txt sh workers.sh
echo "lines without the number of a process: $(without_number all.txt) of all calls, with -z $bare"
grep -v '^[0-9]\+ ' successful.txt | sort | uniq -c | sort -rn | sed 5q
[ "$(without_number all.txt)" -eq 0 ] && grep -q 'resumed>' all.txt && [ "$bare" -gt 0 ] && ! grep -q 'resumed>' successful.txt ||
  { echo 'changed: it no longer does so' >&2; exit 1; }
