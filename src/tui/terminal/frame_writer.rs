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
            } else if let Some(style) = style(rest) {
                thin.extend(plain_colours(style));
                (style, b"")
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

/// The sequence at the beginning that sets colours or attributes, where there is one.
fn style(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b"\x1b[")?;
    let is_of_it = |b: &u8| b.is_ascii_digit() || *b == b';';
    let end = rest.iter().position(|b| !is_of_it(b))?;
    (rest.get(end) == Some(&b'm')).then(|| &text[..end + 3])
}

/// The same sequence with the first sixteen colours as every terminal knows them, where crossterm numbers them among 256.
fn plain_colours(style: &[u8]) -> Vec<u8> {
    let inner = std::str::from_utf8(&style[2..style.len() - 1]).unwrap_or_default();
    let mut numbers = inner.split(';').peekable();
    let mut plain: Vec<String> = Vec::new();
    while let Some(number) = numbers.next() {
        let ground = match number {
            "38" => 30,
            "48" => 40,
            _ => {
                plain.push(number.to_owned());
                continue;
            }
        };
        if numbers.peek() != Some(&"5") {
            // Three numbers of a colour of its own.
            plain.push(number.to_owned());
            plain.extend(numbers.by_ref().take(4).map(str::to_owned));
            continue;
        }
        let colour = numbers.nth(1).unwrap_or_default();
        match colour.parse::<u16>() {
            Ok(dark @ 0..8) => plain.push((ground + dark).to_string()),
            Ok(bright @ 8..16) => plain.push((ground + 60 + bright - 8).to_string()),
            _ => plain.extend([number, "5", colour].map(str::to_owned)),
        }
    }
    format!("\x1b[{}m", plain.join(";")).into_bytes()
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

    #[test]
    fn the_first_sixteen_colours_are_sent_as_every_terminal_knows_them() {
        let mut thrifty = Thrifty::new(Vec::new(), Mute::default());
        for (drawn, sent) in [
            ("\x1b[38;5;2;49mx", "\x1b[32;49mx"),
            ("\x1b[38;5;8mx\x1b[1m", "\x1b[90mx\x1b[1m"),
            ("\x1b[39;48;5;14m", "\x1b[39;106m"),
            ("\x1b[38;5;178;49m", "\x1b[38;5;178;49m"),
            ("\x1b[38;2;5;6;7;49m", "\x1b[38;2;5;6;7;49m"),
            ("\x1b[7m\x1b[2;2Hm", "\x1b[7m\x1b[2;2Hm"),
            ("\x1b[0m", "\x1b[0m"),
        ] {
            thrifty.write_all(drawn.as_bytes()).unwrap();
            thrifty.flush().unwrap();
            let out = std::mem::take(&mut thrifty.out);
            assert_eq!(String::from_utf8(out).unwrap(), sent);
        }
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
