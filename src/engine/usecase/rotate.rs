//! A planned change of key on an install that is well: everything to a new random key, by the engine of a recovery, once the
//! key in force and the new one are in a safe.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::recover::{self, Orders, Recovered, Terms, Unattended, Wishes};
use super::safe::{self, SafeMade};
use super::{Refused, Reporter};
use crate::domain::error::{ErrorKind, Problem};
use crate::domain::inventory::secret::{SecretKind, Table};
use crate::domain::plan::{KeyHome, PlanStep, Strategy};
use crate::domain::verdict::assessment::Assessment;
use crate::domain::verdict::finding::{Finding, Severity};
use crate::engine::recovery::prepare;
use crate::engine::report;
use crate::engine::session::Session;
use crate::engine::session::options::Options;
use crate::engine::worker::PlanReady;
use crate::io::os::around;
use crate::io::state::safe::SafeLock;
use crate::sentences;
use crate::words::{joined, words};

/// How many findings are named that stand in the way.
const NAMED: usize = 5;

/// What a rotation would come to. Nothing is written for it.
pub struct RotationForeseen {
    /// The plan, and its rehearsal.
    pub ready: PlanReady,
    /// Mailboxes whose secrets are re-encrypted.
    pub mailboxes: usize,
    /// Modules whose licences the licence server will not know as this installation's.
    pub licences: usize,
    /// Files that are written.
    pub files: Vec<PathBuf>,
    /// Whether a safe or a page has the key in force, as the journal knows.
    pub kept: bool,
}

/// Where the keys are put before anything is changed.
pub struct SafeOrder<'a> {
    /// A new file.
    pub path: &'a Path,
    /// Who can open it.
    pub lock: &'a SafeLock,
}

/// A rotation that was carried out, or one that was refused after its safe was made.
pub struct Rotated {
    /// What it came to.
    pub recovered: Result<Recovered, Refused>,
    /// The safe.
    pub safe: Option<SafeMade>,
    /// Why the journal does not know of the safe.
    pub not_noted: Option<Problem>,
}

/// Works out what a rotation has to do. Nothing is written.
///
/// # Errors
/// [`Refused`]: something has to be recovered or set right first.
pub fn prepare(session: &Session) -> Result<Unattended, Refused> {
    let wishes = Wishes {
        strategy: Some(Strategy::Fresh),
        passwords: Vec::new(),
        take_older: false,
    };
    let unattended = recover::prepare(session, wishes)?;
    require_well(&unattended.before).map_err(Refused::unchanged)?;
    Ok(unattended)
}

/// Refuses an install where a change of key could lose something, or would not count everywhere.
fn require_well(assessment: &Assessment) -> Result<(), Problem> {
    let w = words();
    let next = text!(rotate_recover_next, program = around::program());
    let secrets = assessment.secrets.iter();
    let count = secrets.filter(|s| report::still_unreadable(s)).count();
    if assessment.circumstances.effective.is_none() {
        return Err(ErrorKind::Refused.problem(w.rotate_no_key, "", next));
    }
    if count > 0 {
        let what = text!(rotate_unreadable, count);
        return Err(ErrorKind::Refused.problem(what, w.rotate_unreadable_why, next));
    }
    let in_the_way = assessment.findings.iter().filter(|f| stands_in_the_way(f));
    let said: Vec<String> = in_the_way.take(NAMED).map(sentences::finding).collect();
    match said.is_empty() {
        true => Ok(()),
        false => Err(ErrorKind::Refused.problem(w.rotate_finding, joined::sentences(&said), next)),
    }
}

/// A published key is a reason for a rotation. What was interrupted, and what cannot be written, is refused with its own words.
fn stands_in_the_way(finding: &Finding) -> bool {
    let other = matches!(
        finding,
        Finding::PublishedKey { .. } | Finding::UnfinishedRun { .. } | Finding::NotWritable { .. }
    );
    finding.severity() == Severity::Critical && !other
}

/// What it would come to.
///
/// # Errors
/// [`Refused`]: there is no plan that can be carried out, or the journal cannot be read.
pub fn foresee(
    session: &mut Session,
    unattended: &Unattended,
    options: &Options,
) -> Result<RotationForeseen, Refused> {
    let ready = recover::foresee(session, unattended, options.artisan)?;
    let written = ready.plan.steps.iter().filter(|step| step.action.writes());
    let mailboxes: BTreeSet<u64> = written
        .filter(|step| step.place.cell.table == Table::Mailboxes)
        .map(|step| step.place.cell.id)
        .collect();
    let licences = ready.plan.steps.iter();
    let licences = licences.filter(|s| s.kind == SecretKind::License && s.action.writes());
    Ok(RotationForeseen {
        mailboxes: mailboxes.len(),
        licences: licences.count(),
        files: files(session, &ready),
        kept: safe::is_kept(session, options).map_err(Refused::NotStarted)?,
        ready,
    })
}

/// The files that a plan writes.
fn files(session: &Session, ready: &PlanReady) -> Vec<PathBuf> {
    let install = &session.install;
    let of_key = match ready.plan.write_key {
        Some(KeyHome::KeyFile) => install.key_file.as_ref().map(|file| file.path.clone()),
        _ => None,
    };
    let in_env = |step: &PlanStep| step.action.writes() && step.place.cell.table == Table::Env;
    let env = ready.plan.write_key == Some(KeyHome::EnvFile) || ready.plan.steps.iter().any(in_env);
    of_key
        .into_iter()
        .chain(env.then(|| install.env_path()))
        .collect()
}

/// Refuses to go on where the key in force would be in no safe.
///
/// # Errors
/// A [`Problem`]; nothing was changed.
pub fn require_kept(session: &Session, options: &Options) -> Result<(), Problem> {
    let w = words();
    match safe::is_kept(session, options)? {
        true => Ok(()),
        false => Err(ErrorKind::Refused.problem(
            w.rotate_not_safe,
            w.rotate_not_safe_why,
            w.rotate_not_safe_next,
        )),
    }
}

/// Carries it out: the safe first, with the key that the plan ends with, then the recovery.
pub fn rotate(
    session: &mut Session,
    unattended: &mut Unattended,
    terms: &Terms<'_>,
    order: Option<&SafeOrder<'_>>,
    reporter: &dyn Reporter,
) -> Rotated {
    session.next_key = Some(prepare::new_key());
    let made = RefCell::new((None, None));
    let fill = |session: &Session| {
        let Some(order) = order else {
            return require_kept(session, terms.options);
        };
        let safe = safe::make(session, &session.assess(), Some(order.path), order.lock)?;
        let noted = safe::note(session, terms.options, &safe, Some(order.path));
        *made.borrow_mut() = (Some(safe), noted.err());
        Ok(())
    };
    let terms = Terms {
        first: Some(&fill),
        ..*terms
    };
    let recovered = recover::recover(session, Orders::Unattended(unattended), &terms, reporter);
    session.next_key = None;
    let (safe, not_noted) = made.into_inner();
    Rotated {
        recovered,
        safe,
        not_noted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::key::app_key::Fingerprint;
    use crate::domain::verdict::finding::KeyName;

    #[test]
    fn a_published_key_is_a_reason_and_keys_that_differ_stand_in_the_way() {
        let published = |effective| Finding::PublishedKey {
            key: KeyName {
                label: "K1".to_owned(),
                fingerprint: Fingerprint::of(b"known to all"),
            },
            published: "a handbook",
            effective,
        };
        let stale = Finding::StaleConfigCache {
            cached: None,
            configured: None,
        };
        assert!(!stands_in_the_way(&published(true)));
        assert!(!stands_in_the_way(&published(false)));
        assert!(stands_in_the_way(&stale));
        assert!(!stands_in_the_way(&Finding::NotRoot));
    }
}
