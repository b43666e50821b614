#!/usr/bin/env bash
# crate muesli 0.1.0, Perl PHP::Serialization 0.34 (Debian 12): a float with an exponent makes a serialised
#   value unreadable.
#
# Expected: PHP's serialize writes floats of 10^17 and more, and those below 0.0001, with an exponent, as
#   d:1.0E+25 and d:1.0E-5. An implementation of unserialize() reads what serialize() writes.
# Seen: both stop at the E, with an error that names no float, and nothing is had of the whole array.
#   The rarer INF is read by the crate.
# Matters: what FreeScout and its modules keep serialised (options of older versions, sessions, queued
#   jobs) may hold an elapsed time in seconds, which is easily that small. Who searches such values
#   for payloads of the old key loses the whole value for one number beside the secret.
set -eu
export DEBIAN_FRONTEND=noninteractive
perl -MPHP::Serialization -e1 2> /dev/null || apt-get -qq install -y libphp-serialization-perl=0.34-4 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "try"
version = "0.0.0"
edition = "2021"

[dependencies]
muesli = "=0.1.0"
TOML
cat > src/main.rs <<'RS'
fn main() {
    for text in std::env::args().skip(1) {
        let read = muesli::unserialize(text.as_bytes()).is_ok();
        println!("{text} by the crate: {}", if read { "read" } else { "error" });
    }
}
RS
CARGO_TARGET_DIR=$dir/target cargo build --quiet
set -- "$(php -r 'echo serialize(["took" => 0.25, "secret" => "x"]);')" \
  "$(php -r 'echo serialize(["took" => 0.00002, "secret" => "x"]);')" \
  "$(php -r 'echo serialize(1e25);')" "$(php -r 'echo serialize(INF);')"
seen=$(
  target/debug/try "$@"
  perl -MPHP::Serialization=unserialize -e '
    for my $text (@ARGV[0 .. 2]) {
      print "$text by Perl: ", (eval { unserialize($text) } ? "read" : "error"), "\n";
    }
  ' -- "$@"
)
want='a:2:{s:4:"took";d:0.25;s:6:"secret";s:1:"x";} by the crate: read
a:2:{s:4:"took";d:2.0E-5;s:6:"secret";s:1:"x";} by the crate: error
d:1.0E+25; by the crate: error
d:INF; by the crate: read
a:2:{s:4:"took";d:0.25;s:6:"secret";s:1:"x";} by Perl: read
a:2:{s:4:"took";d:2.0E-5;s:6:"secret";s:1:"x";} by Perl: error
d:1.0E+25; by Perl: error'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
