# A container that ends while it is worked in: told truly, and taken up again.

# Starts a recovery, and waits until FreeScout's command runs in the container: rows and .env are written by then.
begin() {
    prepare=': >/tmp/wait'
    start "$1"
    "$program" recover --container "$1" --look-in "$old" --yes --no-test </dev/null >"$folder/out" 2>"$folder/err" &
    recovery=$!
    local tries
    for tries in $(seq 400); do
        [ ! -e "/proc/$(first_of "$1")/root/www/html/storage/logs/artisan.log" ] || return 0
        sleep 0.05
    done
    fail "FreeScout's command was not run in $1 ($tries tries)"
}

# It has ended by now, and says that it was cut off.
cut_off() {
    local code=0
    wait "$recovery" || code=$?
    [ "$code" -eq 2 ] || fail "it ended with $code"
    says "The container $1 stopped while freescout-rescue was working in it."
    says "Start the container first. If it was removed, create it again with the same volumes."
    says "freescout-rescue resume --container $1"
}

stopped() {
    begin halted
    "$client" stop --time 0 halted >/dev/null
    cut_off halted
    ends_with 2 check --container halted
    says "An unfinished recovery"
    # What its layers have cannot be finished while it is stopped.
    ends_with 2 resume --container halted --yes --no-test
    says "but the config cache could not be refreshed"
    says "Start the container first."
    "$client" start halted >/dev/null
    wait_for_worker halted
    "$client" exec halted rm /tmp/wait
    ends_with 2 resume --container halted --yes --no-test
    says "FreeScout can read 30 of 32 secrets"
    ends_with 0 undo --container halted --yes
    ends_with 2 check --container halted
    says "can read 7 of 32"
    end halted
}

removed() {
    begin removed
    end removed
    cut_off removed
    ends_with 3 resume --container removed --yes --no-test
    says "There is no container named removed on this host."
    # Made anew, with nothing of it: there is nothing to finish, and it is recovered as ever.
    prepare=
    start removed
    ends_with 2 check --container removed
    says "An unfinished recovery"
    ends_with 1 resume --container removed --yes --no-test
    says "There is nothing to finish, so it is closed now."
    story removed "$client"
    end removed
}

for client in docker podman; do
    "start_$client"
    for shape in stopped removed; do
        "$shape"
        walked=$((walked + 1))
        echo "$shape in the middle ($client): as it should be"
    done
    prepare=
done
