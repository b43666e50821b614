#!/usr/bin/env bash
# PyPI psutil 7.2.2: a process is told to be up to a second older than it is, although its age has two decimals.
#
# Expected: create_time() of a worker that is started after a file was written is later than that file's modification
#   time, but for the hundredth of a second in which the kernel counts.
# Seen: it is earlier by whatever part of a second had gone by when the machine was started, here by 0.75 s, and by the
#   same for every process. The kernel counts a start from that moment and tells the moment itself (`btime` in
#   /proc/stat) in whole seconds alone; the sum keeps the decimals of the one and has none of the other.
# Matters: a queue worker keeps the APP_KEY that it was started with. Whoever compares its age with the file that holds
#   the key, to know which workers must be restarted, is told to restart one that was started with the right one.
#   CLOCK_BOOTTIME beside CLOCK_REALTIME gives the moment exactly.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install psutil==7.2.2
venv/bin/python3 <<'PY'
import os
import subprocess
import sys
import time

import psutil

started = time.clock_gettime(time.CLOCK_REALTIME) - time.clock_gettime(time.CLOCK_BOOTTIME)
with open("env", "w") as env:
    env.write("APP_KEY=\n")
written = os.stat("env").st_mtime
worker = subprocess.Popen(["sleep", "60"])
told = psutil.Process(worker.pid).create_time()
with open(f"/proc/{worker.pid}/stat") as stat:
    ticks = int(stat.read().rpartition(")")[2].split()[19])
worker.kill()
worker.wait()
counted = ticks / os.sysconf("SC_CLK_TCK")
print(f"the file was written at {written:.2f}, the worker started at {counted + started:.2f}; told: {told:.2f}")
print(f"moment of the machine's start: {started:.2f}; that of the answer: {told - counted:.2f}")
if abs(told - counted - int(started)) > 0.001 or told > counted + started:
    sys.exit("changed: it no longer does so")
PY
