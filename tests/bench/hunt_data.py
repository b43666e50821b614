"""The data of `hunt.sh`, the same at every run.

    hunt_data.py FOLDER MEGABYTES FILES

Writes FOLDER/random (bytes of chance), FOLDER/dump.sql (text as of a dump of FreeScout's database: mails in HTML, headers,
payloads, pictures in base64), FOLDER/tree (FILES small files in folders, as of a web root), and a key without prefix and one
with it at the end of each.
"""

import base64
import pathlib
import random
import sys

folder, size, files = pathlib.Path(sys.argv[1]), int(sys.argv[2]) << 20, int(sys.argv[3])
chance = random.Random(4)
CHUNK = 64 << 20
WORDS = "the mail order invoice customer please thank you reply regards server key app base login error file folder".split()


def text(words: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words))


def sealed() -> str:
    part = lambda n: base64.b64encode(chance.randbytes(n)).decode().replace("/", "\\/")
    json = f'{{"iv":"{part(16)}","value":"{part(48)}","mac":"{chance.randbytes(32).hex()}"}}'
    return base64.b64encode(json.encode()).decode()


def thread(number: int) -> str:
    body = "".join(
        f'<p class=\\"m\\" style=\\"margin:{chance.randrange(9)}px\\">{text(chance.randrange(5, 60))}<br>\\r\\n</p>'
        for _ in range(chance.randrange(1, 9))
    )
    if chance.random() < 0.05:
        body += f'<img src=\\"data:image/png;base64,{base64.b64encode(chance.randbytes(3000)).decode()}\\">'
    headers = f'Message-ID: <{chance.randbytes(8).hex()}@mail.example>\\r\\nX-Hash: {base64.b64encode(chance.randbytes(20)).decode()}\\r\\n'
    return f"({number},{chance.randrange(99999)},1,'{body}','{headers}','{{\"key\":\"value{number}\"}}',NULL,'2025-06-20 10:00:00')"


def dump(length: int) -> bytes:
    out, total, number = [], 0, 0
    while total < length:
        rows = ",".join(thread(number + n) for n in range(40))
        number += 40
        line = f"INSERT INTO `threads` VALUES {rows};\n"
        if number % 2000 == 0:
            line += f"INSERT INTO `mailboxes` VALUES (1,'Support','{sealed()}','{sealed()}');\n"
        out.append(line)
        total += len(line)
    return "".join(out).encode()[:length]


def key(prefix: str) -> bytes:
    return f"\nAPP_KEY={prefix}{base64.b64encode(chance.randbytes(32)).decode()}\n".encode()


(folder / "tree").mkdir(parents=True, exist_ok=True)
with open(folder / "random", "wb") as out:
    for start in range(0, size, CHUNK):
        out.write(chance.randbytes(min(CHUNK, size - start)))
    out.write(key("base64:") + key("").replace(b"APP_KEY=", b"x="))
chunk = dump(min(CHUNK, size))
with open(folder / "dump.sql", "wb") as out:
    for start in range(0, size, len(chunk)):
        out.write(chunk[: size - start])
    out.write(key("base64:") + key("").replace(b"APP_KEY=", b"x="))
for number in range(files):
    where = folder / "tree" / f"{number // 1000}" / f"{number // 50 % 20}"
    if number % 50 == 0:
        where.mkdir(parents=True, exist_ok=True)
    begin = chance.randrange(len(chunk) - 9000)
    (where / f"{number}.php").write_bytes(chunk[begin : begin + chance.randrange(200, 8000)])
(folder / "tree/0/0/.env.old").write_bytes(key("base64:"))
