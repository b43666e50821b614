//! Brings an install back: locked, backed up, planned, applied, proven, in this order, whichever face asks for it.

use std::collections::BTreeSet;

use super::backup::before_change;
use super::given::require_use;
use super::{Refused, Reporter, Stage, lock_for_change, logins, plan, resend};
use crate::domain::error::Problem;
use crate::domain::hunt::old_payloads::standing::TakenUnseen;
use crate::domain::inventory::secret::{Place, SecretBytes};
use crate::domain::mail::probe::Tested;
use crate::domain::plan::{Choices, Plan, Strategy};
use crate::domain::verdict::assessment::Assessment;
use crate::engine::hunt::Looking;
use crate::engine::recovery::apply::Order;
use crate::engine::recovery::run_log::Ledger;
use crate::engine::recovery::{self, anew};
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::engine::worker::{Applied, Entered, PlanReady};
use crate::io::state::backup::Backup;
use crate::io::state::passwords::PasswordLine;

/// How somebody wants an install to be brought back who will not be asked anything.
pub struct Wishes {
    /// The strategy; `None` takes the recommended one.
    pub strategy: Option<Strategy>,
    /// New passwords.
    pub passwords: Vec<PasswordLine>,
    /// Whether older passwords are taken where one is lost, as far as they are certain.
    pub take_older: bool,
}

/// What a recovery without questions will do, worked out on what was read.
pub struct Unattended {
    /// How things stood.
    pub before: Assessment,
    /// Where an older password is taken.
    pub older_places: BTreeSet<Place>,
    /// Where a password is entered, an older one included.
    pub choices: Choices,
    strategy: Option<Strategy>,
    entered: Vec<(Place, SecretBytes)>,
    older: Vec<TakenUnseen>,
}

/// Works it out. Nothing is written.
///
/// # Errors
/// [`Refused`]: a given key is of no use, or a password belongs nowhere.
pub fn prepare(session: &Session, wishes: Wishes) -> Result<Unattended, Refused> {
    let before = session.assess();
    require_use(session, &before).map_err(Refused::unchanged)?;
    let entered = recovery::places(&before, wishes.passwords).map_err(Refused::NotStarted)?;
    let older = match wishes.take_older {
        true => recovery::older(&before, &entered),
        false => Vec::new(),
    };
    let older_places: BTreeSet<Place> = older.iter().map(|taken| taken.place().clone()).collect();
    let given = entered.iter().map(|(place, _)| place.clone());
    let choices = Choices {
        entered: given.chain(older_places.iter().cloned()).collect(),
        ..Choices::default()
    };
    Ok(Unattended {
        before,
        older_places,
        choices,
        strategy: wishes.strategy,
        entered,
        older,
    })
}

/// The plan of a recovery without questions. Nothing is written.
///
/// # Errors
/// [`Refused`]: there is none that can be carried out.
pub fn foresee(
    session: &mut Session,
    unattended: &Unattended,
    artisan: bool,
) -> Result<PlanReady, Refused> {
    let Unattended {
        strategy, choices, ..
    } = unattended;
    plan::plan(session, *strategy, choices, artisan)
        .map_err(|why| Refused::unchanged(why.problem()))
}

/// What is carried out.
pub enum Orders<'a> {
    /// What comes of these wishes, unseen: it is planned on exactly what is backed up now.
    Unattended(&'a mut Unattended),
    /// The plan that was shown, the passwords for it, and the backup that was made before it. What was saved since is
    /// never overwritten.
    Confirmed {
        /// The plan.
        plan: &'a Plan,
        /// The passwords for its `Enter` steps.
        entered: Vec<(Place, Entered)>,
        /// The backup.
        backup: &'a Backup,
    },
}

/// How it is carried out.
pub struct Terms<'a> {
    /// Where our backups and the journal are.
    pub options: &'a Options,
    /// Run FreeScout's own cache command.
    pub artisan: bool,
    /// Restart workers even where their memory could not be searched.
    pub restart_anyway: bool,
    /// Try every login afterwards. The wizard does that as a job of its own.
    pub prove: bool,
    /// What else has to be done, and may refuse it, once the install is locked and there is a plan: before anything is
    /// backed up or written.
    pub first: Option<&'a FirstOf<'a>>,
}

/// What is done before a recovery begins to write.
pub type FirstOf<'a> = dyn Fn(&Session) -> Result<(), Problem> + 'a;

/// A recovery that was carried out.
pub struct Recovered {
    /// What it came to.
    pub applied: Applied,
    /// The logins, where they were made.
    pub tested: Option<Vec<Tested>>,
}

/// Carries it out.
///
/// # Errors
/// [`Refused`]; where another plan is possible now, the failure holds it.
pub fn recover(
    session: &mut Session,
    confirmed: Orders<'_>,
    terms: &Terms<'_>,
    reporter: &dyn Reporter,
) -> Result<Recovered, Refused> {
    let Terms {
        options, artisan, ..
    } = *terms;
    let mut ledger = lock_for_change(session, options, reporter).map_err(Refused::NotStarted)?;
    ledger.require_finished().map_err(Refused::NotStarted)?;
    let first = |session: &Session| match terms.first {
        Some(first) => first(session).map_err(Refused::unchanged),
        None => Ok(()),
    };
    let (made, ready);
    let (plan, entered, backup) = match confirmed {
        Orders::Confirmed {
            plan,
            entered,
            backup,
        } => {
            let entered = recovery::texts(session, entered).map_err(Refused::unchanged)?;
            first(session)?;
            (plan, entered, backup)
        }
        Orders::Unattended(unattended) => {
            // What cannot be carried out is refused before anything is written for it.
            foresee(session, unattended, artisan)?;
            first(session)?;
            made = before_change(session, options, reporter).map_err(Refused::unchanged)?;
            let older = recovery::take(session, std::mem::take(&mut unattended.older));
            let mut entered = std::mem::take(&mut unattended.entered);
            entered.extend(older.map_err(Refused::unchanged)?);
            reporter.stage(Stage::Plan);
            ready = foresee(session, unattended, artisan)?;
            (&ready.plan, entered, &made)
        }
    };
    let mut applied = apply(
        session,
        &mut ledger,
        &Order {
            plan,
            entered: &entered,
            backup,
            artisan,
            cancel: &|| reporter.cancelled(),
        },
        terms.restart_anyway,
        reporter,
    )?;
    drop(entered);
    applied.notes.extend(resend::notes(session, options));
    let tested = logins::prove(session, terms.prove, reporter);
    Ok(Recovered { applied, tested })
}

/// The change itself.
fn apply(
    session: &mut Session,
    ledger: &mut Ledger,
    order: &Order<'_>,
    restart_anyway: bool,
    reporter: &dyn Reporter,
) -> Result<Applied, Refused> {
    reporter.stage(Stage::Apply);
    let known = session.ring.iter().count();
    let restart_always = session.restart_anyway;
    session.restart_anyway |= restart_anyway;
    let mut progress = |what: &str, done, of| reporter.progress(what, done, of);
    let applied = anew::apply(session, ledger, order, &mut progress);
    session.restart_anyway = restart_always;
    let found = session.ring.iter().count() > known;
    applied.map_err(|failure| {
        if found || failure.meanwhile || failure.plan.is_some() {
            reporter.found(session, Looking::Found);
        }
        failure.into()
    })
}
