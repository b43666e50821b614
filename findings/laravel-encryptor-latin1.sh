#!/usr/bin/env bash
# npm node-laravel-encryptor 3.0.2: a password in Latin-1 is refused although its MAC is right.
#
# Expected: "NodeJS version of Laravel's Encrypter". Laravel decrypts to bytes and unserialises bytes:
#   `s:4:"p<E4>ss";` is four bytes and opens (so it does in FreeScout).
# Seen: the decrypted bytes are turned into UTF-8 text first, the lone byte E4 becomes U+FFFD of three
#   bytes, the length no longer fits: "Error unserialize data". The same password in UTF-8 opens.
# Matters: passwords that came by an import or a very old form may hold Latin-1. The message sounds
#   like a damaged payload or a wrong key; both are fine, and the password is there.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir" node-laravel-encryptor@3.0.2
cat > read.js <<'JS'
const crypto = require('crypto');
const { Encryptor } = require('node-laravel-encryptor');
const key = Buffer.from('this is a throw-away example key');
function seal(plain) { // as Laravel 5.5 does, from bytes
  const cipher = crypto.createCipheriv('aes-256-cbc', key, Buffer.alloc(16, 7));
  const iv = Buffer.alloc(16, 7).toString('base64');
  const value = Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
  const mac = crypto.createHmac('sha256', key).update(iv + value).digest('hex');
  return Buffer.from(JSON.stringify({ iv, value, mac })).toString('base64');
}
for (const encoding of ['utf8', 'latin1']) {
  const password = Buffer.from('päss', encoding);
  const plain = Buffer.concat([Buffer.from(`s:${password.length}:"`), password, Buffer.from('";')]);
  let result;
  try { result = new Encryptor({ key: key.toString('base64') }).decrypt(seal(plain)); } catch (e) { result = 'refused: ' + e.message; }
  console.log(encoding + ':', result);
}
JS
seen=$(node read.js)
want='utf8: päss
latin1: refused: phpUnSerialize Error unserialize data'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
