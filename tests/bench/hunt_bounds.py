"""What the hunt costs on inputs that make much work out of few bytes, and on honest ones beside them. Figures, not tests.

    hunt_bounds.py BINARY [WORD]...     all inputs, or those whose names hold one of the words

Of each input: its size, seconds, seconds of the processors, memory at most, what was searched, and what was said of it. Of an
honest one the key at its end must be found. Needs zstd, git and 7z (p7zip-full).
"""

import base64
import bz2
import collections.abc
import gzip
import io
import json
import lzma
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
import zlib

MIB = 1 << 20
KEY = b"APP_KEY=base64:" + base64.b64encode(b"a throw-away key of this bench..") + b"\n"
chance = random.Random(9)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def local(name: bytes, packed: int) -> bytes:
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 33, 0, packed, packed, len(name), 0) + name


def central(name: bytes, packed: int, place: int) -> bytes:
    head = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 33, 0, packed, packed, len(name), 0, 0, 0, 0, 0, place)
    return head + name


def listed(body: bytes, members: list[tuple[bytes, int, int]]) -> bytes:
    directory = b"".join(central(*member) for member in members)
    count = min(len(members), 0xFFFF)
    return body + directory + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)


def repeating(count: int, size: int) -> bytes:
    packed = deflated(bytes(size))
    return listed(local(b"a", len(packed)) + packed, [(b"%d" % n, len(packed), 0) for n in range(count)])


def quoting(count: int, size: int) -> bytes:
    """Every member quotes the header of the next, and goes on in it."""
    packed = deflated(bytes(size))
    head, length = local(b"core", len(packed)), len(packed)
    pieces, members = [head + packed], [(b"core", length)]
    for number in range(count - 1):
        stored = struct.pack("<BHH", 0, len(head), len(head) ^ 0xFFFF)
        length += len(stored) + len(head)
        head = local(b"%05d" % number, length)
        pieces.append(head + stored)
        members.append((b"%05d" % number, length))
    places, at = [], 0
    for piece in reversed(pieces):
        places.append(at)
        at += len(piece)
    return listed(b"".join(reversed(pieces)), [(n, p, at) for (n, p), at in zip(reversed(members), places)])


def piped(size: int, command: str) -> bytes:
    zeros = subprocess.Popen(["head", "-c", str(size), "/dev/zero"], stdout=subprocess.PIPE)
    out = subprocess.run(command.split(), stdin=zeros.stdout, stdout=subprocess.PIPE, check=True).stdout
    zeros.wait()
    return out


def tarred(members: collections.abc.Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zipped(members: collections.abc.Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def log(lines: int) -> bytes:
    line = "10.0.%d.%d - - [28/Nov/2026:14:%02d:%02d +0000] \"GET /conversation/%d HTTP/1.1\" 200 %d\n"
    text = (line % (n % 99, n % 251, n // 60 % 60, n % 60, n, n * 7 % 9999) for n in range(lines))
    return "".join(text).encode() + KEY


def keys(count: int, name: bytes) -> bytes:
    return b"".join(name + base64.b64encode(chance.randbytes(32)) + b"\n" for _ in range(count))


def varint(head: list[int], size: int) -> bytes:
    while size:
        head[-1] |= 0x80
        head.append(size & 0x7F)
        size >>= 7
    return bytes(head)


def git_chain(folder: pathlib.Path, length: int, size: int) -> None:
    """A pack of one object and others, each of which is the one before it."""
    head = lambda kind, size: varint([kind << 4 | size & 15], size >> 4)
    number = lambda size: varint([size & 0x7F], size >> 7)
    pack = bytearray(struct.pack(">4s2I", b"PACK", 2, length + 1))
    before = len(pack)
    pack += head(3, size) + zlib.compress(bytes(size), 9)
    delta = number(size) + number(size) + bytes([0xF0]) + struct.pack("<I", size)[:3]
    for _ in range(length):
        here = len(pack)
        back = here - before
        offset = [back & 0x7F]
        while back >> 7:
            back = (back >> 7) - 1
            offset.insert(0, back & 0x7F | 0x80)
        pack += head(6, len(delta)) + bytes(offset) + zlib.compress(delta)
        before = here
    (folder / "objects/pack").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "objects/pack/pack-a.pack").write_bytes(pack + bytes(20))


def empty_members(path: pathlib.Path, count: int) -> None:
    """A 7z file of members that hold nothing, all told in its packed directory."""
    folder = path.with_suffix(".d")
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:07}").touch()
    subprocess.run(["7z", "a", "-bd", str(path), "."], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    shutil.rmtree(folder)


def sparse_tar(path: pathlib.Path, size: int) -> None:
    member = tarfile.TarInfo("disk.img")
    member.size = size
    with open(path, "wb") as out:
        out.write(member.tobuf(tarfile.GNU_FORMAT))
        out.truncate(512 + size + 1024)


def many_files(folder: pathlib.Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:07}").touch()
    (folder / "key").write_bytes(KEY)


GIB = 1 << 30
traps = {
    "zip, 60,000 names of one member": lambda: repeating(60_000, 2 * MIB),
    "zip, members within members": lambda: quoting(1500, 8 * MIB),
    "zip of zips, each of zeros": lambda: zipped((f"{n}.zip", zipped([("a", bytes(16 * MIB))])) for n in range(800)),
    "gzip in gzip": lambda: gzip.compress(piped(8 * GIB, "gzip -9")),
    "bzip2 of zeros": lambda: piped(4 * GIB, "bzip2 -9"),
    "bzip2, empty streams": lambda: bz2.compress(b"") * 700_000,
    "xz of zeros": lambda: piped(4 * GIB, "xz -3 -T2"),
    "zstd of zeros": lambda: piped(32 * GIB, "zstd -q"),
    "7z of zeros": lambda path: subprocess.run(
        ["7z", "a", "-bd", f"-si{path.name}", "-mx=3", str(path)], input=bytes(2 * GIB), stdout=subprocess.DEVNULL, check=True
    ),
    "7z, 200,000 empty members": lambda path: empty_members(path, 200_000),
    "tar in tar in zip in zstd": lambda: subprocess.run(
        ["zstd", "-q"], input=zipped([("a.tar", tarred([("b.tar", tarred([("c", bytes(GIB))]))]))]), stdout=subprocess.PIPE
    ).stdout,
    "tar with a hole of 8 TiB": lambda path: sparse_tar(path, 8 << 40),
    "git, a chain of 4,000": lambda path: git_chain(path, 4000, 8 * MIB),
    "keys in zstd, over and over": lambda: subprocess.run(
        ["zstd", "-q", "-19"], input=keys(5000, b"APP_KEY=base64:") * 8000, stdout=subprocess.PIPE
    ).stdout,
    "1,500,000 keys with a name": lambda: keys(1_500_000, b"APP_KEY=base64:"),
    "1,500,000 texts like keys": lambda: keys(1_500_000, b""),
}
honest = {
    "honest: gzip of a log": lambda: gzip.compress(log(5_000_000)),
    "honest: gzip, 1 to 1,000": lambda: gzip.compress(b"nothing to do\n" * (80 * MIB) + KEY, 9),
    "honest: zstd of a log": lambda: subprocess.run(["zstd", "-q"], input=log(5_000_000), stdout=subprocess.PIPE).stdout,
    "honest: xz of a log": lambda: lzma.compress(log(2_000_000), preset=1),
    "honest: bzip2 in streams": lambda: b"".join(bz2.compress(log(20_000)) for _ in range(40)),
    "honest: zip, 200,000 members": lambda: zipped(
        [(f"storage/{n}.txt", b"mail %d" % n) for n in range(200_000)] + [("html/.env", KEY)]
    ),
    "honest: a folder of 300,000 files": lambda path: many_files(path, 300_000),
}


def size_of(path: pathlib.Path) -> int:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(min(f.stat().st_size, f.stat().st_blocks * 512) for f in files)


def measured(binary: str, folder: pathlib.Path, name: str, make: collections.abc.Callable) -> None:
    path = folder / "input"
    if make.__code__.co_argcount:
        make(path)
    else:
        path.write_bytes(make())
    command = [binary, "find-key", str(folder / "demo/freescout"), "--json", "--look-in", str(path)]
    begin = time.perf_counter()
    with open(folder / "said", "wb") as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    said = json.loads((folder / "said").read_bytes())
    why = [s["why"] for s in said["skipped"] if s["path"].startswith(str(path))]
    found = any((s["path"] or "").startswith(str(path)) for k in said["keys"] for s in k["sources"])
    searched = said["looked"]["bytes"] / MIB
    print(
        f"{name:34} {size_of(path) / MIB:9.2f} {wall:8.2f} {used.ru_utime + used.ru_stime:8.2f} {used.ru_maxrss / 1024:6.0f}"
        f" {searched:10.0f}  {'; '.join(why[:2]) or '-'}"
    )
    if name.startswith("honest") and (why or not found):
        sys.exit(f"{name}: not searched whole, or the key was not found")
    shutil.rmtree(path) if path.is_dir() else path.unlink()


binary, words = sys.argv[1], sys.argv[2:]
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    subprocess.run([binary, "demo", "--make", str(folder / "demo")], stdout=subprocess.DEVNULL, check=True)
    print(f"{'input':34} {'MiB':>9} {'seconds':>8} {'process.':>8} {'memory':>6} {'searched':>10}  said")
    for name, make in (traps | honest).items():
        if not words or any(word in name for word in words):
            measured(binary, folder, name, make)
