//! The threads that work for the wizard: one for the jobs, one after the other, and beside it those of connection tests.
//!
//! A job is called off by its flag and reports through one channel. The session, and with it every secret, stays on the
//! first thread; a test's thread gets the password it tries, and nothing else.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::handlers::{Call, Desk};
use super::{Job, JobId, PasswordsUsed, TestJob, Update};
use crate::domain::error::ErrorKind;
use crate::domain::inventory::secret::{SecretBytes, wipe_stack};
use crate::domain::run::bookmark::Bookmark;
use crate::engine::mail_test::connections::{self, NotRenewed};
use crate::engine::usecase::Reporter;
use crate::engine::worker::login_tests::{Message, Tests, Work, lock};
use crate::engine::worker::setup::Setup;
use crate::io::fs::complete::complete;
use crate::io::os::uncut;
use crate::words::words;

/// How long the end of the program waits for what is being called off.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// The handle the wizard's side keeps.
pub struct WorkerHandle {
    // Gone once the work is over.
    messages: RefCell<Option<Sender<Message>>>,
    // Hears the end of the threads, and of what they held.
    ended: Receiver<()>,
    flags: RefCell<HashMap<JobId, Arc<AtomicBool>>>,
    renewing: Arc<Mutex<()>>,
    outbox: Sender<(JobId, Update)>,
    completing: Arc<AtomicBool>,
}

impl WorkerHandle {
    /// Starts the thread. It ends when the handle is dropped and its job is done.
    pub fn start(setup: Setup) -> (Self, Receiver<(JobId, Update)>) {
        let (messages, inbox) = channel();
        let (outbox, updates) = channel();
        let renewing = Arc::new(Mutex::new(()));
        let held = Arc::clone(&renewing);
        let (end, ended) = channel::<()>();
        let told = outbox.clone();
        std::thread::spawn(move || {
            work(setup, inbox, outbox, held, &end);
            wipe_stack();
            // `end` is dropped here: when the other side notices, nothing of the session is left.
        });
        let worker = Self {
            messages: RefCell::new(Some(messages)),
            ended,
            flags: RefCell::default(),
            renewing,
            outbox: told,
            completing: Arc::default(),
        };
        (worker, updates)
    }

    /// Hands over a job.
    pub fn submit(&self, id: JobId, job: Job) {
        self.send(id, Work::Job(job));
    }

    /// Hands over tests.
    pub fn test(&self, id: JobId, test: TestJob) {
        self.send(id, Work::Test(test));
    }

    /// Looks for what a path may become, beside whatever else is done: a folder that does not answer holds nothing up.
    pub fn complete(&self, typed: SecretBytes, folders_only: bool) {
        // One at a time: what is asked for meanwhile is asked for again by whoever still wants it.
        if self.completing.swap(true, Ordering::AcqRel) {
            return;
        }
        let (outbox, completing) = (self.outbox.clone(), Arc::clone(&self.completing));
        let look = move || {
            let completion = complete(typed, folders_only);
            let update = Update::Completed(Box::new(completion));
            let _ = outbox.send((JobId::default(), update));
            completing.store(false, Ordering::Release);
        };
        // Where no thread can be had, nothing is completed.
        if std::thread::Builder::new().spawn(look).is_err() {
            self.completing.store(false, Ordering::Release);
        }
    }

    /// Keeps the wizard's bookmark, or forgets it.
    pub fn remember(&self, bookmark: Option<Bookmark>) {
        self.send(JobId::default(), Work::Remember(bookmark));
    }

    fn send(&self, id: JobId, work: Work) {
        let flag = Arc::new(AtomicBool::new(false));
        let mut flags = self.flags.borrow_mut();
        // A flag that nobody else holds belongs to work that has ended.
        flags.retain(|_, flag| Arc::strong_count(flag) > 1);
        flags.insert(id, Arc::clone(&flag));
        // The thread only ends with the program: what cannot be sent has nobody left to wait for it.
        if let Some(messages) = &*self.messages.borrow() {
            let _ = messages.send(Message { id, work, flag });
        }
    }

    /// Calls off everything and waits for what must not be cut: a token that is being renewed; and for a moment, that
    /// the session and its secrets are gone.
    pub fn finish(&self) {
        for flag in self.flags.borrow().values() {
            flag.store(true, Ordering::Relaxed);
        }
        drop(lock(&self.renewing));
        *self.messages.borrow_mut() = None;
        // A server that does not answer is not waited for: the program ends, and its memory with it.
        let _ = self.ended.recv_timeout(LAST_MOMENT);
        // What is written to the disk is: it hears by itself that it was called off, where it can be.
        uncut::wait();
    }

    /// Asks the job to stop. Jobs that write listen until they write: then they finish or roll back.
    pub fn cancel(&self, id: JobId) {
        if let Some(flag) = self.flags.borrow().get(&id) {
            flag.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for WorkerHandle {
    /// Whatever ends the program, a fault of the screen's too.
    fn drop(&mut self) {
        uncut::wait();
    }
}

/// Does what comes in until nothing more can come.
fn work(
    setup: Setup,
    inbox: Receiver<Message>,
    outbox: Sender<(JobId, Update)>,
    renewing: Arc<Mutex<()>>,
    end: &Sender<()>,
) {
    let mut tests = Tests {
        end: end.clone(),
        inbox,
        put_by: VecDeque::new(),
        outbox: outbox.clone(),
        memory: Arc::default(),
        mail: setup.mail.clone(),
        endpoints: setup.endpoints.clone(),
        renewing,
    };
    let mut desk = Desk {
        setup,
        session: None,
        backup: None,
    };
    while let Some(Message { id, work, flag }) = tests.next() {
        match work {
            Work::Remember(bookmark) => desk.remember(bookmark.as_ref()),
            Work::Job(job) => {
                one_job(&mut desk, job, &Call::new(id, &outbox, &flag, &mut tests));
            }
            Work::Test(test) => {
                let session = desk.session().map(|session| {
                    let not_renewed = match test.reading {
                        PasswordsUsed::InForce => {
                            let which = test.which.as_deref();
                            let _renewing = lock(&tests.renewing);
                            let endpoints = &tests.endpoints;
                            connections::renew(session, which, endpoints, &flag)
                        }
                        PasswordsUsed::Rescued => NotRenewed::new(),
                    };
                    (&*session, not_renewed)
                });
                tests.begin_or_say(session, id, test, &flag);
            }
        }
    }
}

fn one_job(desk: &mut Desk, job: Job, call: &Call<'_>) {
    // A fault of ours must reach the screen, not leave it waiting.
    let outcome = catch_unwind(AssertUnwindSafe(|| desk.run(job, call)));
    let fault = || ErrorKind::Internal.problem(words().our_fault, "", words().our_fault_next);
    match outcome.unwrap_or_else(|_| Err(fault().into())) {
        Ok(()) => {}
        Err(failure) if failure.half_done() => call.send(Update::HalfDone(failure.problem)),
        Err(_) if call.cancelled() => call.send(Update::Cancelled),
        Err(failure) => call.send(Update::Failed(failure.problem)),
    }
    call.send(Update::Done);
}
