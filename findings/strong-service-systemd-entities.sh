#!/usr/bin/env bash
# npm strong-service-systemd 1.2.3: variables are written into the unit as if it were a web page.
#
# Expected: "Generate a systemd job using the provided parameters": what is given in env is what the service
#   gets, with the value in quotes where it has a blank, and `%` doubled.
# Seen: `&`, `<`, quotes and apostrophes are turned into HTML's entities, blanks and `%` are left as they are.
#   systemd knows no entities, so a&b arrives as a&amp;b; of `a b` it takes `a`; the key in base64 passes.
# Matters: for who runs FreeScout's queue worker with a unit made by it: the variables beat .env, so the
#   worker logs in to database and mail servers with a password that nobody has ever set, while the
#   APP_KEY beside it is right.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" strong-service-systemd@1.2.3
cat > try.js <<'JS'
const env = {
  APP_KEY: 'base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=',
  DB_PASSWORD: 'a&b', MAIL_PASSWORD: "it's", THIRD: 'a b', FOURTH: '50%off',
};
require('strong-service-systemd')({ name: 'worker', description: 'worker', user: 'www-data',
  group: 'www-data', cwd: '/var/www/html', command: '/usr/bin/php artisan queue:work', env },
(error, unit) => console.log(error || unit.split('\n').filter(line => /^Environment=/.test(line)).join('\n')));
JS
seen=$(node try.js)
want='Environment=APP_KEY=base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=
Environment=DB_PASSWORD=a&amp;b
Environment=MAIL_PASSWORD=it&#39;s
Environment=THIRD=a b
Environment=FOURTH=50%off'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
