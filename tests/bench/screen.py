#!/usr/bin/env python3
"""Figures of the screen, not tests: start to full paint, bytes a moved selection costs, bytes and CPU time while idle.

    screen.py BINARY      in a pty of 80x24, on a demo install
"""
import os, pty, re, select, shutil, struct, subprocess, sys, tempfile, termios, fcntl, time

binary = os.path.abspath(sys.argv[1])
home = tempfile.mkdtemp()
install = home + '/demo/freescout'
subprocess.run([binary, 'demo', '--make', home + '/demo'], check=True, stdout=subprocess.DEVNULL)


def start():
    pid, fd = pty.fork()
    if pid == 0:
        env = {'TERM': 'xterm-256color', 'LANG': 'C.UTF-8', 'HOME': home, 'PATH': '/usr/bin:/bin'}
        os.execve(binary, [binary, install, '--look-in', home + '/demo/old-server', '--backup-dir', home + '/b'], env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
    return pid, fd


def read(fd, until=None, quiet=0.3, limit=20):
    """Everything written until a text has come, or until nothing came for a while."""
    out, end = b'', time.monotonic() + limit
    while time.monotonic() < end:
        if select.select([fd], [], [], quiet)[0]:
            try:
                out += os.read(fd, 65536)
            except OSError:  # the program has ended
                return out
            if until and until in out:
                return out
        elif until is None:
            return out
    raise SystemExit(f'waited for {until!r} in vain: {out[-500:]!r}')


def cpu(pid):
    fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


times, sizes = [], []
for _ in range(20):
    began = time.monotonic()
    pid, fd = start()
    # The last thing on the finished first screen: the sentence about the search that the start includes.
    painted = read(fd, b'Found')
    times.append((time.monotonic() - began) * 1000)
    sizes.append(len(painted))
    os.write(fd, b'q')
    read(fd)
    os.waitpid(pid, 0)
times.sort()
print(f'start to full paint: median {times[10]:.1f} ms, worst {times[-1]:.1f} ms, {sorted(sizes)[10]} bytes (search of the old server included)')

pid, fd = start()
read(fd, b'Found')
for keys, text in [(b'2', b'Before'), (b'\r', b'reads back'), (b'4', b'Outgoing')]:
    read(fd)
    os.write(fd, keys)
    read(fd, text)
read(fd)
moves = []
for _ in range(6):
    os.write(fd, b'j')
    moves.append(read(fd))
print('selection moved one row:', ', '.join(f'{len(m)} bytes' for m in moves))
print('  the smallest:', re.sub(rb'\x1b', b'^[', min(moves, key=len)).decode())
before = cpu(pid)
idle = b''
end = time.monotonic() + 5
while time.monotonic() < end:
    if select.select([fd], [], [], 0.1)[0]:
        idle += os.read(fd, 65536)
print(f'idle for 5 s: {len(idle)} bytes, {cpu(pid) - before:.2f} s of CPU time')
os.write(fd, b'q')
read(fd)
shutil.rmtree(home)
