//! The passphrase of an encrypted backup: out of a file, from standard input, or asked for on the terminal.
//!
//! Typed, it is not shown, and stands in one piece of memory that never grows, so that no copies are left behind. However
//! the asking ends, the terminal shows again what is typed: `rpassword` hands out a text that grew, and a signal leaves its
//! terminal silent.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use zeroize::Zeroizing;

use super::backup::Passphrase;
use crate::domain::inventory::secret::SecretBytes;
use crate::io::container::within;
use crate::io::fs::{self, standard_input};
use crate::words::words;

/// Longer passphrases are none, in bytes.
const MOST: usize = 4096;
/// How often a signal is looked for while nothing is typed.
const LOOK_UP: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// Why there is no passphrase. Never holds its text.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// Nothing, too much, or no text.
    #[error("{}", words().passphrase_no_text)]
    NoText,
    /// There is no terminal to ask on.
    #[error("{0}")]
    NoTerminal(std::io::Error),
    /// The operator stopped the asking, or a signal did.
    #[error("{}", words().passphrase_stopped)]
    Stopped,
}

/// Reads a passphrase: all of the file but the end of its line; `-` is standard input.
pub fn read(path: &Path) -> Result<Passphrase, PassphraseError> {
    // With the end of its line.
    let most = MOST + 2;
    let text = if path == Path::new("-") {
        standard_input::read(most).map_err(|e| PassphraseError::Unreadable(e.to_string()))?
    } else {
        fs::read(&within::to_read(path), most as u64)
            .map_err(|e| PassphraseError::Unreadable(e.to_string()))?
            .bytes
    };
    let line = text.strip_suffix(b"\n").unwrap_or(&text);
    passphrase(line.strip_suffix(b"\r").unwrap_or(line))
}

fn passphrase(text: &[u8]) -> Result<Passphrase, PassphraseError> {
    (text.len() <= MOST)
        .then(|| Passphrase::new(&SecretBytes::from(text)))
        .flatten()
        .ok_or(PassphraseError::NoText)
}

/// The terminal, silent: what is typed is not shown. Dropped, it is as before.
pub struct SilentTerminal {
    terminal: File,
    before: Termios,
    stop: Arc<AtomicBool>,
    /// Whether a signal ends the process again, as it does where nobody asks.
    over: Arc<AtomicBool>,
}

impl SilentTerminal {
    /// Takes the terminal of this process, wherever input and output lead.
    ///
    /// # Errors
    /// [`PassphraseError::NoTerminal`].
    pub fn open() -> Result<Self, PassphraseError> {
        let none = PassphraseError::NoTerminal;
        let terminal = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/tty")
            .map_err(none)?;
        let before = rustix::termios::tcgetattr(&terminal).map_err(|e| none(e.into()))?;
        let mut silent = before.clone();
        // Keys that end a process come as bytes: it shall not end before the terminal is as it was.
        silent
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
        silent.special_codes[SpecialCodeIndex::VMIN] = 1;
        silent.special_codes[SpecialCodeIndex::VTIME] = 0;
        let asking = Self {
            terminal,
            before,
            stop: Arc::default(),
            over: Arc::default(),
        };
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            let over = Arc::clone(&asking.over);
            signal_hook::flag::register_conditional_default(signal, over)
                .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&asking.stop)))
                .map_err(none)?;
        }
        // What was typed before the question is no answer to it.
        rustix::termios::tcsetattr(&asking.terminal, OptionalActions::Flush, &silent)
            .map_err(|e| none(e.into()))?;
        Ok(asking)
    }

    /// Says something on the terminal.
    ///
    /// # Errors
    /// [`PassphraseError::Stopped`] when the terminal is gone.
    pub fn say(&mut self, text: &str) -> Result<(), PassphraseError> {
        let said = write!(self.terminal, "{text}").and_then(|()| self.terminal.flush());
        said.map_err(|_| PassphraseError::Stopped)
    }

    /// Asks once.
    pub fn ask(&mut self, question: &str) -> Result<Passphrase, PassphraseError> {
        self.say(question)?;
        let mut line = TypedLine::default();
        let read = loop {
            match self.byte() {
                Ok(byte) => match line.take(byte) {
                    Typed::More => {}
                    Typed::Done => break Ok(()),
                    Typed::Stop => break Err(PassphraseError::Stopped),
                },
                Err(stopped) => break Err(stopped),
            }
        };
        self.say("\n")?;
        read.and_then(|()| passphrase(&line.text))
    }

    /// The next byte typed.
    fn byte(&mut self) -> Result<u8, PassphraseError> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(PassphraseError::Stopped);
            }
            let mut wait = [PollFd::new(&self.terminal, PollFlags::IN)];
            match rustix::event::poll(&mut wait, Some(&LOOK_UP)) {
                Ok(0) | Err(Errno::INTR) => continue,
                Ok(_) => {}
                Err(_) => return Err(PassphraseError::Stopped),
            }
            let mut byte = Zeroizing::new([0]);
            match self.terminal.read(&mut *byte) {
                Ok(1) => return Ok(byte[0]),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                // The terminal is gone.
                Ok(_) | Err(_) => return Err(PassphraseError::Stopped),
            }
        }
    }
}

impl Drop for SilentTerminal {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing put back. The beginning of a passphrase is nothing for the shell, which would
        // show it.
        let _ = rustix::termios::tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
        self.over.store(true, Ordering::Relaxed);
    }
}

/// What came of a byte.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    More,
    Done,
    Stop,
}

/// Where in a sequence of an arrow or function key we are: those are no part of a passphrase.
#[derive(Debug, Default, PartialEq, Eq)]
enum Escape {
    #[default]
    None,
    Begun,
    Inside,
}

/// A line as it is typed.
struct TypedLine {
    text: Zeroizing<Vec<u8>>,
    escape: Escape,
}

impl Default for TypedLine {
    fn default() -> Self {
        Self {
            text: Zeroizing::new(Vec::with_capacity(MOST + 1)),
            escape: Escape::None,
        }
    }
}

impl TypedLine {
    fn take(&mut self, byte: u8) -> Typed {
        match (&self.escape, byte) {
            (Escape::Begun, b'[' | b'O') => self.escape = Escape::Inside,
            (Escape::Inside, 0x20..=0x3f) => {}
            (Escape::Begun | Escape::Inside, 0x20..) => self.escape = Escape::None,
            (_, b'\r' | b'\n') => return Typed::Done,
            // ^C, ^\, and ^D with nothing typed.
            (_, 0x03 | 0x1c) => return Typed::Stop,
            (_, 0x04) if self.text.is_empty() => return Typed::Stop,
            (_, 0x1b) => self.escape = Escape::Begun,
            // Backspace takes a whole character, ^U everything.
            (_, 0x08 | 0x7f) => while self.text.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {},
            (_, 0x15) => self.text.clear(),
            (_, 0x00..=0x1f) => {}
            // One byte more than allowed is kept, so that it is refused and not cut.
            (_, byte) if self.text.len() <= MOST => self.text.push(byte),
            _ => {}
        }
        Typed::More
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn typed(bytes: &[u8]) -> (Vec<u8>, Typed) {
        let mut line = TypedLine::default();
        for byte in bytes {
            match line.take(*byte) {
                Typed::More => {}
                end => return (line.text.to_vec(), end),
            }
        }
        (line.text.to_vec(), Typed::More)
    }

    #[test]
    fn a_line_is_edited_as_lines_are() {
        let done = |text: &str| (text.as_bytes().to_vec(), Typed::Done);
        assert_eq!(typed(b"correct horse\r"), done("correct horse"));
        assert_eq!(typed("аб\u{7f}в\n".as_bytes()), done("ав"));
        assert_eq!(typed(b"wrong\x15right\r"), done("right"));
        assert_eq!(typed(b"a\x1b[A\x1b[1;5Cb\x1bOPc\r"), done("abc"));
        assert_eq!(typed(b"a\x00\x01b\x1a\r"), done("ab"));
        assert_eq!(typed(b"\x04").1, Typed::Stop);
        assert_eq!(typed(b"a\x04b\r"), done("ab"));
        assert_eq!(typed(b"abc\x03").1, Typed::Stop);
    }

    #[test]
    fn what_is_too_long_is_refused_and_not_cut() {
        let (text, _) = typed(&vec![b'x'; MOST + 100]);
        assert_eq!(text.len(), MOST + 1);
        assert!(matches!(passphrase(&text), Err(PassphraseError::NoText)));
        assert!(passphrase(&text[..MOST]).is_ok());
    }

    #[test]
    fn a_file_holds_one_line_or_its_text_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            read(&path)
        };
        for fine in [
            &b"correct horse"[..],
            b"correct horse\n",
            b"correct horse\r\n",
        ] {
            assert!(read(fine).is_ok());
        }
        assert!(read(&vec![b'x'; MOST + 1]).is_err());
        for none in [&b""[..], b"\n", b"\xff\xfe\n"] {
            assert!(matches!(read(none), Err(PassphraseError::NoText)));
        }
    }
}
