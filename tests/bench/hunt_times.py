"""The measuring of `hunt.sh`.

    hunt_times.py BINARY FOLDER RUNS

Runs the commands in turns, so that whatever else the machine does meets all of them, and takes the best of each. ripgrep
maps a single file into memory, where nothing is copied; a program that must outlive a file that is cut meanwhile reads it,
and what reading alone takes is said too: no program that reads can be faster.
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
    """Seconds, seconds of processors, and KiB of memory at most."""
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


def ours(threads: int) -> str:
    return f"{binary} find-key {folder}/demo/freescout --json --threads {threads} --look-in {{data}}"


FILE = {
    "reading alone (dd bs=256k)": "dd if={data} of=/dev/null bs=256k",
    "rg, prefixed": rg(PREFIXED, "-j1"),
    "rg --no-mmap, prefixed": rg(PREFIXED, "-j1 --no-mmap"),
    "rg, bare": rg(BARE, "-j1"),
    "the hunt, 1 thread": ours(1),
    "the hunt, 2 threads": ours(2),
}
TREE = {
    "rg -j1, prefixed": rg(PREFIXED, "-j1"),
    "rg -j2, prefixed": rg(PREFIXED, "-j2"),
    "rg -j1, bare": rg(BARE, "-j1"),
    "rg -j2, bare": rg(BARE, "-j2"),
    "the hunt, 1 thread": ours(1),
    "the hunt, 2 threads": ours(2),
}
# Which of ripgrep's runs each of ours is held against: a single file it searches with one thread, however many it has.
AGAINST_FILE = {threads: list(FILE)[1:4] for threads in (1, 2)}
AGAINST_TREE = {threads: [f"rg -j{threads}, prefixed", f"rg -j{threads}, bare"] for threads in (1, 2)}

alone = measure({"the hunt, nothing to look in": f"{binary} find-key {folder}/demo/freescout --json"})
print(f"{'':30} {'seconds':>8} {'processors':>10} {'MiB':>6}")
for data in ("random", "dump.sql", "tree"):
    commands, against = (TREE, AGAINST_TREE) if data == "tree" else (FILE, AGAINST_FILE)
    result = measure({name: command.replace("{data}", str(folder / data)) for name, command in commands.items()})
    print(f"\n{data}")
    for name, (wall, cpu, memory) in (alone | result).items():
        print(f"  {name:28} {wall:8.3f} {cpu:10.3f} {memory / 1024:6.0f}")
    for threads in (1, 2):
        wall, cpu, _ = result[f"the hunt, {threads} thread{'s' * (threads > 1)}"]
        for name in against[threads]:
            print(f"  ratio, {threads} thread{'s' * (threads > 1) or ' '} : {name:22} {result[name][0] / wall:6.2f}   by processors {result[name][1] / cpu:6.2f}")
print(f"\nload while measuring: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
