#!/usr/bin/env bash
# npm composerize-ts 0.6.2: an apostrophe inside double quotes ends the value and the option list.
#
# Expected: the input is a line for a shell, where "it's" is one text, and the output a compose file in
#   which a `$` of a value is written twice, because compose replaces `$word`.
# Seen: single and double quotes are one and the same to it. `-e "MAIL_PASSWORD=it's"` becomes
#   MAIL_PASSWORD=it, the image becomes `s`, and all that follows turns into the command. A `$` stays
#   single. No message, exit code 0.
# Matters: containers of a FreeScout started by hand are turned into a compose file after an accident;
#   the options behind the apostrophe, such as the volume with the attachments or the APP_KEY, are no
#   options any more, and a password with `$` loses a piece at the next start.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" composerize-ts@0.6.2
cat > try.js <<'JS'
const { composerize } = require('composerize-ts');
const fs = require('fs');
for (const value of ['plain', 'pa$word', "it's"]) {
  const { yaml } = composerize(
    `docker run -e "MAIL_PASSWORD=${value}" -v data:/data example.org/freescout:1.8`, 'app', 'latest', 4);
  const lines = yaml.split('\n').filter(line => /image|command|MAIL|data/.test(line));
  fs.appendFileSync('seen', `${value}:\n${lines.map(line => '  ' + line.trim()).join('\n')}\n`);
}
JS
node try.js > /dev/null # its own progress
seen=$(cat seen)
want="plain:
  image: 'example.org/freescout:1.8'
  - 'data:/data'
  - MAIL_PASSWORD=plain
pa\$word:
  image: 'example.org/freescout:1.8'
  - 'data:/data'
  - MAIL_PASSWORD=pa\$word
it's:
  command: '-v data:/data example.org/freescout:1.8'
  image: s
  - MAIL_PASSWORD=it"
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
