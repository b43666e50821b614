"""The measuring of `check.sh`.

    check_times.py FOLDER RUNS BINARY [BEFORE]

The commands take turns, so that whatever else the machine does meets all of them; the median of each counts. Each has its
output thrown away, and the client reads with `--quick`, row by row, as fast as it can.
"""

import base64
import hashlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

import bounds_servers as servers

work, runs, programs = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
MAILBOXES = (
    "name, email, in_server, in_port, in_username, in_password, in_protocol, in_encryption, in_validate_cert, out_method,"
    " out_server, out_port, out_username, out_password, out_encryption, meta, in_imap_folders"
)
READ = (
    f"SELECT id, {MAILBOXES} FROM mailboxes; SELECT id, name, value FROM options; SELECT id, alias, license FROM modules;"
    " SELECT id, first_name, last_name, email, password FROM users;"
    " SELECT id, message_id, created_at, status FROM send_logs; SELECT id, thread_id, token_type FROM attachments"
)
MAILS = 1_000_000


def run(command: list[str]) -> tuple[float, float, int]:
    """Seconds, seconds of processors, and KiB of memory at most: never less than this script had when it began the run."""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    # 2 of ours: secrets of the demo stay closed, as they should.
    if child.returncode not in (0, 1, 2):
        sys.exit(f"{' '.join(command)}: exit code {child.returncode}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss


def measure(name: str, commands: dict[str, list[str]]) -> dict[str, float]:
    taken: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for each, command in commands.items():
            one = run(command)
            # The first turn warms up.
            if turn > 0:
                taken[each].append(one)
    print(f"\n{name:34} {'seconds':>8} {'processors':>10} {'MiB':>6} {'times the client':>17}")
    medians = {each: statistics.median(one[0] for one in all_of_it) for each, all_of_it in taken.items()}
    for each, all_of_it in taken.items():
        cpu, memory = statistics.median(one[1] for one in all_of_it), max(one[2] for one in all_of_it)
        times = medians[each] / medians["mariadb"]
        print(f"  {each:32} {medians[each]:8.3f} {cpu:10.3f} {memory / 1024:6.0f} {times:17.2f}", flush=True)
    return medians


def reach(install: pathlib.Path, port: int) -> None:
    env = install / ".env"
    kept = (line for line in env.read_text().splitlines(True) if not line.startswith("DB_"))
    account = f"DB_DATABASE={servers.NAME}\nDB_USERNAME={servers.NAME}\nDB_PASSWORD={servers.PASSWORD}\n"
    env.write_text("".join(kept) + f"DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_PORT={port}\n{account}")


def helpdesk(name: str, mailboxes: int) -> tuple[pathlib.Path, servers.Database]:
    """An install of so many mailboxes on a server of its own, recovered: every password opens with the key in force."""
    folder = work / name
    subprocess.run([programs[0], "demo", "--make", folder, "--mailboxes", str(mailboxes)], check=True, capture_output=True)
    install = folder / "freescout"
    database = servers.Database("mysql", folder / "mysql", install / "database/database.sqlite")
    reach(install, database.port)
    options = ["--no-artisan", "--no-test", "--yes", "--look-in", folder / "old-server", "--backup-dir", folder / "backup"]
    subprocess.run([programs[0], "recover", install, *options], check=True, capture_output=True)
    return install, database


def send(install: pathlib.Path, database: servers.Database) -> None:
    """Emails of four years, a third of them under the key in force, the others under one that nobody knows."""
    ours = re.search("^APP_KEY=(.*)$", (install / ".env").read_text(), re.M)[1]
    theirs = "base64:" + base64.b64encode(hashlib.sha256(b"gone").digest()).decode()
    database.say(
        "INSERT INTO send_logs (id, thread_id, message_id, email, status, created_at) SELECT 1000 + seq, seq,"
        f" CONCAT('FS_reply-', seq, '-', LEFT(MD5(CONCAT(seq, IF(seq > {MAILS * 2 // 3}, '{ours}', '{theirs}'))), 16),"
        " '@helpdesk.example'), 'customer@customer.example', 1,"
        f" DATE_FORMAT('2021-01-01' + INTERVAL seq * 120 SECOND, '%Y-%m-%d %H:%i:%s') FROM seq_1_to_{MAILS};",
        servers.NAME,
    )


def commands(install: pathlib.Path, database: servers.Database) -> dict[str, list[str]]:
    out = {}
    for name, program in zip(("check", "before: check"), programs):
        out[f"{name} --json"] = [program, "check", str(install), "--json"]
        out[name] = [program, "check", str(install)]
    account = [f"-u{servers.NAME}", f"-p{servers.PASSWORD}", "-h127.0.0.1", f"-P{database.port}", servers.NAME]
    out["mariadb"] = ["mariadb", "--no-defaults", "--protocol=tcp", "--quick", *account, "-e", READ]
    return out


results = {}
for mailboxes in (2000, 20000):
    install, database = helpdesk(f"m{mailboxes}", mailboxes)
    results[mailboxes] = measure(f"{mailboxes} mailboxes", commands(install, database))
    if mailboxes == 2000:
        send(install, database)
        measure(f"and {MAILS} emails sent", commands(install, database))
        said = subprocess.run([programs[0], "check", install, "--json"], capture_output=True, check=False)
        timeline = json.loads(said.stdout)["timeline"]
        print(f"  eras of the timeline: {[era['mails'] for era in timeline['eras']]}")
    database.stop()
for name in results[2000]:
    print(f"20,000 mailboxes take {results[20000][name] / results[2000][name]:.1f} times as long as 2,000: {name}")
print(f"load while measuring: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
