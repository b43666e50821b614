//! The connections that are open: no more than a bound, and all ended when the house closes.
//!
//! A thread that serves a guest sits in a read most of its time. What wakes it is its socket being shut down, for which
//! a second handle of each socket lies here.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long leaving guests are waited for: they have nothing left to do, so this is never reached but on a stuck machine.
const FAREWELL: Duration = Duration::from_secs(2);

/// The guest book.
pub(super) struct Guests {
    most: usize,
    book: Mutex<Book>,
    left: Condvar,
}

#[derive(Default)]
struct Book {
    closed: bool,
    number: u64,
    open: HashMap<u64, TcpStream>,
}

/// A guest's stay, which ends when this is dropped.
pub(super) struct Stay {
    guests: Arc<Guests>,
    number: u64,
}

impl Guests {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            book: Mutex::default(),
            left: Condvar::new(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.book().closed
    }

    /// Lets a guest in, unless the house is full or closed.
    pub(super) fn enter(self: &Arc<Self>, stream: &TcpStream) -> Option<Stay> {
        let handle = stream.try_clone().ok()?;
        let mut book = self.book();
        if book.closed || book.open.len() >= self.most {
            return None;
        }
        book.number += 1;
        let number = book.number;
        book.open.insert(number, handle);
        Some(Stay {
            guests: Arc::clone(self),
            number,
        })
    }

    /// From here on nobody is let in.
    pub(super) fn close(&self) {
        self.book().closed = true;
    }

    /// Ends every connection and waits until the guests are gone.
    pub(super) fn see_off(&self) {
        let book = self.book();
        for stream in book.open.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let _ = self
            .left
            .wait_timeout_while(book, FAREWELL, |book| !book.open.is_empty());
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.guests.book().open.remove(&self.number);
        self.guests.left.notify_all();
    }
}
