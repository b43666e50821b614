#!/usr/bin/env bash
# PyPI dkp 0.2.0: in the packed project every file *.env has the content of .env.
#
# Expected: "DocKer compose Packer": one file that holds the project with its volumes, manifests and env files, and
#   from which it can be restored "with all batteries included".
# Seen: for each env file that it finds it copies .env under the other's name, and says "found env file desk.env -
#   copying". The content of desk.env is nowhere in the package. Exit code 0.
# Matters: a FreeScout by compose has APP_KEY and the database password in just such a file, named by `env_file`.
#   After a restore there is no key, and the mailbox passwords in the restored database cannot be decrypted by
#   anything in the package.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install dkp==0.2.0
mkdir bin desk
echo 'COMPOSE_PROFILES=mail' > desk/.env
echo 'APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=' > desk/desk.env
printf 'services:\n  freescout:\n    image: example/freescout\n    env_file: desk.env\n' > desk/docker-compose.yml
# Stand in for docker, which is asked for the project's files and their content, and for gpg, which keeps a copy of
# what it is to encrypt.
cat > bin/docker <<SH
#!/bin/sh
case "\$*" in
  'compose ls'*) echo '[{"Name": "desk", "ConfigFiles": "$dir/desk/docker-compose.yml"}]' ;;
  *) echo '{"name": "desk", "services": {"freescout": {"image": "example/freescout"}}}' ;;
esac
SH
cat > bin/gpg <<SH
#!/bin/sh
for last; do :; done
cp "\$last" "$dir/kept.tar.gz"
cp "\$last" "\$6"
SH
chmod +x bin/docker bin/gpg
PATH=$dir/bin:$PATH venv/bin/python3 -W ignore venv/bin/dkp --skip-images --passphrase example -o "$dir/desk.bin" desk > log.txt
seen=$(
  grep 'found env file' log.txt | sort
  for name in .env desk.env; do
    echo "$name: $(tar -xzOf kept.tar.gz "./desk/project/desk/$name")"
  done
)
printf '%s\n' "$seen"
want='found env file .env - copying to project/desk/.env
found env file desk.env - copying to project/desk/desk.env
.env: COMPOSE_PROFILES=mail
desk.env: COMPOSE_PROFILES=mail'
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
