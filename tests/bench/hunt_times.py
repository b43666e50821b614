"""The measuring of `hunt.sh`.

    hunt_times.py BINARY FOLDER RUNS

Runs the commands in turns, so that whatever else the machine does meets all of them, and takes the best of each. ripgrep
maps a single file into memory, where nothing is copied; the hunt reads it.
What reading alone takes is said too. How fast a file is mapped depends on how it came into the page cache: in pieces of
megabytes, as one who copies writes, or in small ones, as a program writes that makes a dump. Both are measured.
"""

import os
import pathlib
import shlex
import subprocess
import sys
import time

binary, folder, runs = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
PREFIXED = "base64:[A-Za-z0-9+/]{43}="
BARE = "[A-Za-z0-9+/]{43}="


def run(command: str) -> tuple[float, float, int]:
    """Seconds, seconds of processors, and KiB of memory at most: never less than this script had when it began the run."""
    begin = time.perf_counter()
    child = subprocess.Popen(shlex.split(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    # 2 of ours: secrets of the demo stay closed, as they should.
    if child.returncode not in (0, 2):
        sys.exit(f"{command}: exit code {child.returncode}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss


def measure(commands: dict[str, str]) -> dict[str, tuple[float, float, int]]:
    best: dict[str, tuple[float, float, int]] = {}
    for turn in range(runs + 1):
        for name, command in commands.items():
            wall, cpu, memory = run(command)
            # The first turn warms up.
            if turn > 0:
                old = best.get(name, (wall, cpu, memory))
                best[name] = (min(wall, old[0]), min(cpu, old[1]), max(memory, old[2]))
    return best


def rg(pattern: str, options: str) -> str:
    return f"rg -uu {options} -a -o -c '{pattern}' {{data}}"


def ours(threads: int, more: str = "") -> str:
    return f"{binary} find-key {folder}/demo/freescout --json --threads {threads} {more} --look-in {{data}}"


def threads(number: int) -> str:
    return "1 thread" if number == 1 else f"{number} threads"


# Of a single file ripgrep makes one thread's work, however many it has.
def file_commands() -> tuple[dict[str, str], dict[str, list[str]]]:
    commands = {
        "reading alone (dd bs=256k)": "dd if={data} of=/dev/null bs=256k",
        "rg, prefixed": rg(PREFIXED, "-j1"),
        "rg --no-mmap, prefixed": rg(PREFIXED, "-j1 --no-mmap"),
        "rg, bare": rg(BARE, "-j1"),
    }
    prefixed = ["rg, prefixed", "rg --no-mmap, prefixed"]
    against = {}
    for number in (1, 2):
        commands[f"prefixed keys, {threads(number)}"] = ours(number, "--prefixed")
        against[f"prefixed keys, {threads(number)}"] = prefixed
    for number in (1, 2):
        commands[f"the whole hunt, {threads(number)}"] = ours(number)
        against[f"the whole hunt, {threads(number)}"] = [*prefixed, "rg, bare"]
    return commands, against


def tree_commands() -> tuple[dict[str, str], dict[str, list[str]]]:
    commands, against = {}, {}
    for number in (1, 2):
        commands[f"rg -j{number}, prefixed"] = rg(PREFIXED, f"-j{number}")
        commands[f"rg -j{number}, bare"] = rg(BARE, f"-j{number}")
    for number in (1, 2):
        commands[f"prefixed keys, {threads(number)}"] = ours(number, "--prefixed")
        against[f"prefixed keys, {threads(number)}"] = [f"rg -j{number}, prefixed"]
    for number in (1, 2):
        commands[f"the whole hunt, {threads(number)}"] = ours(number)
        against[f"the whole hunt, {threads(number)}"] = [f"rg -j{number}, prefixed", f"rg -j{number}, bare"]
    return commands, against


def write_anew(path: pathlib.Path, piece: int) -> None:
    """Writes a file once more, in pieces of so many bytes."""
    anew = path.with_suffix(".anew")
    with open(path, "rb") as old, open(anew, "wb", buffering=0) as new:
        while chunk := old.read(piece):
            new.write(chunk)
        os.fsync(new.fileno())
    anew.rename(path)


alone = measure({"the hunt, nothing to look in": f"{binary} find-key {folder}/demo/freescout --json"})
PIECES = {"large pieces": 4 << 20, "small pieces": 8 << 10}
cases = [(data, pieces) for data in ("random", "dump.sql") for pieces in PIECES]
for data, pieces in [*cases, ("tree", "small files")]:
    if pieces in PIECES:
        write_anew(folder / data, PIECES[pieces])
    commands, against = tree_commands() if data == "tree" else file_commands()
    result = measure({name: command.replace("{data}", str(folder / data)) for name, command in commands.items()})
    print(f"\n{data + ', ' + pieces:30} {'seconds':>8} {'processors':>10} {'MiB':>6}")
    for name, (wall, cpu, memory) in (alone | result).items():
        print(f"  {name:28} {wall:8.3f} {cpu:10.3f} {memory / 1024:6.0f}")
    print(f"  {'how many times as fast as':53} {'seconds':>8} {'processors':>10}")
    for name, others in against.items():
        wall, cpu, _ = result[name]
        for other in others:
            print(f"  {name:27}: {other:24} {result[other][0] / wall:8.2f} {result[other][1] / cpu:10.2f}")
print(f"\nload while measuring: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
