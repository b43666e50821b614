//! The thread that reads the keyboard. It ends when it is told to, when the terminal goes away, or when nobody listens,
//! and wipes what it read. What the bytes mean, a face says.

use std::fs::File;
use std::io::{PipeReader, PipeWriter, Read};
use std::os::fd::AsFd;
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use zeroize::{Zeroize, Zeroizing};

use super::decoder::BLOCK;
pub(in crate::tui) use super::decoder::{Decoder, Keystroke};
use crate::domain::inventory::secret::wipe_stack;

/// How long an Esc may be the beginning of something else, over a slow line.
const ESC_ALONE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// Makes of bytes what a face hears.
pub(in crate::tui) trait TakesBytes: Default + 'static {
    /// What is heard.
    type Typed: Send + 'static;

    /// Takes these in.
    fn feed(&mut self, bytes: &[u8]) -> Vec<Self::Typed>;

    /// Whether what it has may be whole, or the beginning of something else.
    fn waits(&self) -> bool {
        false
    }

    /// Nothing followed it.
    fn nothing_followed(&mut self) -> Vec<Self::Typed> {
        Vec::new()
    }
}

impl TakesBytes for Decoder {
    type Typed = Keystroke;

    fn feed(&mut self, bytes: &[u8]) -> Vec<Keystroke> {
        Decoder::feed(self, bytes)
    }

    fn waits(&self) -> bool {
        self.is_esc_alone()
    }

    fn nothing_followed(&mut self) -> Vec<Keystroke> {
        self.esc_was_alone()
    }
}

/// The thread that reads the keyboard.
pub(in crate::tui) struct Keyboard {
    thread: Option<JoinHandle<()>>,
    // Dropped, it ends the thread.
    stop: Option<PipeWriter>,
}

impl Keyboard {
    /// Reads standard input until it ends, `heard` says that nobody listens, or the keyboard is dropped. `None` is the end
    /// of standard input.
    ///
    /// # Errors
    /// What the system says.
    pub(in crate::tui) fn listen<D: TakesBytes>(
        heard: impl Fn(Option<D::Typed>) -> bool + Send + 'static,
    ) -> std::io::Result<Self> {
        let terminal = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
        let (stopped, stop) = std::io::pipe()?;
        let thread = std::thread::spawn(move || {
            read::<D>(terminal, &stopped, &heard);
            wipe_stack();
        });
        Ok(Self {
            thread: Some(thread),
            stop: Some(stop),
        })
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It can only have ended by a fault of ours, which the panic hook has reported.
            let _ = thread.join();
        }
    }
}

fn read<D: TakesBytes>(
    mut terminal: File,
    stopped: &PipeReader,
    heard: &dyn Fn(Option<D::Typed>) -> bool,
) {
    let mut decoder = D::default();
    let mut block = Zeroizing::new(vec![0; BLOCK]);
    loop {
        let alone = decoder.waits().then_some(&ESC_ALONE);
        let mut watched = [
            PollFd::new(&terminal, PollFlags::IN),
            PollFd::new(stopped, PollFlags::IN),
        ];
        let inputs = match poll(&mut watched, alone) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => break,
            Ok(0) => decoder.nothing_followed(),
            Ok(_) if !watched[1].revents().is_empty() => return,
            Ok(_) => match terminal.read(&mut block) {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => break,
                Ok(read) => {
                    let inputs = decoder.feed(&block[..read]);
                    block[..read].zeroize();
                    inputs
                }
            },
        };
        for input in inputs {
            if !heard(Some(input)) {
                return;
            }
        }
    }
    heard(None);
}
