//! The ways that alarms go: they must not depend on the helpdesk that is watched.

use jiff::Timestamp;

use super::{RoundInput, name, named, opened, report};
use crate::domain::error::Problem;
use crate::domain::mail::account::{fetched_by_helpdesk, is_of_helpdesk};
use crate::domain::mail::{MailServer, connections};
use crate::domain::run::watch::round::RoundWishes;
use crate::domain::run::watch::settle::{Claim, settle};
use crate::domain::run::watch::{Matter, WatchCode, WatchReport};
use crate::engine::session::{Session, survey};
use crate::sentences::watch::claims as sentences;

/// What is wrong with them: alarms that are sent by an account of the helpdesk, or that the helpdesk itself fetches.
pub(super) fn claims(session: &Session, wishes: &RoundWishes) -> Vec<Claim> {
    let inventory = &session.inventory;
    let by = wishes.alarms_by.iter().filter_map(|(host, user)| {
        let all = connections(&inventory.mailboxes, &inventory.system_mail);
        let targets: Vec<MailServer> = all.into_iter().filter_map(|c| c.target.ok()).collect();
        is_of_helpdesk(host, user, &targets).then(|| sentences::alarms_by_helpdesk(user))
    });
    let fetched = fetched_by_helpdesk(&wishes.alarms_to, &inventory.mailboxes);
    let to = (!fetched.is_empty()).then(|| sentences::alarms_to_helpdesk(&fetched));
    by.chain(to).collect()
}

/// What is wrong with them, for a trial alarm: nothing else is looked at, and nothing is written down.
///
/// # Errors
/// A [`Problem`] where the install cannot be read.
pub fn judge(input: &RoundInput<'_>) -> Result<WatchReport, Problem> {
    let folder = survey::find(input.install)?.path;
    let session = opened(&folder, &input.environment)?;
    let now = Timestamp::now();
    let wishes = input.wishes;
    let claims = claims(&session, wishes);
    let settled = settle(&[], claims, Vec::new(), now, wishes.remind_after);
    let install = named(&folder, Some(name(&session)));
    Ok(report(
        install,
        now,
        &settled.standing,
        Vec::new(),
        Vec::new(),
    ))
}

/// What [`judge`] found, in the report of a process that asked it; nothing where the install could not be read.
pub fn judged(report: &WatchReport) -> impl Iterator<Item = &Matter> {
    let standing = report.standing.iter();
    standing.filter(|matter| matter.code != WatchCode::CannotLook)
}
