//! A pipe or terminal that may keep us waiting: whether the search was cancelled is asked meanwhile.

use std::io::{Error, ErrorKind, Read, Result};
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// How long it is waited before that is asked again, in nanoseconds: a tenth of a second.
const PATIENCE: i64 = 100_000_000;

/// Whether to wait no longer.
pub(super) type Cancel<'a> = &'a dyn Fn() -> bool;

/// What comes in, until it is said to wait no longer.
pub(super) struct CancellableReader<'a, F> {
    pub(super) input: F,
    pub(super) cancel: Cancel<'a>,
}

impl<F: AsFd> Read for CancellableReader<'_, F> {
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
