#!/usr/bin/env bash
# npm laravel-encryption 1.1.3: fromEnv and fromRawKey refuse every key of 32 bytes, as key:generate makes.
#
# Expected: "fromEnv()" takes the APP_KEY of a Laravel application, which since 5.1 is 32 bytes under
#   AES-256-CBC; the library has this cipher, and the README says it is as close to the original as
#   possible.
# Seen: both helpers build the encrypter with its default, AES-128-CBC, and offer no place for another
#   cipher: "The only supported ciphers are [AES-128-CBC, AES-256-CBC] with the correct key lengths."
#   The README's example key has 16 bytes. The constructor, given cipher and decoded key, does it.
# Matters: the message is nearly that of Laravel for a damaged key. Who checks a found APP_KEY with three
#   lines of this library throws away the right one.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" laravel-encryption@1.1.3
cat > try.js <<'JS'
const { Encrypter, fromEnv, fromRawKey } = require('laravel-encryption');
const payload = 'eyJpdiI6InJHOHM0YnFUbkhhSlJsRmErU05TQ3c9PSIsInZhbHVlIjoiQXlJXC9BUUxLVlN1SldyN2VFb3lJQ1E9PSIsIm1h' +
  'YyI6IjBjYjljMjE3OGIxYjVlMTMyOGM1OTU2ZWJmOTI3MTNjNTc2OTcyMWFmNGYzMmFiMjI5ODQ1ZTExNzY5MjJmYTIifQ==';
const key = 'base64:dGhpcyBpcyBhIHRocm93LWF3YXkgZXhhbXBsZSBrZXk=';
const decoded = Buffer.from(key.slice(7), 'base64');
process.env.APP_KEY = key;
for (const [how, make] of [
  ['fromRawKey, 16 bytes', () => fromRawKey('base64:' + decoded.subarray(16).toString('base64'))],
  ['fromRawKey', () => fromRawKey(key)],
  ['fromEnv', () => fromEnv()],
  ['constructor', () => new Encrypter(decoded, 'AES-256-CBC').decrypt(payload)],
]) {
  let result;
  try {
    result = make();
  } catch (error) {
    result = error.message;
  }
  console.log(how, '->', typeof result === 'string' ? result : 'an encrypter');
}
JS
seen=$(node try.js)
want='fromRawKey, 16 bytes -> an encrypter
fromRawKey -> The only supported ciphers are [AES-128-CBC, AES-256-CBC] with the correct key lengths.
fromEnv -> The only supported ciphers are [AES-128-CBC, AES-256-CBC] with the correct key lengths.
constructor -> secret'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
