#!/usr/bin/env bash
# PyPI phply 1.2.6: in a text in double quotes a backslash that PHP keeps is dropped, and "\0" is a zero digit.
#
# Expected: "PHP parser": in double quotes PHP knows a few escapes, octal and Unicode among them, and leaves a
#   backslash before any other letter where it is.
# Seen: a backslash is taken away before every letter that the lexer does not know: "pa\word" is read as
#   paword, "\101" as 101, and the NUL that var_export writes as "\0" becomes the character 0. Texts in
#   single quotes are right.
# Matters: a Python script that collects candidates for the old key or a password from PHP files (a config of
#   a module, a cached config, an old index.php) finds a text one character short. Serialised objects in
#   a cached config no longer fit their lengths.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install phply==1.2.6
cat > config.php <<'PHP'
<?php return array('single' => 'pa\word', 'double' => "pa\word", 'dollar' => "pa\$word",
  'octal' => "\101", 'nul' => 'a' . "\0", 'hex' => "\x41", 'unicode' => "\u{e9}");
PHP
cat > try.py <<'PY'
import json
import subprocess

from phply.phplex import lexer
from phply.phpparse import make_parser

php = json.loads(subprocess.check_output(["php", "-r", 'echo json_encode(require "config.php");']))
tree = make_parser().parse(open("config.php").read(), lexer=lexer.clone())
for element in tree[0].node.nodes:
    value = element.value
    read = value if isinstance(value, str) else value.left + value.right
    print("%s: PHP %s, phply %s" % (element.key, json.dumps(php[element.key]), json.dumps(read)))
PY
seen=$(venv/bin/python try.py)
want='single: PHP "pa\\word", phply "pa\\word"
double: PHP "pa\\word", phply "paword"
dollar: PHP "pa$word", phply "pa$word"
octal: PHP "A", phply "101"
nul: PHP "a\u0000", phply "a0"
hex: PHP "A", phply "A"
unicode: PHP "\u00e9", phply "u{e9}"'
printf '%s\n' "$seen"
[ "$seen" = "$want" ] || { echo 'changed: it no longer does so' >&2; exit 1; }
