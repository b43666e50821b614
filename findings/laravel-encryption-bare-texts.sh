#!/usr/bin/env bash
# npm laravel-encryption 1.1.3: a text that was encrypted unserialised is decrypted to "", null, false or [].
#
# Expected: a payload of encryptString is read back by decryptString; for decrypt, which unserialises,
#   PHP raises an error unless the text happens to be complete serialised PHP. The library too has
#   "Could not unserialize the data."
# Seen: its reader looks at the first letter and asks for no more: s gives an empty text, d and i and N
#   give null, b false, a an empty array. Only texts with another first letter are the error.
# Matters: FreeScout's own helper for tokens and licences returns such a text as it is, so payloads of
#   this kind may be in the database. A check of keys against payloads that waits for an error counts
#   "secret" as opened and empty; where the result is written back under the new key, it is lost.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" laravel-encryption@1.1.3
seen=$(node -e '
const { Encrypter } = require("laravel-encryption");
const encrypter = new Encrypter("this is a throw-away example key", "AES-256-CBC");
for (const text of ["secret", "dragon", "indigo", "Nothing", "bottle", "apple", "plain"]) {
  const payload = encrypter.encryptString(text);
  let read;
  try {
    read = JSON.stringify(encrypter.decrypt(payload));
  } catch (error) {
    read = error.message;
  }
  console.log(encrypter.decryptString(payload), "->", read);
}
')
want='secret -> ""
dragon -> null
indigo -> null
Nothing -> null
bottle -> false
apple -> []
plain -> Could not unserialize the data.'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
