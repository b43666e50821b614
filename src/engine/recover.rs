//! The whole recovery without a screen: choices to a plan, passwords to places, a plan to its rehearsal.

use crate::domain::assessment::{Assessment, SecretReport};
use crate::domain::inventory::SecretKind;
use crate::domain::php;
use crate::domain::plan::{self, Choices, Impossible, Need, Strategy, Why};
use crate::domain::problem::Problem;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::{Place, SecretBytes, Table};
use crate::domain::verdict;

use crate::engine::job::{Entered, PlanReady};
use crate::engine::session::Session;
use crate::engine::{log_secrets, rehearsal, sightings};
use crate::io::passwords::{Line, MailboxName};
use crate::sentences;
use crate::words::{fill, words};

/// Why there is no plan.
#[derive(Debug)]
pub enum NoPlan {
    /// The strategy makes no sense here.
    Impossible(Strategy, Impossible),
    /// A new random key would be next, and nobody asked for one.
    FreshNotAsked(Why),
    /// Something must happen first that no strategy does.
    Needed(Need),
    /// Something is not as the checks saw it.
    Problem(Problem),
}

impl NoPlan {
    /// As the operator is told. Nothing was changed.
    pub fn problem(self) -> Problem {
        let w = words();
        match self {
            NoPlan::Problem(problem) => problem,
            NoPlan::Impossible(strategy, why) => Problem::new(
                fill(w.strategy_impossible, &[("strategy", &strategy.name())]),
                sentences::impossible(why),
                w.strategy_impossible_next,
            ),
            NoPlan::FreshNotAsked(why) => Problem::new(
                w.fresh_not_asked,
                sentences::why(why),
                w.fresh_not_asked_next,
            ),
            NoPlan::Needed(need) => {
                Problem::new(sentences::need(need), "", sentences::need_next(need))
            }
        }
    }
}

/// Makes the plan for a strategy (the recommended one, or `reenter` where nothing is recommended) and rehearses it. A new
/// random key is made only for who named that strategy.
///
/// # Errors
/// [`NoPlan`].
pub fn plan(
    session: &Session,
    strategy: Option<Strategy>,
    choices: &Choices,
) -> Result<PlanReady, NoPlan> {
    let assessment = session.assess();
    let strategy = match (strategy, assessment.recommendation) {
        (Some(strategy), _) => strategy,
        (None, Some(recommended)) if recommended.strategy == Strategy::Fresh => {
            return Err(NoPlan::FreshNotAsked(recommended.why));
        }
        (None, Some(recommended)) => recommended.strategy,
        (None, None) => match assessment.need() {
            Some(need) => return Err(NoPlan::Needed(need)),
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
    let after = rehearsal::rehearse(session, &plan).map_err(NoPlan::Problem)?;
    Ok(PlanReady { plan, after })
}

/// Finds the place of every given password.
///
/// # Errors
/// A [`Problem`] that names the mailbox no line of the install matches.
pub fn places(
    assessment: &Assessment,
    lines: Vec<Line>,
) -> Result<Vec<(Place, SecretBytes)>, Problem> {
    let w = words();
    let mut entered = Vec::new();
    for line in lines {
        match line {
            Line::SystemMail(text) => {
                let place = place_of(assessment, SecretKind::SystemMail, |_| true);
                entered.push((place.ok_or_else(|| unknown(w.no_system_mail))?, text));
            }
            Line::Mailbox {
                mailbox,
                incoming,
                outgoing,
            } => {
                let found = assessment.mailboxes.iter().find(|m| mailbox.is(m));
                let id = found.map(|m| m.id).ok_or_else(|| {
                    let name = match &mailbox {
                        MailboxName::Id(id) => id.to_string(),
                        MailboxName::Email(email) => sanitize(email),
                    };
                    unknown(&fill(w.no_such_mailbox, &[("mailbox", &name)]))
                })?;
                for (kind, text) in [
                    (SecretKind::Incoming, incoming),
                    (SecretKind::Outgoing, outgoing),
                ] {
                    let Some(text) = text else { continue };
                    let place = place_of(assessment, kind, |s| {
                        s.place.cell.table == Table::Mailboxes && s.place.cell.id == id
                    });
                    entered.push((place.ok_or_else(|| unknown(w.no_system_mail))?, text));
                }
            }
        }
    }
    Ok(entered)
}

/// The older payloads that can be taken, but for places that got a password already: the newest of each.
pub fn older(assessment: &Assessment, entered: &[(Place, SecretBytes)]) -> Vec<(Place, Entered)> {
    let given = |place: &Place| entered.iter().any(|(given, _)| given == place);
    assessment
        .newest_recoverable()
        .filter(|older| !given(&older.place))
        .map(|older| (older.place.clone(), Entered::Older(older.place.clone())))
        .collect()
}

/// The passwords themselves: as typed, read from the secret they shall be the same as, from an older payload, or
/// from a log.
///
/// # Errors
/// A [`Problem`] when that secret, or no older payload, opens.
pub fn texts(
    session: &Session,
    entered: Vec<(Place, Entered)>,
) -> Result<Vec<(Place, SecretBytes)>, Problem> {
    let w = words();
    let surprised = |place: &Place| {
        let place = sanitize(&place.to_string());
        Problem::new(w.plan_surprised, place, w.plan_surprised_next)
    };
    entered
        .into_iter()
        .map(|(place, entered)| match entered {
            Entered::Typed(text) => Ok((place, text)),
            Entered::SameAs(other) => {
                let rescued = session
                    .inventory
                    .secret(&other)
                    .and_then(|s| verdict::rescued(s, &session.ring, false));
                match rescued
                    .as_ref()
                    .map(|plain| php::unserialize(plain.expose()))
                {
                    Some(Ok(php::Value::Text(text))) => Ok((place, text.into())),
                    _ => Err(surprised(&other)),
                }
            }
            Entered::Older(older) => match sightings::newest(session, &older) {
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

fn place_of(
    assessment: &Assessment,
    kind: SecretKind,
    is: impl Fn(&SecretReport) -> bool,
) -> Option<Place> {
    assessment
        .secrets
        .iter()
        .find(|s| s.kind == kind && is(s))
        .map(|s| s.place.clone())
}

fn unknown(what: &str) -> Problem {
    let w = words();
    Problem::new(w.passwords_unusable, what, w.passwords_next)
}
