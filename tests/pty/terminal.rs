//! A program in a pty and the screen it draws.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take. Far more than it does: a loaded machine must not fail a test.
const DEADLINE: Duration = Duration::from_secs(60);

/// What is said to a key that comes before a job has ended.
const TOO_EARLY: [&str; 4] = [
    "One moment",
    "search is still running",
    "请稍候",
    "搜索仍在进行",
];
/// How long such a job may take yet.
const MOMENT: Duration = Duration::from_secs(2);

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
}

/// A program, its keyboard and its screen.
pub struct Session {
    seen: Arc<Mutex<Seen>>,
    keyboard: Box<dyn Write + Send>,
    pub child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    /// Reads what is written, to the end.
    reader: std::thread::JoinHandle<()>,
    /// Home, state and backups of the program.
    pub home: tempfile::TempDir,
}

fn cells(number: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(number).unwrap()
}

/// The program under test.
pub fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_freescout-rescue"))
}

impl Session {
    /// Starts the program with these arguments on a screen of this size.
    pub fn start(arguments: &[&str], columns: u16, rows: u16) -> Self {
        Self::run(&binary(), arguments, &[], columns, rows)
    }

    /// Starts any program.
    pub fn run(
        program: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let home = tempfile::tempdir().unwrap();
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        // Ours is found as well: in a container it would be named by its path else.
        let search = format!("/usr/bin:/bin:{}", binary().parent().unwrap().display());
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("PATH", &search),
        ] {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        command.env("TMPDIR", home.path());
        for (name, value) in environment {
            command.env(name, value);
        }
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(cells(rows), cells(columns), 0),
            bytes: Vec::new(),
        }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let into = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                let mut seen = into.lock().unwrap();
                seen.parser.process(&buffer[..read]);
                seen.bytes.extend_from_slice(&buffer[..read]);
            }
        });
        let keyboard = pair.master.take_writer().unwrap();
        Self {
            seen,
            keyboard,
            child,
            master: pair.master,
            reader,
            home,
        }
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// The screen's text.
    pub fn screen(&self) -> String {
        self.seen.lock().unwrap().parser.screen().contents()
    }

    /// Every byte written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen.lock().unwrap().bytes.clone()
    }

    /// How the terminal stands: alternate screen, cursor hidden, bracketed paste.
    pub fn modes(&self) -> (bool, bool, bool) {
        let seen = self.seen.lock().unwrap();
        let screen = seen.parser.screen();
        (
            screen.alternate_screen(),
            screen.hide_cursor(),
            screen.bracketed_paste(),
        )
    }

    /// Waits until the screen shows a text.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait(&format!("{text:?} to appear"), |screen| {
            screen.contains(text)
        })
    }

    /// Waits until the screen is as wished.
    pub fn wait(&self, what: &str, is: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if is(&screen) {
                return screen;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "waited for {what}; the screen is\n{screen}"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Types keys until they are taken: until the screen shows `then`.
    pub fn press(&mut self, keys: &str, then: &str) {
        self.press_until(keys, &|screen| screen.contains(then));
    }

    /// Types keys until they are taken. A key that comes before a job has ended is refused, though what the job found may
    /// stand on the screen already.
    pub fn press_until(&mut self, keys: &str, taken: &dyn Fn(&str) -> bool) {
        let refused = |screen: &str| TOO_EARLY.iter().any(|says| screen.contains(says));
        loop {
            let before = self.bytes().len();
            self.keys(keys);
            // The sentence goes with the job, which may end before anybody has looked.
            let was_refused = || {
                refused(&String::from_utf8_lossy(
                    self.bytes().get(before..).unwrap_or(&[]),
                ))
            };
            let screen = self.wait(&format!("what {keys:?} does"), |screen| {
                taken(screen) || refused(screen) || was_refused()
            });
            // The wizard goes there by itself as soon as the job has ended: the keys would be typed into what opens then.
            let since = Instant::now();
            let mut there = taken(&screen);
            while !there && since.elapsed() < MOMENT {
                std::thread::sleep(Duration::from_millis(5));
                there = taken(&self.screen());
            }
            if there {
                return;
            }
            // A key that does nothing takes the sentence away.
            self.keys("\u{1b}[H");
            self.wait("the sentence to go", |screen| !refused(screen));
        }
    }

    /// Confirms the plan on the screen. It is shown a moment before its job has said its last word, and Enter is refused
    /// until then.
    pub fn apply(&mut self) {
        self.press_until("\u{15}apply\r", &|screen| !screen.contains("Type apply"));
    }

    /// Changes the size of the window.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.seen
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master
            .resize(PtySize {
                rows,
                cols: columns,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(self.pid(), signal).unwrap();
    }

    /// Sends a signal to the program and to what it runs.
    pub fn signal_group(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process_group(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> rustix::process::Pid {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        rustix::process::Pid::from_raw(pid).unwrap()
    }

    /// Waits for the end, and until the last bytes are read; the exit code.
    pub fn end(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap()
                && self.reader.is_finished()
            {
                return status.exit_code();
            }
            assert!(
                start.elapsed() < DEADLINE,
                "the program does not end; the screen is\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether the terminal shows what is typed.
    pub fn echoes(&self) -> bool {
        let state = self.master.get_termios().unwrap();
        state
            .local_flags
            .iter_names()
            .any(|(name, _)| name == "ECHO")
    }

    /// Waits until the terminal does not show what is typed.
    pub fn wait_silent(&self) {
        self.wait("the terminal to be silent", |_| !self.echoes());
    }

    /// Whether the terminal is in raw mode.
    pub fn is_raw(&self) -> bool {
        let state = self.master.get_termios().unwrap();
        !format!("{:?}", state.local_flags).contains("ICANON")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lays out a demo install; its folder and where the old key lies.
pub fn demo(below: &Path) -> (PathBuf, PathBuf) {
    let folder = below.join("demo");
    let made = std::process::Command::new(binary())
        .args(["demo", "--make"])
        .arg(&folder)
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    (folder.join("freescout"), folder.join("old-server"))
}
