//! A writer that sends a frame at a time, without what the terminal knows already: the line may be slow.
//!
//! Ours, not a `BufWriter`: that one keeps what it sent in a buffer that is never wiped, and ratatui's backend repeats
//! resets and cursor commands in every frame.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

/// Sent behind every frame, whatever was drawn: colours back one by one, then all of them at once.
const RESETS: &[u8] = b"\x1b[39m\x1b[49m\x1b[59m\x1b[0m";
const RESET: &[u8] = b"\x1b[0m";
const HIDE: &[u8] = b"\x1b[?25l";
const SHOW: &[u8] = b"\x1b[?25h";

/// The writer.
pub(super) struct Thrifty<W> {
    out: W,
    frame: Vec<u8>,
    cursor_hidden: bool,
    mute: Mute,
}

/// Whether anything is still sent. The terminal was given back or is gone; what ratatui says to it when it is dropped is
/// not for it any more, and where it could not be sent, ratatui would panic.
#[derive(Clone, Default)]
pub(super) struct Mute(Rc<Cell<bool>>);

impl Mute {
    /// From now on nothing is sent, and that is no error.
    pub(super) fn set(&self) {
        self.0.set(true);
    }
}

impl<W: Write> Thrifty<W> {
    /// Writes to `out`, where the cursor is shown.
    pub(super) fn new(out: W, mute: Mute) -> Self {
        Self {
            out,
            frame: Vec::with_capacity(1 << 14),
            cursor_hidden: false,
            mute,
        }
    }

    /// The frame without repetitions.
    fn thin(&mut self) -> Vec<u8> {
        let mut rest = &self.frame[..];
        let mut thin = Vec::with_capacity(rest.len());
        while let Some(at) = memchr::memchr(0x1b, rest) {
            thin.extend_from_slice(&rest[..at]);
            rest = &rest[at..];
            let (taken, kept): (&[u8], &[u8]) = if rest.starts_with(RESETS) {
                (RESETS, RESET)
            } else if rest.starts_with(HIDE) {
                let known = std::mem::replace(&mut self.cursor_hidden, true);
                (HIDE, if known { b"" } else { HIDE })
            } else if rest.starts_with(SHOW) {
                let known = !std::mem::replace(&mut self.cursor_hidden, false);
                (SHOW, if known { b"" } else { SHOW })
            } else {
                (&rest[..1], &rest[..1])
            };
            thin.extend_from_slice(kept);
            rest = &rest[taken.len()..];
        }
        thin.extend_from_slice(rest);
        thin
    }
}

impl<W: Write> Write for Thrifty<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        // What was typed may stand in a frame, where the operator asked to see it.
        let thin = zeroize::Zeroizing::new(self.thin());
        zeroize::Zeroize::zeroize(&mut self.frame);
        if thin.is_empty() || self.mute.0.get() {
            return Ok(());
        }
        self.out.write_all(&thin)?;
        self.out.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_terminal_does_not_know_is_sent() {
        let mut thrifty = Thrifty::new(Vec::new(), Mute::default());
        let mut frame = |text: &[&[u8]]| {
            text.iter()
                .for_each(|part| thrifty.write_all(part).unwrap());
            thrifty.flush().unwrap();
            std::mem::take(&mut thrifty.out)
        };
        assert_eq!(
            frame(&[b"a\x1b[1mb", RESETS, HIDE]),
            b"a\x1b[1mb\x1b[0m\x1b[?25l"
        );
        assert_eq!(frame(&[b"c", RESETS, HIDE]), b"c\x1b[0m");
        assert_eq!(frame(&[HIDE]), b"");
        assert_eq!(frame(&[b"d", SHOW, b"\x1b[2;2H"]), b"d\x1b[?25h\x1b[2;2H");
        assert_eq!(frame(&[SHOW, b"e"]), b"e");
        assert_eq!(frame(&[HIDE]), HIDE);
    }

    /// A terminal that is gone.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(rustix::io::Errno::IO.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(rustix::io::Errno::IO.into())
        }
    }

    #[test]
    fn a_terminal_that_is_gone_is_an_error_until_nothing_is_said_any_more() {
        let mute = Mute::default();
        let mut thrifty = Thrifty::new(Gone, mute.clone());
        thrifty.write_all(b"a").unwrap();
        assert!(thrifty.flush().is_err());
        mute.set();
        thrifty.write_all(SHOW).unwrap();
        assert!(thrifty.flush().is_ok());
    }
}
