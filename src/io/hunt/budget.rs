//! What one file may unpack to, counted where it is unpacked: also what is stepped over costs time.

use std::cell::Cell;
use std::io::{Error, Read, Result};
use std::rc::Rc;

/// Bytes that one file may still unpack to, all its members together.
#[derive(Clone)]
pub(super) struct Budget(Rc<(Cell<u64>, Cell<bool>)>);

impl Budget {
    pub(super) fn new(bytes: u64) -> Self {
        Self(Rc::new((Cell::new(bytes), Cell::new(false))))
    }

    /// Whether more was unpacked than allowed.
    pub(super) fn exceeded(&self) -> bool {
        self.0.1.get()
    }

    fn spend(&self, bytes: u64) -> Result<()> {
        match self.0.0.get().checked_sub(bytes) {
            Some(left) => self.0.0.set(left),
            None => self.0.1.set(true),
        }
        if self.exceeded() {
            return Err(Error::from(std::io::ErrorKind::QuotaExceeded));
        }
        Ok(())
    }
}

/// Something that unpacks, within a budget and until it is cancelled.
pub(super) struct Metered<'a, R> {
    inner: R,
    budget: Budget,
    cancel: &'a dyn Fn() -> bool,
}

impl<'a, R> Metered<'a, R> {
    pub(super) fn new(inner: R, budget: &Budget, cancel: &'a dyn Fn() -> bool) -> Self {
        Self {
            inner,
            budget: budget.clone(),
            cancel,
        }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if (self.cancel)() {
            return Err(Error::from(std::io::ErrorKind::ConnectionAborted));
        }
        let read = self.inner.read(buffer)?;
        self.budget.spend(read as u64)?;
        Ok(read)
    }
}
