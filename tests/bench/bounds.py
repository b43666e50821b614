"""The rows of `bounds.sh`, and their measuring.

    bounds.py BINARY FOLDER [--only WORD]... [--small] [--limit SECONDS]
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable

import bounds_files as files
import bounds_servers as servers

options = argparse.ArgumentParser()
options.add_argument("binary")
options.add_argument("folder", type=pathlib.Path)
options.add_argument("--only", action="append", default=[])
options.add_argument("--small", action="store_true")
options.add_argument("--limit", type=float, default=120)
given = options.parse_args()
work: pathlib.Path = given.folder
# A phase with the database, or a mail server: 90 seconds, and what connecting before and giving up after take.
ANSWER = 95
MOST_MIB = 3072
scale = 40 if given.small else 1


@dataclasses.dataclass
class Run:
    """What is run: the program's arguments and its standard input."""

    arguments: list[object]
    stdin: str = "/dev/null"


@dataclasses.dataclass
class Row:
    name: str
    seconds: float
    mebibytes: int
    prepare: Callable[[pathlib.Path, contextlib.ExitStack], Run]


rows: list[Row] = []


def row(name: str, seconds: float, mebibytes: int):
    """Says that what is prepared below is to take at most so many seconds and MiB."""

    def keep(prepare: Callable[[pathlib.Path, contextlib.ExitStack], Run]):
        rows.append(Row(name, seconds, mebibytes, prepare))
        return prepare

    return keep


def demo(folder: pathlib.Path) -> pathlib.Path:
    subprocess.run([given.binary, "demo", "--make", folder / "demo"], check=True, capture_output=True)
    return folder / "demo/freescout"


def look_in(install: pathlib.Path, place: pathlib.Path) -> Run:
    """The hunt in this place, and then in the one where the key is that is missed."""
    return Run(["find-key", install, "--json", "--look-in", place, "--look-in", install.parent / "old-server"])


def settings(install: pathlib.Path, **values: object) -> None:
    """Other settings, and no cached config that would hide them."""
    (install / "bootstrap/cache/config.php").unlink(missing_ok=True)
    with open(install / ".env", "a") as env:
        env.writelines(f"{name}={value}\n" for name, value in values.items())


def reach(install: pathlib.Path, driver: str, port: int, **more: object) -> None:
    env = install / ".env"
    env.write_text("".join(l for l in env.read_text().splitlines(True) if not l.startswith("DB_")))
    account = {"DB_DATABASE": servers.NAME, "DB_USERNAME": servers.NAME, "DB_PASSWORD": servers.PASSWORD}
    settings(install, DB_CONNECTION=driver, DB_HOST="127.0.0.1", DB_PORT=port, **account, **more)


def check(install: pathlib.Path) -> Run:
    return Run(["check", install, "--json", "--no-artisan"])


# The hunt: its time is for the file alone, its memory for the whole program.


def hunted(name: str, make: Callable[[pathlib.Path], None], seconds: float = 10) -> None:
    @row(f"hunt: {name}", seconds, 64)
    def prepare(folder: pathlib.Path, _: contextlib.ExitStack) -> Run:
        install, place = demo(folder), folder / "hostile"
        place.mkdir()
        make(place)
        return look_in(install, place)


def count(number: int) -> int:
    return max(1, number // scale)


def size(mebibytes: int) -> tuple[int, str]:
    """Smaller where it is to be small, and its name."""
    mebibytes = max(64, mebibytes // scale // 64 * 64)
    return mebibytes, f"{mebibytes >> 10} GB" if mebibytes >= 1024 else f"{mebibytes} MB"


ZEROS, ZEROS_NAME = size(10240)
LOG, LOG_NAME = size(2048)
ENV, ENV_NAME = size(1024)
MANY, VERY_MANY, MEMBERS, VERSIONS, KEYS = map(count, (4400, 66_000, 250, 4000, 1_500_000))
OPTIONS = count(250)
DEPTH, WIDTH, LEVELS = (3, 4, 10) if given.small else (6, 16, 22)
hunted(f"zip, {MANY:,} entries on one member of 2.5 MB", lambda f: files.zip_repeated(f / "a.zip", MANY, 2.5))
hunted(f"zip, {VERY_MANY:,} entries on one member of 60 KB", lambda f: files.zip_repeated(f / "a.zip", VERY_MANY, 0.06))
hunted(f"zip, {MEMBERS} members of 42 MB in one another", lambda f: files.zip_overlapping(f / "a.zip", MEMBERS, 42))
hunted(f"zip in zip, {DEPTH} deep, {WIDTH} each", lambda f: files.zip_nested(f / "a.zip", DEPTH, WIDTH))
# Without ZIP64 a member has less than 4 GiB.
ZIPPED = min(ZEROS, 4080)
hunted(f"zip, {ZIPPED:,} MB of zeros", lambda f: files.zip_large(f / "a.zip", ZIPPED))
for packer in ("gz", "bz2", "xz", "zst", "7z"):
    hunted(f"{packer}, {ZEROS_NAME} of zeros", lambda f, packer=packer: files.bomb(f / f"a.{packer}", packer, ZEROS))
hunted(f"{KEYS:,} texts like keys", lambda f: files.key_shaped(f / "a.txt", KEYS))
hunted(f"a log of {LOG_NAME}", lambda f: files.log(f / "laravel.log", LOG))
hunted(f"git, a chain of {VERSIONS:,} deltas", lambda f: files.git_deep(f / "repo", VERSIONS, 64))
hunted(f"git, a kilobyte of deltas that double {LEVELS} times", lambda f: files.git_doubling(f / "repo", LEVELS))
hunted("a FIFO", lambda f: files.fifo(f / "a.sql"))
hunted("a link to /dev/zero", lambda f: (f / "a.sql").symlink_to("/dev/zero"))


# Files that the settings name, or that everybody reads.


def named(name: str, change: Callable[[pathlib.Path], None], driver: str = "") -> None:
    @row(f"file: {name}", 10, 64)
    def prepare(folder: pathlib.Path, open_servers: contextlib.ExitStack) -> Run:
        install = demo(folder)
        if driver:
            # Nobody need answer: the file is read before.
            reach(install, driver, open_servers.enter_context(servers.listening(servers.silence)))
        change(install)
        return check(install)


def replaced(install: pathlib.Path, name: str, target: str) -> None:
    path = install / name
    path.unlink(missing_ok=True)
    if target == "fifo":
        files.fifo(path)
    else:
        path.symlink_to(target)


def with_fifo(install: pathlib.Path) -> None:
    files.fifo(install / "ca.pem")
    settings(install, DB_MYSQL_ATTR_SSL_CA=install / "ca.pem")


def with_log(install: pathlib.Path) -> None:
    (install / "storage/logs").mkdir(exist_ok=True)
    files.log(install / "storage/logs/laravel.log", LOG)


named("the database's CA is /dev/zero", lambda i: settings(i, DB_MYSQL_ATTR_SSL_CA="/dev/zero"), "mysql")
named("the database's CA is a FIFO", with_fifo, "mysql")
named("APP_KEY_FILE is /dev/zero", lambda i: settings(i, APP_KEY_FILE="/dev/zero"))
named(f".env of {ENV_NAME}", lambda i: files.env(i / ".env", ENV))
named(".env is a FIFO", lambda i: replaced(i, ".env", "fifo"))
named(".env is /dev/zero", lambda i: replaced(i, ".env", "/dev/zero"))
named("the cached config is /dev/zero", lambda i: replaced(i, "bootstrap/cache/config.php", "/dev/zero"))
named(f"laravel.log of {LOG_NAME} in the install", with_log)


@row("file: passwords without end on standard input", 10, 64)
def _(folder: pathlib.Path, _: contextlib.ExitStack) -> Run:
    return Run(["recover", demo(folder), "--passwords", "-", "--json", "--no-artisan"], "/dev/zero")


@row("file: --key-file is /dev/zero", 10, 64)
def _(folder: pathlib.Path, _: contextlib.ExitStack) -> Run:
    return Run(["find-key", demo(folder), "--json", "--key-file", "/dev/zero"])


# Databases.

running: dict[str, servers.Database] = {}


def database(driver: str, install: pathlib.Path) -> servers.Database:
    """The driver's server, started when it is first wanted."""
    if driver not in running:
        # Under keys that are gone: how fast it is read is what matters.
        running[driver] = servers.Database(driver, work / driver, install / "database/database.sqlite")
    return running[driver]


def answered(driver: str, name: str, pace: str) -> None:
    @row(f"{driver}: {name}", ANSWER, 64)
    def prepare(folder: pathlib.Path, open_servers: contextlib.ExitStack) -> Run:
        install = demo(folder)
        if pace == "nothing":
            port = open_servers.enter_context(servers.listening(servers.silence))
        elif pace == "none":
            port = database(driver, install).port
        else:
            port = open_servers.enter_context(servers.relay(driver, database(driver, install).port, pace))
        # A line without TLS is one that the relay can read.
        reach(install, driver, port, **({"DB_PGSQL_SSLMODE": "disable"} if driver == "pgsql" else {}))
        return check(install)


for driver in ("mysql", "pgsql"):
    answered(driver, "no word after the connection", "nothing")
    answered(driver, "no word after the mailboxes are asked for", "silent")
    answered(driver, "a byte a second from then on", "slow")
    answered(driver, "rows without end", "endless")
    answered(driver, "an ordinary answer", "none")


def many_options(driver: str) -> None:
    @row(f"{driver}: {OPTIONS} options of 4 MB", ANSWER, 128)
    def prepare(folder: pathlib.Path, open_servers: contextlib.ExitStack) -> Run:
        install = demo(folder)
        if driver == "sqlite":
            with contextlib.closing(sqlite3.connect(install / "database/database.sqlite")) as lite:
                for number in range(OPTIONS):
                    lite.execute("INSERT INTO options (name, value) VALUES (?, ?)", (f"bench.{number}", "v" * ((4 << 20) - 16)))
                lite.commit()
        else:
            # The last row of its driver: the server is of no further use.
            filled = database(driver, install)
            filled.options(OPTIONS)
            reach(install, driver, filled.port)
        return check(install)


for driver in ("mysql", "pgsql", "sqlite"):
    many_options(driver)


# Mail servers: one mailbox, both directions, after its passwords can be read.


def spoken(name: str, pace: str) -> None:
    @row(f"mail: {name}", ANSWER, 64)
    def prepare(folder: pathlib.Path, open_servers: contextlib.ExitStack) -> Run:
        install = demo(folder)
        own = ["--backup-dir", folder / "backup", "--state-dir", folder / "state", "--no-artisan"]
        where = ["--look-in", install.parent / "old-server"]
        made = [given.binary, "recover", install, *where, *own, "--yes", "--no-test"]
        subprocess.run(made, check=False, capture_output=True)
        port = open_servers.enter_context(servers.listening(servers.mail(pace)))
        with contextlib.closing(sqlite3.connect(install / "database/database.sqlite")) as lite:
            lite.execute(
                "UPDATE mailboxes SET in_server = '127.0.0.1', in_port = ?, in_encryption = 1, in_protocol = 1,"
                " out_method = 3, out_server = '127.0.0.1', out_port = ?, out_encryption = 1",
                (port, port),
            )
            lite.commit()
        return Run(["test", install, "--json", "--mailbox", "1", "--state-dir", folder / "state"])


spoken("a line without end", "line")
spoken("lines of IMAP without end", "imap")
spoken("lines of SMTP without end", "smtp")
spoken("a byte a second", "slow")
spoken("no word", "silent")


# Measuring.


def family(pid: int) -> list[int]:
    """The process and all that came of it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{one}/task"):
                found += map(int, pathlib.Path(f"/proc/{one}/task/{thread}/children").read_text().split())
    return found


def own_memory(pids: list[int]) -> float:
    """MiB of memory that no file stands behind, in all of them."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith(("RssAnon:", "RssShmem:")):
                    total += int(line.split()[1])
    return total / 1024


@dataclasses.dataclass
class Cost:
    seconds: float
    processors: float
    mebibytes: float
    end: str


def measure(run: Run, folder: pathlib.Path) -> Cost:
    begin, most, end = time.perf_counter(), 0.0, ""
    with open(run.stdin, "rb") as said, open(folder / "out", "wb") as out, open(folder / "err", "wb") as err:
        arguments = [given.binary, *map(str, run.arguments)]
        child = subprocess.Popen(arguments, stdin=said, stdout=out, stderr=err, start_new_session=True)
        while True:
            pid, status, used = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            pids = family(child.pid)
            most = max(most, own_memory(pids))
            if time.perf_counter() - begin > given.limit:
                end = f"ended after {given.limit:.0f} s"
            elif most > MOST_MIB:
                end = f"ended at {MOST_MIB} MiB"
            if end:
                for one in pids:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(one, signal.SIGKILL)
            time.sleep(0.02)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Cost(time.perf_counter() - begin, used.ru_utime + used.ru_stime, most, end or outcome(child.returncode, folder))


def outcome(code: int, folder: pathlib.Path) -> str:
    """The exit code and, in a few words, what was said."""
    if code < 0:
        return f"signal {-code}"
    said = ""
    with contextlib.suppress(ValueError, AttributeError, KeyError, IndexError, TypeError):
        answer = json.loads((folder / "out").read_text())
        skipped = answer.get("skipped") or []
        found = any(not key["effective"] and key["opens"] for key in answer.get("keys", []))
        said = ("the key was found" if found else "") + (f"; {skipped[0]['why']}" if skipped else "")
        if "results" in answer:
            said = ", ".join(result["code"] for result in answer["results"])
    lines = (folder / "err").read_text(errors="replace").splitlines()
    said = said.strip("; ") or (lines[0] if lines else "")
    # A cell's text may not end the cell.
    return f"{code} {said}"[:90].replace("|", "/").strip()


def main() -> int:
    chosen = [r for r in rows if not given.only or any(word in r.name for word in given.only)]
    if not chosen:
        print("No row's name has that word. The rows:", *(r.name for r in rows), sep="\n  ", file=sys.stderr)
        return 2
    print("| input | seconds | bound | processors | MiB | bound | exit code, and what was said |")
    print("|---|---:|---:|---:|---:|---:|---|")
    over = 0
    for number, one in enumerate(chosen):
        folder = work / f"row{number}"
        folder.mkdir()
        with contextlib.ExitStack() as open_servers:
            cost = measure(one.prepare(folder, open_servers), folder)
        shutil.rmtree(folder)
        late = cost.seconds > one.seconds or cost.end.startswith("ended")
        large = cost.mebibytes > one.mebibytes
        over += late or large
        print(
            f"| {one.name} | {'**' * late}{cost.seconds:.1f}{'**' * late} | {one.seconds:g} | {cost.processors:.1f} "
            f"| {'**' * large}{cost.mebibytes:.0f}{'**' * large} | {one.mebibytes} | {cost.end} |",
            flush=True,
        )
    print(f"\n{len(chosen)} rows, {over} of them over a bound (in bold); load {os.getloadavg()[0]:.1f}", end=" ")
    print(f"on {os.cpu_count()} processors. MiB: what no file stands behind, all processes together, at its highest.")
    return 0


try:
    sys.exit(main())
finally:
    for server in running.values():
        server.stop()
