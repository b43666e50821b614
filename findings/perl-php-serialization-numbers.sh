#!/usr/bin/env bash
# Perl PHP::Serialization 0.34 (Debian 12): a text that looks like a number is written as one, and changes.
#
# Expected: serialize takes Perl scalars, which are texts and numbers at once, so a plain "5" may become
#   i:5. But a text that a number cannot give back has to stay a text; the module knows this for "007",
#   "+5" and a number of more than ten digits.
# Seen: "2024.10" is written as d:2024.10, which PHP reads as 2024.1; "1.0" comes back as 1, "-0" as 0,
#   and "5" with a line break behind it without the line break. "007" and "1e3" stay texts.
# Matters: options of older FreeScouts are serialised arrays, and a mailbox password is a serialised
#   text. A password like 2024.10, repaired with a Perl script, opens and is refused by the server.
set -eu
export DEBIAN_FRONTEND=noninteractive
perl -MPHP::Serialization -e1 2> /dev/null || apt-get -qq install -y libphp-serialization-perl=0.34-4 > /dev/null
seen=$(perl -MPHP::Serialization=serialize -e '
  for my $text ("secret", "007", "1e3", "2024.10", "1.0", "-0", "5\n") {
    my $written = serialize($text);
    open my $php, "|-", "php", "-r",
      q{$read = unserialize(stream_get_contents(STDIN)); $given = $argv[1];
        echo json_encode($given), " is written ", $argv[2], " and read ", json_encode((string) $read), "\n";},
      "--", $text, $written;
    print $php $written;
    close $php;
  }
')
want='"secret" is written s:6:"secret"; and read "secret"
"007" is written s:3:"007"; and read "007"
"1e3" is written s:3:"1e3"; and read "1e3"
"2024.10" is written d:2024.10; and read "2024.1"
"1.0" is written d:1.0; and read "1"
"-0" is written i:0; and read "0"
"5\n" is written i:5; and read "5"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
