//! What a use case reports while a command runs: lines on standard error; and the signals that call it off.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};

use super::output::loudness::is_verbose;
use super::output::{self, Out, live};
use crate::engine::exit::Exit;
use crate::engine::hunt::Looking;
use crate::engine::session::Session;
use crate::engine::usecase::{self, Notice, Stage};
use crate::io::os::signals::PutOff;
use crate::words::untrusted::shown;
use crate::words::words;

/// Reports to standard error.
///
/// What is only read is quick and says nothing; a signal ends it as ever. From the lock on, signals are put off. Searches
/// and logins are brought to an end by the first, and ended at once by the second.
#[derive(Default)]
pub(super) struct TerminalReporter {
    /// The last thing that was said.
    last: RefCell<String>,
    /// Whether what is being done is said.
    loud: Cell<bool>,
    /// When a search said last how far it is.
    pace: RefCell<Option<Pace>>,
    flag: RefCell<Arc<AtomicBool>>,
    /// Held to the end: signals that were put off must not end us on the last line.
    put_off: RefCell<Option<PutOff>>,
}

impl usecase::Reporter for TerminalReporter {
    fn stage(&self, stage: Stage) {
        match stage {
            Stage::Open | Stage::Judge => self.loud.set(is_verbose()),
            Stage::Search => {
                self.flag.replace(stop_flag());
            }
            Stage::Wait | Stage::Prove => {
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
            Out::aside().line(what);
        }
    }

    /// A line now and then, for whoever waits; what was found is told in the end.
    fn found(&self, _: &Session, looking: Looking<'_>) {
        let Looking::At {
            files,
            bytes,
            current,
        } = looking
        else {
            return;
        };
        let mut pace = self.pace.borrow_mut();
        let pace = pace.get_or_insert_with(|| Pace::from(Instant::now()));
        let is_live = live::is_possible();
        if let Some(lasted) = pace.due(Instant::now(), if is_live { OFTEN } else { EVERY }) {
            let (megabytes, seconds) = (bytes >> 20, lasted.as_secs());
            let path = shown(&current).to_string();
            // Between two places nothing is read.
            let text = match (is_live, path.is_empty()) {
                (true, true) => text!(search_live_between, files, megabytes, seconds),
                (true, false) => text!(search_live, files, megabytes, seconds, path),
                (false, true) => text!(search_goes_on_between, files, megabytes, seconds),
                (false, false) => text!(search_goes_on, files, megabytes, seconds, path),
            };
            match is_live {
                true => live::say(&text),
                false => Out::aside().line(&text),
            }
        }
    }

    fn notice(&self, notice: Notice<'_>) {
        match notice {
            Notice::Skipped(install, looked) => {
                output::skipped(&mut Out::stderr(), install, looked);
            }
            Notice::AskedToEnd => Out::stderr().line(words().signal_put_off),
            Notice::Opened(..) | Notice::Journal(..) => {}
        }
    }

    fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.flag.borrow())
    }
}

/// How often a search says how far it is: in lines that stay, and in one that is written over.
const EVERY: Duration = Duration::from_secs(10);
const OFTEN: Duration = Duration::from_millis(200);

/// When it is time to say how far a search is.
struct Pace {
    began: Instant,
    said: Instant,
}

impl Pace {
    fn from(now: Instant) -> Self {
        Self {
            began: now,
            said: now,
        }
    }

    /// How long the search has lasted, where it is time to say so.
    fn due(&mut self, now: Instant, every: Duration) -> Option<Duration> {
        if now.duration_since(self.said) < every {
            return None;
        }
        self.said = now;
        Some(now.duration_since(self.began))
    }
}

/// A flag that the first signal raises; the second ends us at once.
pub(super) fn stop_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let again = register_conditional_shutdown(signal, Exit::Failed as i32, Arc::clone(&flag));
        // Without it the signal does what it always does.
        let _ = again.and_then(|_| register(signal, Arc::clone(&flag)));
    }
    flag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_says_every_ten_seconds_how_far_it_is() {
        let began = Instant::now();
        let mut pace = Pace::from(began);
        // It is asked twenty times a second, for a minute.
        let asked = (0..=1200).map(|tick| began + Duration::from_millis(50) * tick);
        let said: Vec<u64> = asked
            .filter_map(|now| pace.due(now, EVERY))
            .map(|lasted| lasted.as_secs())
            .collect();
        assert_eq!(said, [10, 20, 30, 40, 50, 60]);
    }
}
