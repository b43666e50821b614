#!/usr/bin/env python3
"""Figures of the screen, not tests: how long a key takes to its first byte on the terminal in each step, and how many bytes it
sends, with 12 and with many mailboxes; of one build or of two in turn, and of tig (Debian package tig) on as many commits.

    keys.py MAILBOXES BINARY [BEFORE]      in a pty of 80x24
"""
import fcntl, os, pty, re, select, shutil, statistics, struct, subprocess, sys, tempfile, termios, time

many = int(sys.argv[1])
binaries = [os.path.abspath(path) for path in sys.argv[2:]]
home = tempfile.mkdtemp(prefix='rescue-keys-')
KEYS = 60


class Terminal:
    def __init__(self, command, cwd='/'):
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chdir(cwd)
            env = {'TERM': 'xterm-256color', 'LANG': 'C.UTF-8', 'HOME': home, 'PATH': '/usr/local/bin:/usr/bin:/bin'}
            os.execvpe(command[0], command, env)
        self.pid = pid
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))

    def read(self, quiet=0.4, limit=120, until=None):
        out, end = b'', time.monotonic() + limit
        while time.monotonic() < end:
            if select.select([self.fd], [], [], quiet)[0]:
                out += os.read(self.fd, 65536)
                if until and until in out:
                    return out
            elif until is None:
                return out
        raise SystemExit(f'waited for {until!r} in vain: {out[-800:]!r}')

    def press(self, keys, until=None, limit=300):
        os.write(self.fd, keys)
        return self.read(until=until, limit=limit)

    def first_byte(self, key):
        """Milliseconds to the first byte, and how many came."""
        began = time.monotonic()
        os.write(self.fd, key)
        if not select.select([self.fd], [], [], 5)[0]:
            return None
        took = (time.monotonic() - began) * 1000
        return took, len(self.read(quiet=0.05))

    def end(self):
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def median(terminal, key):
    """Of keys that move down one, over the boundaries of pages as they come."""
    figures = [figure for figure in (terminal.first_byte(key) for _ in range(KEYS)) if figure]
    if not figures:
        return 'nothing moves'
    times = sorted(took for took, _ in figures)
    sizes = sorted(size for _, size in figures)
    return f'{statistics.median(times):6.2f} ms (worst {times[-1]:6.2f}), {statistics.median(sizes):4.0f} bytes (most {sizes[-1]})'


def walk(binary, mailboxes):
    """Each step in turn."""
    folder = f'{home}/{mailboxes}'
    if not os.path.isdir(folder):
        subprocess.run([binary, 'demo', '--make', folder, '--mailboxes', str(mailboxes)], check=True, stdout=subprocess.DEVNULL)
        # One key of four is lost: a quarter of the passwords is asked for.
        os.remove(f'{folder}/old-server/env.3')
    state = tempfile.mkdtemp(dir=home)
    began = time.monotonic()
    terminal = Terminal([binary, folder + '/freescout', '--look-in', folder + '/old-server', '--state-dir', state, '--no-artisan'])
    terminal.read(until=b'Survey')
    print(f'  start to first paint {(time.monotonic() - began) * 1000:.0f} ms')
    terminal.read(until=b'Found')
    print('  1 survey   ', median(terminal, b'j'))
    terminal.press(b'2')
    terminal.press(b'\r', until=b'verified')
    for number, name in [(b'3', 'keys'), (b'4', 'checks')]:
        terminal.press(number)
        print(f'  {number.decode()} {name:<9}', median(terminal, b'j'))
    terminal.press(b'/')
    print('  4 filter   ', median(terminal, b'm'))
    terminal.press(b'\x1b')
    time.sleep(0.3)
    terminal.press(b'5', until=b'Newly')
    terminal.press(b'\t')
    print('  5 plan     ', median(terminal, b'j'))
    terminal.press(b'6')
    print('  6 passwords', median(terminal, b'\x1b[B'))
    print('  6 typing   ', median(terminal, b'x'))
    terminal.press(b'\x15')
    terminal.press(b'\x1bOQ')
    print('  connections', median(terminal, b'j'))
    terminal.press(b't')
    terminal.press(b'\x1b')
    terminal.press(b'7')
    terminal.press(b'apply\r', until=b'undo')
    print('  8 report   ', median(terminal, b'j'))
    terminal.end()


def tig():
    repository = f'{home}/commits'
    subprocess.run(['git', 'init', '-q', repository], check=True)
    lines = []
    for number in range(many):
        lines.append(f'commit refs/heads/main\ncommitter A <a@example.org> {1700000000 + number} +0000\ndata <<E\ncommit {number}\nE\n')
    subprocess.run(['git', '-C', repository, 'fast-import', '--quiet'], input='\n'.join(lines).encode(), check=True)
    terminal = Terminal(['tig', 'main'], repository)
    terminal.read(quiet=1.5)
    print('  log        ', median(terminal, b'j'))
    terminal.end()


try:
    for count in (12, many):
        for binary in binaries:
            print(f'{binary}, {count} mailboxes')
            walk(binary, count)
    if shutil.which('tig'):
        print(f'tig, {many} commits')
        tig()
finally:
    shutil.rmtree(home)
