//! One line on the terminal that says how far a search is: written over again and again, and gone before anything else is
//! said.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::loudness::is_quiet;
use super::terminal::columns;
use crate::words::columns::cut;
use crate::words::untrusted::last_door;

/// Whether the line is on the terminal.
static SHOWN: AtomicBool = AtomicBool::new(false);
/// To the line's beginning, and everything from there on away.
const AWAY: &str = "\r\x1b[K";

/// Whether there is a terminal for it, and somebody who looks at it.
pub(crate) fn is_possible() -> bool {
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    std::io::stderr().is_terminal() && !is_dumb && !is_quiet()
}

/// Writes the line over the one before it.
pub(crate) fn say(text: &str) {
    // In the last column the cursor would go on to the next line.
    let Some(room) = columns(std::io::stderr()).and_then(|columns| columns.checked_sub(1)) else {
        return;
    };
    SHOWN.store(true, Ordering::Relaxed);
    let text = last_door(text);
    let mut err = std::io::stderr().lock();
    // Where nobody reads it any more there is nothing to be told.
    let _ = write!(err, "{AWAY}{}", cut(&text, room)).and_then(|()| err.flush());
}

/// Takes the line away, where it is.
pub(super) fn away() {
    if SHOWN.swap(false, Ordering::Relaxed) {
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(AWAY.as_bytes()).and_then(|()| err.flush());
    }
}
