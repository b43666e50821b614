//! Connection tests, each on a thread of its own that gets the password it tries and nothing else of the session; and the
//! messages that wait while they are begun.

use std::collections::VecDeque;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Job, JobId, TestJob, Update};
use crate::domain::error::Problem;
use crate::domain::inventory::secret::wipe_stack;
use crate::domain::mail::schedule::TestLimits;
use crate::domain::run::bookmark::Bookmark;
use crate::engine::mail_test::TestEvent;
use crate::engine::mail_test::connections::NotRenewed;
use crate::engine::mail_test::lockouts::RefusedLogins;
use crate::engine::session::Session;
use crate::engine::usecase::logins::PreparedLogins;
use crate::io::mail::Settings;
use crate::io::mail::oauth::Endpoints;

/// Work, its name, and the flag that calls it off.
pub(super) struct Message {
    pub(super) id: JobId,
    pub(super) work: Work,
    pub(super) flag: Arc<AtomicBool>,
}

pub(super) enum Work {
    Job(Job),
    Test(TestJob),
    Remember(Option<Bookmark>),
}

pub(super) fn lock(mutex: &Mutex<()>) -> MutexGuard<'_, ()> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Connection tests, on threads of their own. They are also begun while a search goes on.
pub(super) struct Tests {
    pub(super) inbox: Receiver<Message>,
    pub(super) put_by: VecDeque<Message>,
    pub(super) outbox: Sender<(JobId, Update)>,
    pub(super) memory: Arc<RefusedLogins>,
    pub(super) mail: Settings,
    pub(super) endpoints: Endpoints,
    /// Held while tokens are renewed: new ones must be stored before the program ends.
    pub(super) renewing: Arc<Mutex<()>>,
    /// Held by every thread that has secrets in its hands.
    pub(super) end: Sender<()>,
}

impl Tests {
    /// The next job, once there is one.
    pub(super) fn next(&mut self) -> Option<Message> {
        self.put_by.pop_front().or_else(|| self.inbox.recv().ok())
    }

    /// Begins the tests that were asked for meanwhile; jobs wait for their turn.
    pub(super) fn serve(&mut self, session: &Session) {
        while let Ok(message) = self.inbox.try_recv() {
            match message.work {
                Work::Test(test) => {
                    // Nothing is renewed in the middle of a search.
                    let session = Ok((session, NotRenewed::new()));
                    self.begin_or_say(session, message.id, test, &message.flag);
                }
                work @ (Work::Job(_) | Work::Remember(_)) => {
                    self.put_by.push_back(Message { work, ..message })
                }
            }
        }
    }

    pub(super) fn begin_or_say(
        &self,
        session: Result<(&Session, NotRenewed), Problem>,
        id: JobId,
        test: TestJob,
        flag: &Arc<AtomicBool>,
    ) {
        let begun = session
            .and_then(|(session, not_renewed)| self.begin(session, &not_renewed, id, test, flag));
        if let Err(problem) = begun {
            let _ = self.outbox.send((id, Update::Failed(problem)));
            let _ = self.outbox.send((id, Update::Done));
        }
    }

    fn begin(
        &self,
        session: &Session,
        not_renewed: &NotRenewed,
        id: JobId,
        test: TestJob,
        flag: &Arc<AtomicBool>,
    ) -> Result<(), Problem> {
        let which = test.which.as_deref();
        let logins = PreparedLogins::prepare(
            session,
            which,
            test.reading,
            not_renewed,
            test.typed,
            &self.mail,
        )?;
        let (again, end) = (test.again, self.end.clone());
        let (memory, cancel, outbox) = (
            Arc::clone(&self.memory),
            Arc::clone(flag),
            self.outbox.clone(),
        );
        std::thread::spawn(move || {
            let tell = |heard| {
                let update = match heard {
                    TestEvent::At(connection, rung) => Update::Probing(connection, rung),
                    TestEvent::Ended(tested) => Update::Tested(tested),
                };
                let _ = outbox.send((id, update));
            };
            logins.run(TestLimits::default(), &memory, again, &cancel, &tell);
            drop(logins);
            wipe_stack();
            drop(end);
            let _ = outbox.send((id, Update::Done));
        });
        Ok(())
    }
}
