//! The key is put into the safe as soon as it is another one, with the key that it replaced, while something still has that.

use crate::domain::error::{ErrorKind, Problem};
use crate::domain::run::watch::round::{RoundWishes, SafeToFill};
use crate::domain::run::watch::settle::Claim;
use crate::engine::hunt::processes;
use crate::engine::recovery::clock::now as moment;
use crate::engine::session::options::Options;
use crate::engine::session::{Session, own_backups, reading};
use crate::engine::usecase::safe;
use crate::io::state::safe::{Recipient, SafeLock};
use crate::sentences::watch::claims::{self, CommandFor};
use crate::words::untrusted::shown;
use crate::words::words;

/// What came of it.
#[derive(Default)]
pub(super) struct KeptSafe {
    /// Where the key was put in this round.
    pub(super) saved: Option<String>,
    /// That it was, as news.
    pub(super) told: Option<Claim>,
    /// That no safe has the key.
    pub(super) missing: Option<Claim>,
}

/// Puts the key in force into the safe, where no safe has it.
pub(super) fn keep(
    session: &mut Session,
    options: &Options,
    wishes: &RoundWishes,
    key_changed: bool,
    typed: &CommandFor<'_>,
) -> Result<KeptSafe, Problem> {
    if key_changed {
        own_backups::load(session, options);
        // Those keys are tried on what is stored.
        reading::read_inventory(session)?;
        processes::look_in_own(session, &|| false, &mut |_, _| {});
    }
    let Some(key) = session.ring.effective().map(|key| key.fingerprint()) else {
        return Ok(KeptSafe::default());
    };
    let fingerprint = key.to_string();
    if safe::is_kept(session, options)? {
        return Ok(KeptSafe::default());
    }
    let Some(to_fill) = &wishes.safe else {
        return Ok(KeptSafe {
            missing: Some(claims::key_not_safe(&fingerprint, None, typed)),
            ..KeptSafe::default()
        });
    };
    match fill(session, options, to_fill) {
        Ok(path) => Ok(KeptSafe {
            told: Some(claims::key_saved(&fingerprint, &path)),
            saved: Some(path),
            missing: None,
        }),
        Err(problem) => Ok(KeptSafe {
            missing: Some(claims::key_not_safe(&fingerprint, Some(&problem), typed)),
            ..KeptSafe::default()
        }),
    }
}

/// Makes a safe in the folder, and notes it. Gives its path, as it is shown.
fn fill(session: &Session, options: &Options, to_fill: &SafeToFill) -> Result<String, Problem> {
    let w = words();
    let of = |text: &String| {
        let none = || {
            ErrorKind::BadInput.problem(
                w.safe_no_recipient,
                shown(text).to_string(),
                w.safe_no_recipient_next,
            )
        };
        Recipient::parse(text).map_err(|_| none())
    };
    let recipients = to_fill.recipients.iter().map(of);
    let lock = SafeLock::Recipients(recipients.collect::<Result<_, _>>()?);
    let path = to_fill.folder.join(name(session));
    let assessment = session.assess();
    let made = safe::make(session, &assessment, Some(&path), &lock)?;
    safe::note(session, options, &made, Some(&path))?;
    Ok(shown(&path).to_string())
}

/// A name that tells the key, and is new: `freescout-3fa9c2d1e0b4-20261130-104500.age`.
fn name(session: &Session) -> String {
    let key = session.ring.effective().map(|key| key.fingerprint());
    let key = key.map_or_else(String::new, |key| format!("{key}-"));
    format!("freescout-{key}{}.age", moment().0)
}
