//! Where everything that is printed goes through: standard output for the result, standard error for the rest.

use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use supports_color::Stream;

use super::live;
use super::loudness::is_quiet;
use super::terminal::{Tone, colours, columns, painted};
use super::wrapped::{command_in, wrapped};
use crate::engine::report;
use crate::io::os::around;
use crate::words::untrusted::last_door;

/// Whether a document is on standard output already: there is never a second one.
static JSON_GIVEN: AtomicBool = AtomicBool::new(false);

/// See [`JSON_GIVEN`].
pub(crate) fn json_was_given() -> bool {
    JSON_GIVEN.load(Ordering::Relaxed)
}

/// Whether a command of ours that is to be typed was printed.
static COMMAND_GIVEN: AtomicBool = AtomicBool::new(false);

/// Forgets that one was, where nobody reads along: cron would mail with each round where it is to be typed.
pub(crate) fn forget_where_typed() {
    COMMAND_GIVEN.store(false, Ordering::Relaxed);
}

/// Says on standard error where the commands that were printed are to be typed, where the shell that we leave may be another
/// one.
pub(crate) fn say_where_typed() {
    if COMMAND_GIVEN.swap(false, Ordering::Relaxed)
        && let Some(place) = around::where_typed()
    {
        Out::aside().line(&place);
    }
}

/// What the system said when something could not be written to standard output, but for a reader that went away.
static LOST: Mutex<Option<std::io::Error>> = Mutex::new(None);

/// Why the result was not written to standard output as a whole, where that is so.
pub(crate) fn lost() -> Option<std::io::Error> {
    LOST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Standard output or standard error. A reader that went away is no reason to fail half-way; a full disk is known afterwards.
pub struct Out {
    to: Box<dyn Write>,
    is_result: bool,
    /// Of the terminal that it goes to.
    columns: Option<usize>,
    colours: bool,
}

impl Out {
    /// Standard output.
    pub fn stdout() -> Self {
        Self {
            columns: columns(std::io::stdout()),
            colours: colours(Stream::Stdout),
            to: Box::new(std::io::stdout()),
            is_result: true,
        }
    }

    /// Standard error.
    pub fn stderr() -> Self {
        Self {
            columns: columns(std::io::stderr()),
            colours: colours(Stream::Stderr),
            to: Box::new(std::io::stderr()),
            is_result: false,
        }
    }

    /// What is said beside the result, on standard error: nothing, where that was asked for.
    pub(crate) fn aside() -> Self {
        match is_quiet() {
            true => Self {
                columns: None,
                colours: false,
                to: Box::new(std::io::sink()),
                is_result: false,
            },
            false => Self::stderr(),
        }
    }

    /// Whether what goes there may be in colours.
    pub(crate) fn has_colours(&self) -> bool {
        self.colours
    }

    /// One line, or several: nothing in it can move a cursor. A terminal gets it in lines of its own width.
    pub fn line(&mut self, text: &str) {
        self.marked(Tone::Plain, "", text);
    }

    /// The same, with a beginning of this kind; with nothing behind it the whole is.
    pub(crate) fn marked(&mut self, tone: Tone, lead: &str, rest: &str) {
        let text = format!("{lead}{rest}");
        let mut text = last_door(&text);
        if text.lines().any(|line| command_in(line).is_some()) {
            COMMAND_GIVEN.store(true, Ordering::Relaxed);
        }
        if let Some(columns) = self.columns {
            text = wrapped(&text, columns).into();
        }
        if self.colours && tone != Tone::Plain {
            text = painted(&text, tone, if rest.is_empty() { &text } else { lead }).into();
        }
        live::away();
        let written = writeln!(self.to, "{text}");
        self.note(written);
    }

    /// What is a file of its own, byte for byte: made by us, so there is nothing in it to guard a terminal against.
    pub fn as_it_is(&mut self, bytes: &[u8]) {
        live::away();
        let written = self.to.write_all(bytes).and_then(|()| self.to.flush());
        self.note(written);
    }

    /// One line of JSON.
    pub fn json(&mut self, json: &impl serde::Serialize) {
        JSON_GIVEN.store(true, Ordering::Relaxed);
        live::away();
        let mut buffered = std::io::BufWriter::with_capacity(1 << 16, &mut self.to);
        let written = report::escaped::write(&mut buffered, json).map_err(std::io::Error::from);
        let written = written.and_then(|()| buffered.write_all(b"\n"));
        let written = written.and_then(|()| buffered.flush());
        // What it still holds would be tried once more.
        drop(buffered.into_parts());
        self.note(written);
    }

    /// The reader may have gone: then there is nobody left to tell. Anything else is told in the end.
    fn note(&self, written: std::io::Result<()>) {
        let failed = written.err();
        let failed = failed.filter(|e| self.is_result && e.kind() != ErrorKind::BrokenPipe);
        if let Some(error) = failed {
            let mut lost = LOST.lock().unwrap_or_else(PoisonError::into_inner);
            lost.get_or_insert(error);
        }
    }
}
