//! A connection on a thread of its own, and its caller, which waits for it: with the rights of the web user, a bound of
//! time and one of bytes.
//!
//! The thread is made with those rights and keeps them, so that a server at the other end of a socket sees the web user,
//! as it does when FreeScout connects. What the thread does not answer in time, it does not answer at all.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use super::change::Transaction;
use super::error::{StoreError, SwapError};
use super::standing::Foreign;
use super::store::{LockAnswer, Server, Store, Stored, Swap};
use super::watch::{Bounds, Watch};
use crate::domain::inventory::secret::wipe_stack;
use crate::io::os::as_user;
use crate::io::os::spawn::Account;
use crate::words::words;

/// How much longer we wait than the connection does: its own words say more.
const GRACE: Duration = Duration::from_secs(1);
/// How long a connection may take to be closed.
const CLOSING: Duration = Duration::from_secs(5);
/// Rows are handed over by so many, or by so many bytes.
const ROWS: usize = 256;
const BYTES: usize = 1 << 18;

/// What the thread of a connection is called.
const THREAD: &str = "database";

/// For `main` alone: a library that a server's answer brings down says so where the answer is waited for, in our words.
pub fn hush() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() != Some(THREAD) {
            before(panic);
        }
    }));
}

type Request = Box<dyn FnOnce(&mut dyn Transaction) + Send>;
type ReadRow = (u64, Vec<Stored>);

/// An open connection.
pub(super) struct ThreadedConnection {
    /// `None` once the connection is of no use.
    requests: Option<Sender<Request>>,
    /// Whose other end the thread drops when it ends.
    ended: Receiver<()>,
    watch: Arc<Watch>,
    server: String,
    together: Option<Together>,
}

/// Pieces of work that share their bounds.
#[derive(Clone, Copy)]
struct Together {
    whole: Bounds,
    left: Bounds,
}

/// A connection that was given up.
fn broken() -> StoreError {
    StoreError::Unreachable(words().error_database_given_up.to_owned().into())
}

/// A connection whose library ended its thread.
fn odd() -> StoreError {
    StoreError::Unreachable(words().error_database_odd.to_owned().into())
}

fn refused(error: &std::io::Error) -> StoreError {
    StoreError::Query(error.to_string().into())
}

impl ThreadedConnection {
    /// Connects on a new thread with the rights of this account, where we are root; `None` is our own rights.
    pub(super) fn open<S: Transaction + 'static>(
        account: Option<Account>,
        connect: impl FnOnce(&Arc<Watch>) -> Result<S, StoreError> + Send + 'static,
    ) -> Result<Self, StoreError> {
        let watch = Arc::new(Watch::new(Bounds::CONNECTING));
        let (requests, asked) = channel::<Request>();
        let (opened, opening) = oneshot::channel();
        let (ends, ended) = sync_channel::<()>(1);
        let watched = Arc::clone(&watch);
        let work = move || {
            let _ends = ends;
            let mut store = match connect(&watched) {
                Ok(store) => store,
                Err(error) => {
                    let _ = opened.send(Err(error));
                    return;
                }
            };
            if opened.send(Ok(store.server().to_owned())).is_err() {
                return;
            }
            wipe_stack();
            for request in asked {
                request(&mut store);
            }
            drop(store);
            wipe_stack();
        };
        let spawn = || {
            std::thread::Builder::new()
                .name(THREAD.to_owned())
                .spawn(work)
        };
        // A new thread has the rights of the one that makes it.
        let spawned = match account {
            Some(account) => as_user::with(account, spawn).map_err(|e| refused(&e))?,
            None => spawn(),
        };
        spawned.map_err(|e| refused(&e))?;
        let server = match opening.recv_timeout(watch.time_left() + GRACE) {
            Ok(opened) => opened?,
            Err(oneshot::RecvTimeoutError::Timeout) => {
                watch.give_up();
                return Err(watch.late());
            }
            Err(oneshot::RecvTimeoutError::Disconnected) => return Err(odd()),
        };
        Ok(Self {
            requests: Some(requests),
            ended,
            watch,
            server,
            together: None,
        })
    }

    /// Begins a piece of work, within what is left of those it belongs to.
    fn begin(&self, own: Bounds) {
        match self.together {
            Some(Together { whole, left }) => self.watch.begin(left, whole),
            None => self.watch.begin(own, own),
        }
    }

    /// Ends a piece of work: takes what it cost from those it belongs to.
    fn end(&mut self, began: Instant) {
        if let Some(together) = &mut self.together {
            together.left = Bounds {
                time: together.left.time.saturating_sub(began.elapsed()),
                bytes: self.watch.bytes_left(),
            };
        }
        if self.watch.is_over() {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        self.watch.give_up();
        self.requests = None;
    }

    fn send(&self, request: Request) -> Result<(), StoreError> {
        let requests = self.requests.as_ref().ok_or_else(broken)?;
        requests.send(request).map_err(|_| odd())
    }

    /// What the wait for an answer ended with. The watch knows the time.
    fn missed(&self, error: RecvTimeoutError) -> StoreError {
        match error {
            RecvTimeoutError::Timeout => self.watch.late(),
            RecvTimeoutError::Disconnected => odd(),
        }
    }

    fn ask<T: Send + 'static>(
        &mut self,
        own: Bounds,
        work: impl FnOnce(&mut dyn Transaction) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        self.begin(own);
        let (answer, answered) = oneshot::channel();
        self.send(Box::new(move |store| {
            let _ = answer.send(work(store));
        }))?;
        let answer = answered.recv_timeout(self.watch.time_left() + GRACE);
        let answer = answer.map_err(|error| match error {
            oneshot::RecvTimeoutError::Timeout => self.missed(RecvTimeoutError::Timeout),
            oneshot::RecvTimeoutError::Disconnected => odd(),
        });
        if answer.is_err() {
            self.give_up();
        }
        self.end(began);
        answer
    }

    /// A step of a change of so many texts. It has bounds of its own: it must not end because others took long.
    fn change<T: Send + 'static>(
        &mut self,
        texts: usize,
        work: impl FnOnce(&mut dyn Transaction) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let together = self.together.take();
        let answer = self.ask(Bounds::change(texts), work);
        self.together = together;
        answer
    }
}

impl Drop for ThreadedConnection {
    fn drop(&mut self) {
        let open = self.requests.take().is_some();
        // Closing a file may write; what was given up is not waited for.
        if open && self.ended.recv_timeout(CLOSING) == Err(RecvTimeoutError::Timeout) {
            self.watch.give_up();
        }
    }
}

/// Rows on their way, gathered so that not each of them wakes somebody.
struct Gathered {
    rows: Vec<ReadRow>,
    bytes: usize,
    to: SyncSender<Arrived>,
}

enum Arrived {
    Rows(Vec<ReadRow>),
    End(Result<(), StoreError>),
}

impl Gathered {
    /// Says whether anybody still waits for them.
    fn add(&mut self, row: ReadRow) -> bool {
        let lengths = row.1.iter().filter_map(Stored::text).map(<[u8]>::len);
        self.bytes += lengths.sum::<usize>();
        self.rows.push(row);
        let enough = self.rows.len() >= ROWS || self.bytes >= BYTES;
        !enough || self.hand_over()
    }

    fn hand_over(&mut self) -> bool {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        self.to.send(Arrived::Rows(rows)).is_ok()
    }
}

impl Server for ThreadedConnection {
    fn server(&self) -> &str {
        &self.server
    }

    fn foreign(&mut self, table: &str) -> Result<Option<Foreign>, StoreError> {
        let table = table.to_owned();
        self.ask(Bounds::KEPT, move |store| store.foreign(&table))?
    }

    fn columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        let table = table.to_owned();
        self.ask(Bounds::KEPT, move |store| store.columns(&table))?
    }

    fn read(
        &mut self,
        table: &str,
        columns: &[&str],
        newest: Option<u32>,
        each: &mut dyn FnMut(u64, Vec<Stored>),
    ) -> Result<(), StoreError> {
        let began = Instant::now();
        self.begin(Bounds::KEPT);
        let (to, arriving) = sync_channel(4);
        let table = table.to_owned();
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
        let watch = Arc::clone(&self.watch);
        self.send(Box::new(move |store| {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            let mut gathered = Gathered {
                rows: Vec::new(),
                bytes: 0,
                to,
            };
            let read = store.read(&table, &columns, newest, &mut |id, values| {
                if !gathered.add((id, values)) {
                    watch.give_up();
                }
            });
            gathered.hand_over();
            let _ = gathered.to.send(Arrived::End(read));
        }))?;
        let outcome = loop {
            match arriving.recv_timeout(self.watch.time_left() + GRACE) {
                Ok(Arrived::Rows(rows)) => rows.into_iter().for_each(|(id, row)| each(id, row)),
                Ok(Arrived::End(read)) => break read,
                Err(error) => break Err(self.missed(error)),
            }
        };
        self.end(began);
        outcome
    }

    fn transactional(&mut self, table: &str) -> Result<bool, StoreError> {
        let table = table.to_owned();
        self.ask(Bounds::KEPT, move |store| store.transactional(&table))?
    }

    fn claim(&mut self) -> Result<LockAnswer, StoreError> {
        self.ask(Bounds::CONNECTING, |store| store.claim())?
    }

    fn still_claimed(&mut self) -> bool {
        self.ask(Bounds::AWAKE, |store| store.still_claimed())
            .unwrap_or(false)
    }
}

impl Store for ThreadedConnection {
    fn together(&mut self, bounds: Option<Bounds>) {
        self.together = bounds.map(|whole| Together { whole, left: whole });
    }

    fn given_up(&self) -> bool {
        self.requests.is_none()
    }

    fn hold(&mut self, rows: &[Swap]) -> Result<(), StoreError> {
        let rows = rows.to_vec();
        self.change(rows.len(), move |store| store.hold_rows(&rows))?
    }

    fn exchange(&mut self, swaps: &[Swap]) -> Result<(), SwapError> {
        let swaps = swaps.to_vec();
        self.change(swaps.len(), move |store| store.exchange_rows(&swaps))?
    }

    fn commit(&mut self) -> Result<(), SwapError> {
        match self.change(0, |store| store.commit_rows()) {
            Ok(answer) => answer,
            Err(error) if self.watch.committing() => Err(SwapError::Unknown(error)),
            Err(error) => Err(SwapError::Store(error)),
        }
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.change(0, |store| store.take_back())?
    }
}
