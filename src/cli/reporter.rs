//! What a use case reports while a command runs: lines on standard error; and the signals that call it off.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};

use super::output::{self, Out};
use crate::engine::exit::Exit;
use crate::engine::session::Session;
use crate::engine::session::judge::Looking;
use crate::engine::usecase::{self, Notice, Stage};
use crate::io::os::signals::PutOff;
use crate::words::words;

/// Reports to standard error.
///
/// What is only read is quick and says nothing; a signal ends it as ever. From the lock on, signals are put off. Searches
/// and logins are brought to an end by the first, and ended at once by the second.
#[derive(Default)]
pub(super) struct Reporter {
    /// The last thing that was said.
    last: RefCell<String>,
    /// Whether what is being done is said.
    loud: Cell<bool>,
    flag: RefCell<Arc<AtomicBool>>,
    /// Held to the end: signals that were put off must not end us on the last line.
    put_off: RefCell<Option<PutOff>>,
}

impl usecase::Reporter for Reporter {
    fn stage(&self, stage: Stage) {
        match stage {
            Stage::Open | Stage::Judge => {}
            Stage::Search => {
                self.flag.replace(stop_flag());
            }
            Stage::Prove => {
                self.loud.set(true);
                self.flag.replace(stop_flag());
            }
            Stage::Lock | Stage::BackUp | Stage::Plan | Stage::Apply => {
                self.loud.set(true);
                let mut put_off = self.put_off.borrow_mut();
                let put_off = put_off.get_or_insert_with(PutOff::begin);
                self.flag.replace(put_off.flag());
            }
        }
    }

    /// A line when another thing begins.
    fn progress(&self, what: &str, _: u64, _: Option<u64>) {
        let mut last = self.last.borrow_mut();
        if self.loud.get() && what != *last {
            what.clone_into(&mut last);
            Out::stderr().line(what);
        }
    }

    /// What was found is told in the end.
    fn found(&self, _: &Session, _: Looking<'_>) {}

    fn notice(&self, notice: Notice<'_>) {
        match notice {
            Notice::Skipped(looked) => output::skipped(looked),
            Notice::AskedToEnd => Out::stderr().line(words().signal_put_off),
            Notice::Opened(..) | Notice::Journal(..) => {}
        }
    }

    fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.flag.borrow())
    }
}

/// A flag that the first signal raises; the second ends us at once.
fn stop_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let again = register_conditional_shutdown(signal, Exit::Failed as i32, Arc::clone(&flag));
        // Without it the signal does what it always does.
        let _ = again.and_then(|_| register(signal, Arc::clone(&flag)));
    }
    flag
}
