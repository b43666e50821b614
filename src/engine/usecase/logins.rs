//! Logs in at the mail servers as FreeScout would, with what it reads.
//!
//! Tokens are renewed first (that writes), then what is to be tried is taken out of the session (that reads), and then the
//! tests run without it.

use std::sync::atomic::AtomicBool;
use std::sync::mpsc;

use super::{Notice, Reporter, Stage};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::Place;
use crate::domain::mail::probe::Tested;
use crate::domain::mail::schedule::TestLimits;
use crate::domain::mail::{ConnectionId, Direction};
use crate::engine::mail_test::connections::{self, NotRenewed, PreparedTest};
use crate::engine::mail_test::lockouts::RefusedLogins;
use crate::engine::mail_test::{self, Round, TestEvent};
use crate::engine::recovery;
use crate::engine::session::Session;
use crate::engine::worker::{Entered, PasswordsUsed};
use crate::io::mail::Settings;
use crate::io::mail::oauth::Endpoints;
use crate::io::state::passwords::MailboxName;
use crate::sentences;
use crate::words::untrusted::shown;
use crate::words::words;

/// How often it is said how far the tests are.
const SAY_EVERY: usize = 25;

/// Which logins, with what, and how.
pub struct WantedLogins<'a> {
    /// Which; all of them, where none is named.
    pub which: Option<&'a [ConnectionId]>,
    /// Where expired OAuth tokens are renewed and stored, as FreeScout does at its next fetch; `None` leaves them.
    pub renew: Option<Endpoints>,
    /// Deadlines, authorities, routes.
    pub mail: Settings,
    /// How many at once.
    pub limits: TestLimits,
    /// Also send a mail from each mailbox to itself, and find it again.
    pub send: bool,
}

impl Default for WantedLogins<'_> {
    fn default() -> Self {
        Self {
            which: None,
            renew: Some(Endpoints::default()),
            mail: Settings::of_system(),
            limits: TestLimits::default(),
            send: false,
        }
    }
}

/// The connections of these mailboxes, by id or address; `None` where none is named.
///
/// # Errors
/// A [`Problem`] that names the one there is not.
pub fn named(session: &Session, names: &[String]) -> Result<Option<Vec<ConnectionId>>, Problem> {
    let w = words();
    let mut which = Vec::new();
    for text in names {
        let name = text
            .parse()
            .map_or_else(|_| MailboxName::Email(text.clone()), MailboxName::Id);
        let found = session.inventory.mailboxes.iter().find(|m| name.is(m));
        let Some(mailbox) = found else {
            let what = text!(no_such_mailbox, mailbox = shown(text));
            let all = &session.inventory.mailboxes;
            let next = match all.is_empty() {
                true => w.test_nothing_next.to_owned(),
                false => sentences::many::mailboxes(all),
            };
            return Err(ErrorKind::BadInput.problem(what, "", next));
        };
        which.extend(Direction::BOTH.map(|direction| ConnectionId::of(mailbox.id, direction)));
    }
    Ok((!names.is_empty()).then_some(which))
}

/// Logins that are ready to be tried, without the session: another thread may do it.
pub struct PreparedLogins {
    prepared: Vec<PreparedTest>,
    settings: Settings,
}

impl PreparedLogins {
    /// Takes out of the session what is to be tried; `typed` in place of what is stored there.
    ///
    /// # Errors
    /// A [`Problem`] when the password that was typed is to be the same as one that does not open.
    pub fn prepare(
        session: &Session,
        which: Option<&[ConnectionId]>,
        reading: PasswordsUsed,
        not_renewed: &NotRenewed,
        typed: Option<(Place, Entered)>,
        mail: &Settings,
    ) -> Result<Self, Problem> {
        let mut prepared = connections::prepare(session, which, reading, not_renewed);
        if let Some(typed) = typed
            && let (Some((_, text)), Some(one)) =
                (recovery::texts(session, vec![typed])?.pop(), prepared.pop())
        {
            prepared.push(one.with(text));
        }
        Ok(Self {
            prepared,
            settings: connections::settings(session, mail),
        })
    }

    /// Tries them. `again` also sends what is not sent unasked, as it was refused before.
    pub fn run(
        &self,
        limits: TestLimits,
        memory: &RefusedLogins,
        again: bool,
        cancel: &AtomicBool,
        tell: &(dyn Fn(TestEvent) + Sync),
    ) {
        mail_test::run(
            &self.prepared,
            &self.round(limits, memory, again, cancel, tell),
        );
    }

    fn round<'a>(
        &'a self,
        limits: TestLimits,
        memory: &'a RefusedLogins,
        again: bool,
        cancel: &'a AtomicBool,
        tell: &'a (dyn Fn(TestEvent) + Sync),
    ) -> Round<'a> {
        Round {
            settings: &self.settings,
            limits,
            memory,
            again,
            cancel,
            tell,
        }
    }
}

/// Tries all that is wanted, with what FreeScout reads now. The results come in the order of the mailboxes.
///
/// # Errors
/// A [`Problem`] when it was called off.
pub fn test(
    session: &mut Session,
    wanted: &WantedLogins<'_>,
    reporter: &dyn Reporter,
) -> Result<Vec<Tested>, Problem> {
    let w = words();
    reporter.stage(Stage::Prove);
    let (memory, cancel) = (RefusedLogins::default(), reporter.flag());
    let not_renewed = match &wanted.renew {
        None => NotRenewed::new(),
        Some(endpoints) => connections::renew(session, wanted.which, endpoints, &cancel),
    };
    let reading = PasswordsUsed::InForce;
    let logins = PreparedLogins::prepare(
        session,
        wanted.which,
        reading,
        &not_renewed,
        None,
        &wanted.mail,
    )?;
    let mut tested: Vec<Tested> = Vec::new();
    let (ended, results) = mpsc::channel();
    std::thread::scope(|scope| {
        let (logins, memory, cancel) = (&logins, &memory, &cancel);
        scope.spawn(move || {
            let tell = |heard| {
                if let TestEvent::Ended(tested) = heard {
                    // The receiver listens until the last one.
                    let _ = ended.send(*tested);
                }
            };
            logins.run(wanted.limits, memory, false, cancel, &tell);
        });
        for one in results {
            tested.push(one);
            if tested.len().is_multiple_of(SAY_EVERY) {
                let (done, of) = (tested.len(), logins.prepared.len());
                let what = text!(test_progress, done, of);
                reporter.progress(&what, done as u64, Some(of as u64));
            }
        }
    });
    if reporter.cancelled() {
        return Err(ErrorKind::Cancelled.problem(w.test_stopped, "", ""));
    }
    tested.sort_by_key(|t| (t.id.mailbox.is_none(), t.id));
    if wanted.send {
        let round = logins.round(wanted.limits, &memory, false, &cancel, &|_| {});
        for (mailbox, journey) in mail_test::send_to_itself(&logins.prepared, &tested, &round) {
            let incoming = ConnectionId::of(mailbox, Direction::Incoming);
            if let Some(one) = tested.iter_mut().find(|t| t.id == incoming) {
                one.ended.journey = Some(journey);
            }
        }
    }
    Ok(tested)
}

/// The logins after a change, where that is wished and nobody asked us to end meanwhile.
pub(super) fn prove(
    session: &mut Session,
    wished: bool,
    reporter: &dyn Reporter,
) -> Option<Vec<Tested>> {
    if reporter.cancelled() {
        reporter.notice(Notice::AskedToEnd);
        return None;
    }
    let tested = wished.then(|| test(session, &WantedLogins::default(), reporter));
    tested.and_then(Result::ok)
}
