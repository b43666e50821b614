# Keys that FreeScout does not have from its .env: what is set where, and what the next start does with it.
client=docker
start_docker
key=$(sed -n 's/^APP_KEY=//p' "$image/root/www/html/.env")
compose=/srv/compose/docker-compose.yml
composed="--label com.docker.compose.project.config_files=$compose --label com.docker.compose.project.working_dir=/srv/compose
    --label com.docker.compose.service=app"
mkdir -p /srv/compose

# The file that the container was made of, as Compose notes it, with this line for its environment.
define() { printf 'services:\n  app:\n    image: freescout:test\n    environment:\n      %s\n' "$1" >$compose; }

# The key is the container's alone: all is re-encrypted with it, and undone.
kept_key() {
    local name=$1
    ends_with 2 check --json --container "$name"
    json_is '"process_environment" in [s["kind"] for k in it["keys"] if k["effective"] for s in k["sources"]]' True
    state_of "$name" >"$folder/before"
    ends_with 2 recover --container "$name" --look-in "$old" --yes --no-test
    says "Done (carry)"
    says "FreeScout can read 30 of 32 secrets"
    ends_with 2 check --container "$name"
    says "FreeScout can read 30 of 32"
    says_nothing_of "the next time the container starts"
    ends_with 0 undo --container "$name" --yes
    state_of "$name" >"$folder/after"
    diff "$folder/before" "$folder/after" || fail "$name: the undo left something behind"
    walked=$((walked + 1))
    echo "$name: found, checked, recovered, undone"
}

prepare='rm /www/html/bootstrap/cache/config.php; sed -i /^APP_KEY=/d /www/html/.env'
define "APP_KEY: $key"
# shellcheck disable=SC2086 # options
start key-in-environment --env APP_KEY="$key" $composed
kept_key key-in-environment
end key-in-environment

echo "APP_KEY=$key" >/srv/app.env
start key-in-env-file --env-file /srv/app.env
kept_key key-in-env-file
end key-in-env-file

# A key that the image writes into .env at every start: after a recovery with another one, the line is told that has to change.
prepare='rm /www/html/bootstrap/cache/config.php'
define "FREESCOUT_APP_KEY: $key"
# shellcheck disable=SC2086 # options
start key-at-start --env FREESCOUT_APP_KEY="$key" $composed
ends_with 0 recover --container key-at-start --look-in "$old"
says "to do by hand: $compose, line 5, sets"
ends_with 2 recover --container key-at-start --look-in "$old" --yes --no-test
ends_with 2 check --container key-at-start
says "$compose, line 5, sets FREESCOUT_APP_KEY to "
says "the next time the container starts, it writes this key into .env"
ends_with 0 undo --container key-at-start --yes
end key-at-start
# The same where nobody knows what it was made of.
start key-at-start --env FREESCOUT_APP_KEY="$key"
ends_with 2 recover --container key-at-start --look-in "$old" --yes --no-test
ends_with 2 check --container key-at-start
says "sets FREESCOUT_APP_KEY to "
says "Change it where the container is defined"
end key-at-start
# And where it is a file of the host's: it is named as the host calls it.
echo "$key" >/srv/app-key
start key-at-start --volume /srv/app-key:/run/secrets/app_key:ro --env FREESCOUT_APP_KEY_FILE=/run/secrets/app_key
ends_with 0 recover --container key-at-start --look-in "$old"
says "to do by hand: /srv/app-key, line 1, is the secret with"
end key-at-start
walked=$((walked + 1))
echo "key-at-start: found, checked, recovered, undone; what the next start does is told"

# As the kubelet projects a secret: a link to a folder that is another one after each change, and nothing that can be written.
project() {
    local secret=/srv/secrets/$1
    mkdir -p "$secret/..2026_07_01"
    ln -sn ..2026_07_01 "$secret/..data"
    ln -s "..data/$2" "$secret/$2"
    cat >"$secret/..2026_07_01/$2"
    chmod 644 "$secret/..2026_07_01/$2"
}

project key app-key <<<"$key"
prepare='rm /www/html/bootstrap/cache/config.php; sed -i /^APP_KEY=/d /www/html/.env'
start projected-key --volume /srv/secrets/key:/etc/freescout:ro --env APP_KEY_FILE=/etc/freescout/app-key
ends_with 2 check --json --container projected-key
json_is '"/etc/freescout/..2026_07_01/app-key" in [s["path"] for k in it["keys"] if k["effective"] for s in k["sources"]]' True
state_of projected-key >"$folder/before"
ends_with 1 recover --container projected-key --look-in "$old" --yes --no-test
says "links are not followed for writing"
says "Or choose the strategy carry"
state_of projected-key >"$folder/after"
cmp "$folder/before" "$folder/after" || fail "what was refused was done"
# As it says.
ends_with 2 recover --container projected-key --look-in "$old" --yes --no-test --strategy carry
says "FreeScout can read 30 of 32 secrets"
ends_with 0 undo --container projected-key --yes
state_of projected-key >"$folder/after"
diff "$folder/before" "$folder/after" || fail "the undo left something behind"
end projected-key
walked=$((walked + 1))
echo "projected-key: found, checked, restore refused with its reason, carried, undone"

grep -v TELEGRAM "$image/root/www/html/.env" | project env .env
prepare='rm /www/html/bootstrap/cache/config.php /www/html/.env; ln -s /etc/freescout/.env /www/html/.env'
start projected-env --volume /srv/secrets/env:/etc/freescout:ro
ends_with 2 check --container projected-env
says "can read 7 of 31"
state_of projected-env >"$folder/before"
ends_with 1 recover --container projected-env --look-in "$old" --yes --no-test
says "on the host it is /srv/secrets/env, mounted with"
state_of projected-env >"$folder/after"
cmp "$folder/before" "$folder/after" || fail "what was refused was done"
ends_with 2 recover --container projected-env --look-in "$old" --yes --no-test --strategy carry
says "FreeScout can read 29 of 31 secrets"
ends_with 0 undo --container projected-env --yes
state_of projected-env >"$folder/after"
diff "$folder/before" "$folder/after" || fail "the undo left something behind"
end projected-env
walked=$((walked + 1))
echo "projected-env: found, checked, restore refused with its reason, carried, undone"
prepare=
