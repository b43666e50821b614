//! The whole recovery without a screen: choices to a plan, passwords to places, a plan to its rehearsal.

pub mod anew;
pub mod apply;
pub mod backup;
pub mod change;
pub mod clock;
pub mod commands;
pub mod config_cache;
pub mod disk_trouble;
pub mod file_change;
pub mod give_up;
pub mod key_file;
pub mod prepare;
mod reconcile;
pub mod restore;
pub mod resume;
pub mod run_log;
pub mod undo;
pub mod verify;

use crate::domain::config::rules::StorageRule;
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::hunt::old_payloads::standing::{Recoverable, TakenUnseen};
use crate::domain::inventory::secret::{Place, SecretBytes, SecretKind, Table};
use crate::domain::plan::{self, CacheRefresh, Choices, Impossible, Plan, Strategy};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::secret_report::SecretReport;
use crate::domain::verdict::text::{self, PasswordsUsed};
use crate::words::untrusted::shown;

use crate::engine::hunt::{log_secrets, old_payloads};
use crate::engine::session::Session;
use crate::engine::worker::{Entered, PlanReady};
use crate::io::os::around;
use crate::io::state::passwords::{MailboxName, PasswordLine};
use crate::sentences;
use crate::words::words;

/// Why there is no plan.
#[derive(Debug)]
pub enum NoPlan {
    /// The strategy makes no sense here.
    Impossible(Strategy, Impossible),
    /// A new random key would be next, for this reason, and nobody asked for one.
    FreshNotAsked(String),
    /// Something must happen first that no strategy does: what, and how.
    Needed([String; 2]),
    /// Something is not as the checks saw it.
    Problem(Problem),
}

impl NoPlan {
    /// As the operator is told. Nothing was changed.
    pub fn problem(self) -> Problem {
        let w = words();
        match self {
            NoPlan::Problem(problem) => problem,
            NoPlan::Impossible(strategy, why) => ErrorKind::NoPlan.problem(
                text!(strategy_impossible, strategy = strategy.name()),
                sentences::impossible(why),
                match why {
                    Impossible::NoOldKey => {
                        text!(strategy_no_old_key_next, program = around::program())
                    }
                    _ => text!(strategy_impossible_next, program = around::program()),
                },
            ),
            NoPlan::FreshNotAsked(why) => {
                ErrorKind::FreshNotAsked.problem(w.fresh_not_asked, why, w.fresh_not_asked_next)
            }
            NoPlan::Needed([what, next]) => ErrorKind::NoPlan.problem(what, "", next),
        }
    }
}

/// Makes the plan for a strategy (the recommended one, or `reenter` where nothing is recommended) and rehearses it. A new
/// random key is made only for who named that strategy.
pub fn plan(
    session: &Session,
    strategy: Option<Strategy>,
    choices: &Choices,
) -> Result<PlanReady, NoPlan> {
    let assessment = session.assess();
    let strategy = match (strategy, assessment.recommendation) {
        (Some(strategy), _) => strategy,
        (None, Some(recommended)) if recommended.strategy == Strategy::Fresh => {
            let why = sentences::why(recommended.why, &assessment.rules);
            return Err(NoPlan::FreshNotAsked(why));
        }
        (None, Some(recommended)) => recommended.strategy,
        (None, None) => match assessment.need() {
            Some(need) => return Err(NoPlan::Needed(sentences::need(need, &assessment))),
            None => Strategy::Reenter,
        },
    };
    let plan = plan::make(
        strategy,
        &assessment.secrets,
        &assessment.circumstances,
        choices,
    )
    .map_err(|why| NoPlan::Impossible(strategy, why))?;
    let after = prepare::rehearse(session, &plan).map_err(NoPlan::Problem)?;
    let refresh = refresh(session, &plan, true).map_err(NoPlan::Problem)?;
    Ok(PlanReady {
        plan,
        after,
        refresh,
    })
}

/// What becomes of FreeScout's config cache and workers with a plan. `artisan` says whether its own command may be run.
///
/// # Errors
/// A [`Problem`] when the key of the plan is not known any more.
pub fn refresh(session: &Session, plan: &Plan, artisan: bool) -> Result<CacheRefresh, Problem> {
    let target = prepare::target_key(session, plan)?;
    Ok(config_cache::foresee(session, plan, &target, artisan))
}

/// Finds the place of every given password.
///
/// # Errors
/// A [`Problem`] that names the mailbox no line of the install matches.
pub fn places(
    assessment: &Assessment,
    lines: Vec<PasswordLine>,
) -> Result<Vec<(Place, SecretBytes)>, Problem> {
    let w = words();
    let mut entered = Vec::new();
    for line in lines {
        match line {
            PasswordLine::SystemMail(text) => {
                let secret = of_kind(assessment, SecretKind::SystemMail, |_| true);
                let secret = secret.ok_or_else(|| unknown(w.no_system_mail))?;
                entered.push((enterable(secret)?, text));
            }
            PasswordLine::Mailbox {
                mailbox,
                incoming,
                outgoing,
            } => {
                let found = assessment.mailboxes.iter().find(|m| mailbox.is(m));
                let id = found.map(|m| m.id).ok_or_else(|| {
                    let name = match &mailbox {
                        MailboxName::Id(id) => id.to_string(),
                        MailboxName::Email(email) => shown(email).to_string(),
                    };
                    no_such_mailbox(assessment, &name)
                })?;
                for (kind, text) in [
                    (SecretKind::Incoming, incoming),
                    (SecretKind::Outgoing, outgoing),
                ] {
                    let Some(text) = text else { continue };
                    let secret = of_kind(assessment, kind, |s| {
                        s.place.cell.table == Table::Mailboxes && s.place.cell.id == id
                    });
                    let secret = secret.ok_or_else(|| unknown(w.no_system_mail))?;
                    entered.push((enterable(secret)?, text));
                }
            }
        }
    }
    Ok(entered)
}

/// The older payloads that may be taken unseen, but for places that got a password already.
pub fn older(assessment: &Assessment, entered: &[(Place, SecretBytes)]) -> Vec<TakenUnseen> {
    let given = |place: &Place| entered.iter().any(|(given, _)| given == place);
    assessment
        .takeable()
        .filter(|older| !given(&older.place))
        .filter_map(Recoverable::taken)
        .collect()
}

/// What older payloads say that are taken unseen.
///
/// # Errors
/// A [`Problem`] when one is no longer certain to be this install's own.
pub fn take(
    session: &Session,
    older: Vec<TakenUnseen>,
) -> Result<Vec<(Place, SecretBytes)>, Problem> {
    older
        .into_iter()
        .map(|taken| match old_payloads::taken(session, &taken) {
            Some(text) => Ok((taken.place().clone(), text)),
            None => Err(surprised(taken.place())),
        })
        .collect()
}

fn surprised(place: &Place) -> Problem {
    let w = words();
    let place = sentences::place(place);
    ErrorKind::ChangedMeanwhile.problem(w.plan_surprised, place, w.plan_surprised_next)
}

/// The passwords themselves: as typed, read from the secret they shall be the same as, from the older payload that was
/// chosen, or from a log.
///
/// # Errors
/// A [`Problem`] when that secret, or no older payload, opens.
pub fn texts(
    session: &Session,
    entered: Vec<(Place, Entered)>,
) -> Result<Vec<(Place, SecretBytes)>, Problem> {
    entered
        .into_iter()
        .map(|(place, entered)| match entered {
            Entered::Typed(text) => Ok((place, text)),
            Entered::SameAs(other) => {
                let secret = session.inventory.secret(&other);
                let password = |s| text::password(s, &session.ring, PasswordsUsed::Rescued).text();
                match secret.and_then(password) {
                    Some(text) => Ok((place, text)),
                    None => Err(surprised(&other)),
                }
            }
            Entered::Older(older, number) => match old_payloads::chosen(session, &older, number) {
                Some(text) => Ok((place, text)),
                None => Err(surprised(&older)),
            },
            Entered::Logged(seen, n) => match log_secrets::text(session, &seen, n) {
                Some(text) => Ok((place, text)),
                None => Err(surprised(&seen)),
            },
        })
        .collect()
}

fn of_kind(
    assessment: &Assessment,
    kind: SecretKind,
    is: impl Fn(&SecretReport) -> bool,
) -> Option<&SecretReport> {
    assessment.secrets.iter().find(|s| s.kind == kind && is(s))
}

/// The place of a secret, where it is known how to store a password there.
fn enterable(secret: &SecretReport) -> Result<Place, Problem> {
    if secret.enterable() {
        return Ok(secret.place.clone());
    }
    let w = words();
    let place = sentences::place::of_kind(&secret.place, secret.kind);
    let what = text!(password_form_untold, place);
    let why = match secret.keeping {
        StorageRule::SealedByMigration => w.verdict_plaintext_awaits,
        _ => w.version_untold_why,
    };
    Err(ErrorKind::Refused.problem(what, why, w.password_form_next))
}

/// A line for a mailbox that is not there, and which there are.
fn no_such_mailbox(assessment: &Assessment, name: &str) -> Problem {
    let w = words();
    let what = text!(no_such_mailbox, mailbox = name);
    let all = &assessment.mailboxes;
    let next = match all.is_empty() {
        true => w.passwords_next.to_owned(),
        false => text!(
            passwords_mailboxes_next,
            mailboxes = sentences::many::mailboxes(all)
        ),
    };
    ErrorKind::BadInput.problem(w.passwords_unusable, what, next)
}

fn unknown(what: &str) -> Problem {
    let w = words();
    ErrorKind::BadInput.problem(w.passwords_unusable, what, w.passwords_next)
}
