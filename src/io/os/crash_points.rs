//! Crash points: where a test may end the program as a lost machine would, or hold it while something else happens.
//!
//! Every write, fsync, rename, commit and external command of a change passes one. Without the feature `crash-points`
//! they are nothing at all; with it, and told so by its environment, the program
//!
//! ```text
//! FREESCOUT_RESCUE_CRASH_LIST=FILE   appends the name of each point it passes to FILE
//! FREESCOUT_RESCUE_CRASH_AT=N        ends by SIGKILL at the Nth point it passes, counted from 1
//! FREESCOUT_RESCUE_STOP_AT=NAME      stops by SIGSTOP at every point of that name
//! FREESCOUT_RESCUE_FAULT_AT=NAME     panics at every point of that name
//! ```

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A file was made beside the one it will replace; it is empty.
    FileCreated,
    /// The first half of a file is written that has to be written in place.
    FileHalfWritten,
    /// Its bytes are written, not yet synced.
    FileWritten,
    /// They are synced; the file it replaces still stands.
    FileSynced,
    /// It stands in place of the other; the folder is not synced yet.
    FileRenamed,
    /// A folder was made; that it stands in the one above is not synced yet.
    FolderMade,
    /// The folder is synced.
    FolderSynced,
    /// A file was removed.
    FileRemoved,
    /// The journal is about to commit.
    JournalCommitting,
    /// The journal has committed.
    JournalCommitted,
    /// The rows of a change are compared and locked; none is written yet.
    RowsLocked,
    /// One of the rows is written, within the transaction.
    RowWritten,
    /// All rows are written and read back; the commit follows.
    RowsCommitting,
    /// The database has committed.
    RowsCommitted,
    /// A program (PHP, a database's dump program) is about to be started.
    ProgramStarting,
    /// It runs.
    ProgramRunning,
    /// It has ended.
    ProgramEnded,
    /// Everything is done and dropped; the program ends here.
    End,
}

/// Where a text of this length is cut, if it is to be written in two parts with a point between them.
pub fn cut(length: usize) -> usize {
    if cfg!(feature = "crash-points") {
        length / 2
    } else {
        length
    }
}

/// Passes a point.
#[cfg(not(feature = "crash-points"))]
#[inline]
pub fn pass(_point: Point) {}

/// Passes a point.
#[cfg(feature = "crash-points")]
pub fn pass(point: Point) {
    use rustix::process::{Signal, getpid, kill_process};
    use std::io::Write;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);
    static LIST: OnceLock<Option<std::fs::File>> = OnceLock::new();
    let number = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
    let told = |name: &str| std::env::var(name).ok();
    let name = format!("{point:?}");
    // Opened once, at the first point: later ones may be passed with the rights of somebody else.
    let list = LIST.get_or_init(|| {
        let path = told("FREESCOUT_RESCUE_CRASH_LIST")?;
        let mut options = std::fs::OpenOptions::new();
        options.append(true).create(true).open(path).ok()
    });
    if let Some(mut list) = list.as_ref() {
        let written = writeln!(list, "{name}");
        assert!(written.is_ok(), "the list of crash points is not writable");
    }
    if told("FREESCOUT_RESCUE_CRASH_AT").is_some_and(|at| at == number.to_string()) {
        let _ = kill_process(getpid(), Signal::KILL);
    }
    if told("FREESCOUT_RESCUE_STOP_AT").is_some_and(|at| at == name) {
        // To this thread, which then stops all of them: sent to the process, another might take it, and this one run on.
        let _ = signal_hook::low_level::raise(signal_hook::consts::SIGSTOP);
    }
    assert!(
        told("FREESCOUT_RESCUE_FAULT_AT").is_none_or(|at| at != name),
        "a fault at {name}"
    );
}
