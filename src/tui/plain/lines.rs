//! What the terminal sends, a line at a time, and the terminal itself: it edits the lines, and is silent while a secret is
//! typed. Whatever ends the program, it shows again what is typed.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::Instant;

use rustix::termios::{
    InputModes, LocalModes, OptionalActions, OutputModes, Termios, tcgetattr, tcgetwinsize,
    tcsetattr,
};
use zeroize::{Zeroize, Zeroizing};

use crate::tui::terminal::keyboard::TakesBytes;
use crate::tui::terminal::on_panic;

/// Of a longer line only this much is kept: no field holds as much.
const MOST: usize = 8 << 10;

/// A line that was typed.
pub(super) struct TypedText {
    /// Its text, without its end.
    pub(super) text: Zeroizing<Vec<u8>>,
    /// When it came.
    pub(super) at: Instant,
}

/// Makes lines of bytes.
pub(super) struct TypedLines {
    pending: Zeroizing<Vec<u8>>,
}

impl Default for TypedLines {
    fn default() -> Self {
        Self {
            pending: Zeroizing::new(Vec::with_capacity(MOST)),
        }
    }
}

impl TakesBytes for TypedLines {
    type Typed = TypedText;

    fn feed(&mut self, bytes: &[u8]) -> Vec<TypedText> {
        let mut lines = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' => {
                    let text = Zeroizing::new(self.pending.to_vec());
                    self.pending.zeroize();
                    let at = Instant::now();
                    lines.push(TypedText { text, at });
                }
                // Its room is taken once: a growing buffer would leave copies behind.
                byte if self.pending.len() < MOST => self.pending.push(*byte),
                _ => {}
            }
        }
        lines
    }
}

/// The terminal as it edits lines. Dropped, it is as it was before.
pub(super) struct LineTerminal {
    input: File,
    // Not by way of Rust's own standard output, whose buffer lives as long as the program: what the operator asks to see of
    // a password would stay in it.
    output: File,
    before: Termios,
    silent: bool,
}

impl LineTerminal {
    /// Takes the terminal; a panic on this thread gives it back first.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn open() -> io::Result<Self> {
        let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        let before = tcgetattr(&input)?;
        let (again, as_before) = (input.try_clone()?, before.clone());
        on_panic(move || {
            let _ = tcsetattr(&again, OptionalActions::Flush, &as_before);
        });
        let terminal = Self {
            input,
            output,
            before,
            silent: false,
        };
        terminal.set(OptionalActions::Now)?;
        Ok(terminal)
    }

    /// Sets what is wanted of it now, also where a program before us left it otherwise.
    fn set(&self, when: OptionalActions) -> io::Result<()> {
        let mut wanted = self.before.clone();
        wanted.input_modes.insert(InputModes::ICRNL);
        wanted
            .output_modes
            .insert(OutputModes::OPOST | OutputModes::ONLCR);
        wanted
            .local_modes
            .insert(LocalModes::ICANON | LocalModes::ISIG | LocalModes::ECHO | LocalModes::ECHOE);
        if self.silent {
            wanted.local_modes.remove(LocalModes::ECHO);
            // That the line ended is seen.
            wanted.local_modes.insert(LocalModes::ECHONL);
        }
        Ok(tcsetattr(&self.input, when, &wanted)?)
    }

    /// Whether what is typed is shown from now on. What was typed before a secret is asked for is no answer to it.
    ///
    /// # Errors
    /// When the terminal went away.
    pub(super) fn silence(&mut self, silent: bool) -> io::Result<()> {
        if silent == self.silent {
            return Ok(());
        }
        self.silent = silent;
        self.set(match silent {
            true => OptionalActions::Flush,
            false => OptionalActions::Now,
        })
    }

    /// Writes a text.
    ///
    /// # Errors
    /// When the terminal went away.
    pub(super) fn say(&mut self, text: &str) -> io::Result<()> {
        self.output.write_all(text.as_bytes())
    }

    /// Its columns, where it knows them.
    pub(super) fn columns(&self) -> Option<u16> {
        let size = tcgetwinsize(&self.output).ok()?;
        (size.ws_col > 0).then_some(size.ws_col)
    }

    /// Gives it back for as long as the program is stopped. The beginning of a secret is nothing for the shell, which would
    /// show it.
    pub(super) fn lend(&self) {
        let when = match self.silent {
            true => OptionalActions::Flush,
            false => OptionalActions::Now,
        };
        let _ = tcsetattr(&self.input, when, &self.before);
    }

    /// Takes it again.
    ///
    /// # Errors
    /// When the terminal went away.
    pub(super) fn take_again(&self) -> io::Result<()> {
        self.set(OptionalActions::Now)
    }
}

impl Drop for LineTerminal {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing put back.
        self.lend();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_they_were_cut() {
        let mut lines = TypedLines::default();
        assert!(lines.feed(b"app").is_empty());
        let two = lines.feed(b"ly\n\nre");
        let texts: Vec<&[u8]> = two.iter().map(|line| line.text.as_slice()).collect();
        assert_eq!(texts, [&b"apply"[..], b""]);
        assert_eq!(lines.feed(b"st\n")[0].text.as_slice(), b"rest");
        let long = lines.feed(&[vec![b'x'; 2 * MOST], b"\n".to_vec()].concat());
        assert_eq!(long[0].text.len(), MOST);
    }
}
