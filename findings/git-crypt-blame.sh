#!/usr/bin/env bash
# git-crypt 0.7.0 (Debian 12) with git 2.47: `git blame .env` shows ciphertext, and `git blame HEAD -- .env` the text.
#
# One would think: git-crypt sets a textconv for its files, `git log -p` shows them in plain text, so blame does, too.
# Expected: git-blame(1) knows --textconv; in an unlocked repository who changed which line can be read.
# Seen: for the file in the work tree blame counts and shows the lines of the encrypted form, with --textconv as well, and
#   lays all of them to the last commit. `git blame HEAD -- .env`, the same content, is in plain text and right.
# Matters: blame is the first question to a repository when a helpdesk's passwords are unreadable: who changed APP_KEY,
#   and when? The answer looks like a repository that is locked or damaged, and names the wrong commit for other lines.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
chmod 755 .
apt-get -qq download git-crypt=0.7.0-0.1 2> /dev/null
dpkg-deb -x git-crypt_*.deb debian
export PATH="$dir/debian/usr/bin:$PATH" HOME=$dir GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=admin GIT_AUTHOR_EMAIL=admin@example.org GIT_COMMITTER_NAME=admin GIT_COMMITTER_EMAIL=admin@example.org
git init -q desk
cd desk
git-crypt init > "$dir/log.txt"
echo '.env filter=git-crypt diff=git-crypt' > .gitattributes
printf '%s\n' 'APP_URL=https://desk.example.org' 'APP_KEY=base64:b2xkIHRocm93LWF3YXkgZXhhbXBsZSBrZXkgMTIzNA==' > .env
git add .
git commit -q -m first
sed -i 's/^APP_KEY=.*/APP_KEY=base64:bmV3IHRocm93LWF3YXkgZXhhbXBsZSBrZXkgMTIzNA==/' .env
git commit -q -a -m second
[ -z "$(git status --porcelain)" ]
told() { # which commits blame names, and whether it shows names of variables
  git blame -s "$@" > "$dir/blame"
  commits=$(cut -d' ' -f1 "$dir/blame" | tr -d '^' | sort -u | while read -r id; do git log -1 --format=%s "$id"; done | sort | paste -sd,)
  echo "blame $*: $(grep -a -q 'APP_KEY=' "$dir/blame" && echo 'plain text' || echo 'ciphertext'), commits: $commits"
}
seen=$(
  told .env
  told --textconv .env
  told HEAD -- .env
  echo "log -p: $(git log -p -- .env | grep -c '^[-+]APP_KEY=') lines of APP_KEY"
)
want='blame .env: ciphertext, commits: second
blame --textconv .env: ciphertext, commits: second
blame HEAD -- .env: plain text, commits: first,second
log -p: 3 lines of APP_KEY'
git-crypt --version
git --version
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
