"""Files for `bounds.py` that cost little to make and much to read. Sizes are divided by `scale`."""

import base64
import bz2
import hashlib
import lzma
import os
import pathlib
import random
import struct
import subprocess
import zlib

MIB = 1 << 20
ZEROS = bytes(MIB)
chance = random.Random(4)


def local_header(name: bytes, crc: int, packed: int, plain: int) -> bytes:
    fields = (20, 0, 8, 0, 0x21, crc, packed, min(plain, 0xFFFFFFFF), len(name), 0)
    return struct.pack("<4s5H3I2H", b"PK\3\4", *fields) + name


def central_header(name: bytes, crc: int, packed: int, plain: int, at: int) -> bytes:
    fields = (20, 20, 0, 8, 0, 0x21, crc, packed, plain, len(name), 0, 0, 0, 0, 0, at)
    return struct.pack("<4s6H3I5H2I", b"PK\1\2", *fields) + name


def zip_end(entries: int, central: int, at: int) -> bytes:
    """The end of the directory, with ZIP64's where there are many entries."""
    end = b""
    if entries > 0xFFFE:
        end = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, central, at)
        end += struct.pack("<4sIQI", b"PK\6\7", 0, at + central, 1)
        entries = 0xFFFF
    return end + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, entries, entries, central, at, 0)


def deflated(plain: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(plain) + packer.flush()


def zip_repeated(path: pathlib.Path, entries: int, megabytes: float) -> None:
    """Every entry of the directory names the one member there is."""
    plain = bytes(int(megabytes * MIB))
    packed, crc = deflated(plain), zlib.crc32(plain)
    head = local_header(b"f000000", crc, len(packed), len(plain)) + packed
    central = b"".join(
        central_header(b"f%06d" % n, crc, len(packed), len(plain), 0) for n in range(entries)
    )
    path.write_bytes(head + central + zip_end(entries, len(central), len(head)))


def zip_overlapping(path: pathlib.Path, entries: int, megabytes: int) -> None:
    """Members that lie in one another: each begins with a stored block that holds the next one's header."""
    plain = bytes(megabytes * MIB)
    body, crc, size = deflated(plain), zlib.crc32(plain), len(plain)
    headers: list[tuple[int, int, int]] = [(crc, len(body), size)]
    chain = local_header(b"f%06d" % (entries - 1), crc, len(body), size) + body
    content = plain
    lengths = [len(chain)]
    for n in range(entries - 2, -1, -1):
        quoted = chain[: 30 + 7]
        stored = struct.pack("<BHH", 0, len(quoted), len(quoted) ^ 0xFFFF)
        content = quoted + content
        packed = len(stored) + len(chain)
        crc = zlib.crc32(content)
        headers.append((crc, packed, len(content)))
        chain = local_header(b"f%06d" % n, crc, packed, len(content)) + stored + chain
        lengths.append(len(chain))
    central = b""
    for n, (head, length) in enumerate(zip(reversed(headers), reversed(lengths))):
        central += central_header(b"f%06d" % n, *head, len(chain) - length)
    path.write_bytes(chain + central + zip_end(entries, len(central), len(chain)))


def zip_nested(path: pathlib.Path, depth: int, each: int) -> None:
    """Zips of `each` zips, `depth` deep, zeros at the bottom."""
    inner = ZEROS
    for _ in range(depth):
        packed, crc = deflated(inner), zlib.crc32(inner)
        body, central = b"", b""
        for n in range(each):
            name = b"%06d.zip" % n
            central += central_header(name, crc, len(packed), len(inner), len(body))
            body += local_header(name, crc, len(packed), len(inner)) + packed
        inner = body + central + zip_end(each, len(central), len(body))
    path.write_bytes(inner)


def zip_large(path: pathlib.Path, megabytes: int) -> None:
    """One member of nothing but zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(ZEROS * 16) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(megabytes // 16 * 16):
        crc = zlib.crc32(ZEROS, crc)
    packed, plain = piece * (megabytes // 16) + packer.flush(), megabytes // 16 * 16 * MIB
    head = local_header(b"zeros", crc, len(packed), plain) + packed
    central = central_header(b"zeros", crc, len(packed), plain, 0)
    path.write_bytes(head + central + zip_end(1, len(central), len(head)))


def bomb(path: pathlib.Path, packer: str, megabytes: int) -> None:
    """So many megabytes of zeros, in one member after another, each packed once."""
    member = ZEROS * 64
    if packer == "gz":
        wrapped = zlib.compressobj(9, zlib.DEFLATED, 31)
        one = wrapped.compress(member) + wrapped.flush()
    elif packer == "bz2":
        one = bz2.compress(member)
    elif packer == "xz":
        one = lzma.compress(member)
    elif packer == "zst":
        one = subprocess.run(["zstd", "-q", "-19", "-c"], input=member, capture_output=True, check=True).stdout
    else:
        with subprocess.Popen(
            ["7z", "a", "-mx=1", "-sizeros", path], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        ) as packing:
            for _ in range(megabytes // 64):
                packing.stdin.write(member)
        return
    path.write_bytes(one * max(1, megabytes // 64))


def key_shaped(path: pathlib.Path, count: int) -> None:
    with open(path, "wb") as out:
        for start in range(0, count, 10000):
            lines = (b"base64:" + base64.b64encode(chance.randbytes(32)) for _ in range(min(10000, count - start)))
            out.write(b"\n".join(lines) + b"\n")


def log(path: pathlib.Path, megabytes: int) -> None:
    """A log as Laravel writes it, which its owner never turned over."""
    line = b"[2025-06-20 10:00:00] production.ERROR: Connection could not be established with host mail.example.org\n#0 /var/www/html/vendor/a.php(12): b->c(Object(d), 'x')\n"
    piece = (line * (MIB // len(line) + 1))[:MIB]
    with open(path, "wb") as out:
        for _ in range(megabytes):
            out.write(piece)


def env(path: pathlib.Path, megabytes: int) -> None:
    """The `.env` that is there, with very many lines behind it."""
    with open(path, "ab") as out:
        for number in range(megabytes):
            line = b"UNUSED_%06d_X=" % number + b"v" * 100 + b"\n"
            out.write((line * (MIB // len(line) + 1))[:MIB] + b"\n")


def git_deep(folder: pathlib.Path, versions: int, kilobytes: int) -> None:
    """A file's versions as one chain of deltas, as deep as git makes them."""
    subprocess.run(["git", "init", "-q", folder], check=True)
    body = bytearray(chance.randbytes(kilobytes << 10))
    with subprocess.Popen(
        ["git", "-C", folder, "fast-import", "--quiet", "--depth=4095"], stdin=subprocess.PIPE
    ) as importing:
        for n in range(versions):
            body[chance.randrange(len(body))] ^= 1
            importing.stdin.write(b"blob\nmark :%d\ndata %d\n" % (n + 1, len(body)) + body + b"\n")
            importing.stdin.write(
                b"commit refs/heads/main\ncommitter a <a@mail.example> %d +0000\ndata 1\nx" % (1750000000 + n)
                + (b"\nM 100644 :%d .env.bak\n\n" % (n + 1))
            )


def git_doubling(folder: pathlib.Path, levels: int) -> None:
    """A pack of a kilobyte in which every object is the one before it, twice: 1 KiB, 2 KiB … and so on up to gigabytes."""
    subprocess.run(["git", "init", "-q", folder], check=True)

    def variable(number: int) -> bytes:
        out = bytearray()
        while True:
            number, low = number >> 7, number & 0x7F
            out.append(low | (0x80 if number else 0))
            if not number:
                return bytes(out)

    def head(kind: int, size: int) -> bytes:
        first, rest = size & 15, size >> 4
        return bytes([kind << 4 | first | (0x80 if rest else 0)]) + (variable(rest) if rest else b"")

    def back(distance: int) -> bytes:
        out = [distance & 0x7F]
        while distance := distance >> 7:
            distance -= 1
            out.append(0x80 | distance & 0x7F)
        return bytes(reversed(out))

    def copies(size: int) -> bytes:
        """All of the base, in pieces as large as an instruction takes."""
        out, at = b"", 0
        while at < size:
            length = min(0xFFFFFF, size - at)
            out += b"\xff" + struct.pack("<I", at) + struct.pack("<I", length)[:3]
            at += length
        return out

    size = 1024
    pack = bytearray(struct.pack(">4sII", b"PACK", 2, levels + 1))
    offsets = [len(pack)]
    pack += head(3, size) + zlib.compress(b"y" * size)
    for _ in range(levels):
        delta = variable(size) + variable(size * 2) + copies(size) * 2
        at = len(pack)
        pack += head(6, len(delta)) + back(at - offsets[-1]) + zlib.compress(delta)
        offsets.append(at)
        size *= 2
    pack += hashlib.sha1(pack).digest()
    # Names of our own making: who would have the true ones would have to unpack it all.
    names = sorted(hashlib.sha1(b"%d" % n).digest() for n in range(len(offsets)))
    index = bytearray(b"\xfftOc" + struct.pack(">I", 2))
    for byte in range(256):
        index += struct.pack(">I", sum(name[0] <= byte for name in names))
    index += b"".join(names) + bytes(4 * len(names)) + b"".join(struct.pack(">I", at) for at in offsets)
    index += pack[-20:]
    index += hashlib.sha1(index).digest()
    where = folder / ".git/objects/pack"
    (where / f"pack-{pack[-20:].hex()}.pack").write_bytes(pack)
    (where / f"pack-{pack[-20:].hex()}.idx").write_bytes(index)


def fifo(path: pathlib.Path) -> None:
    os.mkfifo(path)
