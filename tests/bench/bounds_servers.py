"""Servers for `bounds.py` that answer without end, at a snail's pace, or not at all.

A database is a real MariaDB or PostgreSQL with the demo's tables. Between it and the program stands a relay that passes on
everything until the table of mailboxes is asked for, so that the program is well on its way. Mail servers are stand-ins.
"""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import socket
import sqlite3
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

ASKS_FOR_TLS = struct.pack(">II", 8, 80877103)
TRIGGER = re.compile(rb"from\s+\S*mailboxes", re.I)
NAME, PASSWORD = "freescout", "of-no-importance"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Calls `serve` with every guest, on a thread of its own. The port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(guest: socket.socket) -> None:
        # That the guest leaves, or is ended, is what all this is for.
        with guest, contextlib.suppress(OSError):
            serve(guest)

    def wait() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=wait, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def silence(guest: socket.socket) -> None:
    while guest.recv(4096):
        pass


def slowly(guest: socket.socket, text: bytes) -> None:
    for byte in text:
        guest.sendall(bytes([byte]))
        time.sleep(1)


# Databases


def exactly(stream: socket.socket, count: int) -> bytes:
    out = bytearray()
    while len(out) < count:
        piece = stream.recv(min(1 << 16, count - len(out)))
        if not piece:
            raise ConnectionError
        out += piece
    return bytes(out)


class Relay:
    """One connection's two directions. `pace` is `endless`, `slow` or `silent`, from the trigger on."""

    def __init__(self, guest: socket.socket, port: int, pace: str) -> None:
        self.guest, self.pace = guest, pace
        self.server = socket.create_connection(("127.0.0.1", port))
        self.armed = False

    def run(self, upwards: Callable[[], None], downwards: Callable[[], None]) -> None:
        def up() -> None:
            with contextlib.suppress(OSError):
                upwards()
            with contextlib.suppress(OSError):
                self.server.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=up, daemon=True).start()
        with self.server:
            downwards()

    def answer(self, message: bytes) -> None:
        if not self.armed or self.pace == "endless":
            self.guest.sendall(message)
        elif self.pace == "slow":
            slowly(self.guest, message)
        # Else nothing is answered any more.


class MySql(Relay):
    def packet(self, stream: socket.socket) -> tuple[int, bytes]:
        head = exactly(stream, 4)
        return head[3], exactly(stream, int.from_bytes(head[:3], "little"))

    @staticmethod
    def framed(number: int, body: bytes) -> bytes:
        return len(body).to_bytes(3, "little") + bytes([number & 0xFF]) + body

    def upwards(self) -> None:
        prepared = False
        while True:
            number, body = self.packet(self.guest)
            asked = TRIGGER.search(body) is not None
            if body[:1] == b"\x03" and asked or body[:1] == b"\x17" and prepared:
                self.armed = True
            prepared = body[:1] == b"\x16" and asked
            self.server.sendall(self.framed(number, body))

    def downwards(self) -> None:
        while not (self.armed and self.pace == "endless"):
            number, body = self.packet(self.server)
            if self.armed and self.pace == "endless":
                self.without_end(number, body)
            self.answer(self.framed(number, body))

    def without_end(self, number: int, count: bytes) -> None:
        """The answer begun with this packet, its last row again and again."""
        self.guest.sendall(self.framed(number, count))
        row = b""
        # The columns, perhaps an end of them, the rows.
        for place in range(1 << 30):
            number, body = self.packet(self.server)
            ends = body[:1] == b"\xfe" and len(body) < 0xFFFFFF and place >= count[0]
            if ends and row:
                break
            if place >= count[0] and not ends:
                row = body
            self.guest.sendall(self.framed(number, body))
        while True:
            self.guest.sendall(b"".join(self.framed(number + n, row) for n in range(256)))


class PgSql(Relay):
    def upwards(self) -> None:
        while True:
            # What comes first has no letter before its length.
            first = exactly(self.guest, 8)
            if first == ASKS_FOR_TLS:
                self.guest.sendall(b"N")
                continue
            self.server.sendall(first + exactly(self.guest, struct.unpack(">I", first[:4])[0] - 8))
            break
        while True:
            head = exactly(self.guest, 5)
            body = exactly(self.guest, struct.unpack(">I", head[1:])[0] - 4)
            if head[:1] in b"QP" and TRIGGER.search(body):
                self.armed = True
            self.server.sendall(head + body)

    def downwards(self) -> None:
        row = b""
        while True:
            head = exactly(self.server, 5)
            message = head + exactly(self.server, struct.unpack(">I", head[1:])[0] - 4)
            if self.armed and self.pace == "endless" and head[:1] == b"D":
                row = message
            if head[:1] == b"C" and row:
                while True:
                    self.guest.sendall(row * 256)
            self.answer(message)


@contextlib.contextmanager
def relay(driver: str, port: int, pace: str) -> Iterator[int]:
    def serve(guest: socket.socket) -> None:
        between = (MySql if driver == "mysql" else PgSql)(guest, port, pace)
        between.run(between.upwards, between.downwards)

    with listening(serve) as own:
        yield own


class Database:
    """A server in a folder of its own, with the tables of an SQLite file."""

    def __init__(self, driver: str, folder: pathlib.Path, tables: pathlib.Path) -> None:
        self.driver, self.folder, self.port = driver, folder, free_port()
        folder.mkdir()
        account = "mysql" if driver == "mysql" else "postgres"
        # Of its own account, as servers refuse root; gone when this script is, however that ends.
        self.rights = ["setpriv", "--reuid", account, "--regid", account, "--clear-groups", "--pdeathsig", "TERM"]
        os.chown(folder, pwd.getpwnam(account).pw_uid, -1)
        getattr(self, driver)()
        self.load(tables)

    def start(self, *command: str) -> None:
        log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen([*self.rights, *command], stdout=log, stderr=log, cwd=self.folder)

    def mysql(self) -> None:
        data = f"--datadir={self.folder}/data"
        subprocess.run(
            [*self.rights, "mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", data],
            check=True,
            capture_output=True,
        )
        self.start(
            "/usr/sbin/mariadbd", "--no-defaults", data, f"--socket={self.folder}/socket", f"--port={self.port}",
            "--bind-address=127.0.0.1", "--innodb-flush-log-at-trx-commit=0", "--sql-mode=", "--max-allowed-packet=64M",
        )  # fmt: skip
        self.say(
            f"CREATE DATABASE {NAME}; CREATE USER {NAME}@'%' IDENTIFIED BY '{PASSWORD}';"
            f" GRANT ALL ON {NAME}.* TO {NAME}@'%';",
            "",
        )

    def pgsql(self) -> None:
        programs = max(pathlib.Path("/usr/lib/postgresql").iterdir(), key=lambda path: float(path.name)) / "bin"
        initdb = [*self.rights, programs / "initdb", "-E", "UTF8", "--locale=C", "-A", "trust", "-U", "postgres"]
        subprocess.run([*initdb, "-D", self.folder / "data"], check=True, capture_output=True, cwd=self.folder)
        self.start(
            str(programs / "postgres"), "-D", f"{self.folder}/data", "-c", f"port={self.port}", "-c", "fsync=off",
            "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}",
        )  # fmt: skip
        self.say(f"CREATE ROLE {NAME} LOGIN PASSWORD '{PASSWORD}';", "postgres")
        self.say(f"CREATE DATABASE {NAME} OWNER {NAME};", "postgres")

    def say(self, statements: str, database: str) -> None:
        """Statements as the administrator; waits for the server to come up."""
        if self.driver == "mysql":
            client = ["mariadb", "--no-defaults", "-uroot", f"--socket={self.folder}/socket", database]
        else:
            client = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h", self.folder, "-p", str(self.port), database]
        for attempt in range(300):
            done = subprocess.run([word for word in client if word], input=statements.encode(), capture_output=True)
            if done.returncode == 0:
                return
            if attempt > 5 and b"onnect" not in done.stderr:
                break
            time.sleep(0.1)
        raise RuntimeError(done.stderr.decode())

    def load(self, tables: pathlib.Path) -> None:
        quote = "`" if self.driver == "mysql" else '"'
        long = "LONGTEXT" if self.driver == "mysql" else "TEXT"
        out = [f"SET ROLE {NAME};"] if self.driver == "pgsql" else []
        with contextlib.closing(sqlite3.connect(tables)) as lite:
            for (table,) in lite.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                columns = [(name, kind) for _, name, kind, *_ in lite.execute(f"PRAGMA table_info({table})")]
                kinds = (
                    f"{quote}{name}{quote} " + ("BIGINT" if "INT" in kind else long) + (" PRIMARY KEY" if name == "id" else "")
                    for name, kind in columns
                )
                out.append(f"CREATE TABLE {quote}{table}{quote} ({', '.join(kinds)});")
                for row in lite.execute(f"SELECT * FROM {table}"):
                    values = ("NULL" if v is None else str(v) if isinstance(v, int) else self.text(v) for v in row)
                    out.append(f"INSERT INTO {quote}{table}{quote} VALUES ({', '.join(values)});")
        self.say("\n".join(out), NAME)

    def text(self, value: str) -> str:
        value = value.replace("'", "''")
        return "'" + (value.replace("\\", "\\\\") if self.driver == "mysql" else value) + "'"

    def options(self, count: int) -> None:
        """As many options more, each as long as a value may be."""
        self.say(
            "\n".join(
                f"INSERT INTO options (id, name, value) VALUES ({1000 + n}, 'bench.{n}', REPEAT('v', {(4 << 20) - 16}));"
                for n in range(count)
            ),
            NAME,
        )

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


# Mail


def mail(pace: str) -> Callable[[socket.socket], None]:
    """A server of IMAP and SMTP alike, as far as it gets."""

    def serve(guest: socket.socket) -> None:
        if pace == "line":
            # One line that never ends.
            while True:
                guest.sendall(b"x" * (1 << 16))
        if pace == "slow":
            while True:
                slowly(guest, b"* OK 220 ready, and this is a long and very slow greeting")
        if pace == "silent":
            silence(guest)
        # Lines without end, which go on in both protocols.
        guest.sendall(b"220-mail.example\r\n" if pace == "smtp" else b"* OK ready\r\n")
        line = b"220-and so on\r\n" if pace == "smtp" else b"* 1 EXISTS\r\n"
        while True:
            guest.sendall(line * 4096)

    return serve
