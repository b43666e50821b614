#!/usr/bin/env bash
# npm jsonar 1.8.0: in the PHP array that it writes, an apostrophe has got a backslash for good.
#
# Expected: "Convert JSON to PHP native Array": PHP reads the value that was given.
# Seen: values are put in double quotes, but an apostrophe is escaped as it has to be in single ones.
#   PHP knows no such escape there and keeps the backslash: it's becomes it\'s. The library's own parse
#   takes it away again, so its round trip hides it.
# Matters: a config file of a FreeScout written with it logs in to the database or the mail server with
#   a password one character longer than the one that was typed.
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v php > /dev/null || apt-get -qq install -y php-cli > /dev/null
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" jsonar@1.8.0
cat > try.js <<'JS'
const { arrify, parse } = require('jsonar');
const written = arrify({ password: "it's" });
require('fs').writeFileSync('config.php', `<?php return ${written}`);
console.log('jsonar reads:', parse(written).password);
JS
seen=$(node try.js; php -r 'echo "PHP reads: ", (require "config.php")["password"], "\n";')
want="jsonar reads: it's
PHP reads: it\\'s"
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
