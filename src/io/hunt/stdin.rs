//! Standard input, which may keep us waiting: whether the search was cancelled is asked meanwhile.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::io::files;

/// How long it is waited before that is asked again, in nanoseconds.
const PATIENCE: i64 = 100_000_000;

/// Standard input, until the search is cancelled.
pub(super) struct Patient<'a> {
    input: File,
    cancel: &'a dyn Fn() -> bool,
}

impl<'a> Patient<'a> {
    /// # Errors
    /// The system's, where there is no standard input.
    pub(super) fn new(cancel: &'a dyn Fn() -> bool) -> Result<Self> {
        Ok(Self {
            input: files::stdin()?,
            cancel,
        })
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let patience = Timespec {
            tv_sec: 0,
            tv_nsec: PATIENCE,
        };
        loop {
            if (self.cancel)() {
                return Err(Error::from(ErrorKind::ConnectionAborted));
            }
            let mut waiting = [PollFd::new(&self.input, PollFlags::IN)];
            match poll(&mut waiting, Some(&patience)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(rustix::io::read(&self.input, buffer)?),
                Err(e) => return Err(e.into()),
            }
        }
    }
}
