//! A passphrase asked for in a real terminal: twice for a new backup, never shown, and the terminal as before whatever ends
//! the asking.

use std::path::{Path, PathBuf};

use rustix::process::Signal;

use crate::terminal::{Session, demo};

const PASSPHRASE: &str = "correct horse ст@ple";
const NEW: &str = "Passphrase for the new backup";

struct Bench {
    folder: tempfile::TempDir,
    install: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (install, _) = demo(folder.path());
        Self { folder, install }
    }

    fn backups(&self) -> PathBuf {
        self.folder.path().join("backups")
    }

    fn start(&self, command: &[&str]) -> Session {
        let (install, backups) = (self.install.to_str().unwrap(), self.backups());
        let common = [install, "--backup-dir", backups.to_str().unwrap()];
        Session::start(&[command, &common[..]].concat(), 120, 40)
    }

    fn backup(&self) -> Session {
        let session = self.start(&["backup", "--encrypt", "--work-factor", "4"]);
        session.wait_for(NEW);
        session.wait_silent();
        session
    }

    fn made(&self) -> Option<PathBuf> {
        let folders = std::fs::read_dir(self.backups()).ok()?;
        folders.flatten().map(|e| e.path()).next()
    }
}

/// Nothing of the passphrase was ever on the terminal, which shows again what is typed.
fn assert_untold(session: &Session) {
    let bytes = String::from_utf8_lossy(&session.bytes()).into_owned();
    assert!(!bytes.contains("horse"), "{bytes}");
    assert!(session.echoes() && !session.is_raw());
}

#[test]
fn a_backup_is_encrypted_with_what_was_typed_twice() {
    let bench = Bench::new();
    let mut session = bench.backup();
    session.keys("correct house\r");
    session.wait_for("The same passphrase again:");
    session.keys(&format!("{PASSPHRASE}\r"));
    session.wait_for("The two passphrases differ.");
    assert!(bench.made().is_none());
    // With a slip that is taken back, and an arrow that is none of it.
    session.keys(&format!("\u{1b}[A{PASSPHRASE}ü\u{7f}\r"));
    session.wait("the second question again", |s| {
        s.matches("The same passphrase again:").count() == 2
    });
    session.keys(&format!("{PASSPHRASE}\r"));
    assert_eq!(session.end(), 0, "{}", session.screen());
    assert_untold(&session);
    let backup = bench.made().unwrap();
    assert!(backup.join("rows.jsonl.age").is_file());
    let mut session = bench.start(&["restore", backup.to_str().unwrap()]);
    session.wait_for("Passphrase of");
    session.wait_silent();
    session.keys("wrong horse\r");
    assert_eq!(session.end(), 3, "{}", session.screen());
    assert!(session.screen().contains("does not decrypt it"));
    assert_untold(&session);
    let mut session = bench.start(&["restore", backup.to_str().unwrap()]);
    session.wait_for("Passphrase of");
    session.wait_silent();
    session.keys(&format!("{PASSPHRASE}\r"));
    assert_eq!(session.end(), 0, "{}", session.screen());
    assert!(session.screen().contains("Nothing was changed"));
    assert_untold(&session);
}

fn state(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file());
    files
        .map(|e| (e.path().to_owned(), std::fs::read(e.path()).unwrap()))
        .collect()
}

#[test]
fn however_the_asking_ends_the_terminal_is_as_before() {
    let bench = Bench::new();
    let before = state(&bench.install);
    for keys in ["horse\u{3}", "\u{4}", "horse\u{1c}"] {
        let mut session = bench.backup();
        session.keys(keys);
        assert_eq!(session.end(), 3, "{keys:?}: {}", session.screen());
        let screen = session.screen();
        assert!(screen.contains("Nothing was changed"), "{keys:?}: {screen}");
        assert_untold(&session);
    }
    for signal in [Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP] {
        let mut session = bench.backup();
        session.keys("hor");
        session.signal(signal);
        assert_eq!(session.end(), 3, "{signal:?}: {}", session.screen());
        assert_untold(&session);
    }
    let mut session = bench.backup();
    session.keys("\r");
    assert_eq!(session.end(), 3, "an empty one: {}", session.screen());
    assert!(session.screen().contains("and not empty"));
    assert_untold(&session);
    assert!(bench.made().is_none());
    assert_eq!(state(&bench.install), before);
}

/// Once it was answered, a signal ends the program as it ends any.
#[test]
fn a_signal_counts_again_after_the_answer() {
    let bench = Bench::new();
    let mut session = bench.start(&["backup", "--encrypt", "--work-factor", "17"]);
    session.wait_for(NEW);
    session.wait_silent();
    session.keys("horse\r");
    session.wait_for("The same passphrase again:");
    session.keys("horse\r");
    session.wait_for("Reading everything that may be changed");
    session.signal(Signal::TERM);
    session.end();
    assert!(
        !session.screen().contains("decrypted again and verified"),
        "{}",
        session.screen()
    );
    assert_untold(&session);
}
