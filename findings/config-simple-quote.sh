#!/usr/bin/env bash
# Perl Config::Simple 4.59 (Debian 12): a value with a single apostrophe or quote is read as empty, and is
#   lost when the file is written.
#
# Expected: in an INI file an apostrophe in a bare value is a letter, as for PHP's parse_ini_file, for
#   supervisor and systemd. The manual page speaks of quotes around values only.
# Seen: it's and a"b become the empty text. Two of them are dropped and what is between stays. write()
#   puts what was read in the place of each value of the file, so setting another name empties these;
#   and "it's", which was right, is written bare and so empty at the next reading.
# Matters: pools of PHP-FPM and the like are INI files, and hold a FreeScout's DB_PASSWORD for some. An
#   administrator's old Perl script that sets one value deletes a password from the file for good,
#   without an error from param, write or the module's error().
set -eu
export DEBIAN_FRONTEND=noninteractive
perl -MConfig::Simple -e1 2> /dev/null || apt-get -qq install -y libconfig-simple-perl=4.59-6.1 > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > pool.ini <<'INI'
[helpdesk]
plain=secret
apostrophe=it's
quote=a"b
pair='a' 'b'
quoted="it's"
INI
seen=$(
  perl -MConfig::Simple -e '
    my $pool = Config::Simple->new("pool.ini");
    print "$_ -> ", $pool->param("helpdesk.$_"), "\n" for qw(plain apostrophe quote pair quoted);
    $pool->param("helpdesk.debug", "on");
    $pool->write or die;
    print "error: ", Config::Simple->error // "none", "\n";
  '
  grep = pool.ini | sort
)
want='plain -> secret
apostrophe -> 
quote -> 
pair -> a b
quoted -> it'\''s
error: none
apostrophe=
debug=on
pair=a b
plain=secret
quote=
quoted=it'\''s'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
